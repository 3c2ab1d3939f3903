package workflow

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// shared are cross-validations that several tests look at, by their settings. Each is made once, and a test has a copy.
var shared struct {
	sync.Mutex
	root string
	dirs map[string]string
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.root != "" {
		os.RemoveAll(shared.root)
	}
	os.Exit(code)
}

// crossValidated makes dir a small finished cross-validation of two folds and one epoch.
func crossValidated(t *testing.T, dir string, settings ...string) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	key := strings.Join(settings, "\n")
	if shared.dirs[key] == "" {
		makeShared(t)
		whole, err := os.MkdirTemp(shared.root, "")
		require.NoError(t, err)
		whole = filepath.Join(whole, "cv")
		all := append([]string{"train.epochs=1", "train.best=pixel_accuracy"}, settings...)
		_, err = CrossValidate(context.Background(), cvConfig(t, whole, all...), Options{})
		require.NoError(t, err)
		shared.dirs[key] = whole
	}
	require.NoError(t, os.CopyFS(dir, os.DirFS(shared.dirs[key])))
	return dir
}

func makeShared(t *testing.T) {
	t.Helper()
	if shared.root == "" {
		root, err := os.MkdirTemp("", "segtrain-workflow-")
		require.NoError(t, err)
		shared.root, shared.dirs = root, map[string]string{}
	}
}

// flagSettings are settings of a task with flags, binary or multilabel, on twelve pictures that all tests share.
func flagSettings(t *testing.T, name string) []string {
	t.Helper()
	if name == "binary" {
		return append(slices.Clone(oneThing), "data.synth.count=12")
	}
	shared.Lock()
	defer shared.Unlock()
	makeShared(t)
	return overlappedIn(t, filepath.Join(shared.root, name), 12)
}
