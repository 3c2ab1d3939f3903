package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/smallnet"
	"tessera/segtrain/config"
)

// TestConfigPage holds docs/config.md to what the command prints.
func TestConfigPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/config.md")
	require.NoError(t, err)
	var b strings.Builder
	require.Equal(t, ExitOK, Run([]string{"config"}, &b, &b))
	ours := strings.NewReplacer(", "+smallnet.Name+", ", ", ", "- `"+smallnet.Name+"`: as in segmentation_models_pytorch\n", "") // this program's alone
	assert.Equal(t, ours.Replace(b.String()), string(page), "write it anew: go run ./segtrain config > docs/config.md")
}

// TestExamples holds the configurations in examples to the keys that there are.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		_, err := config.Load(file)
		assert.NoError(t, err)
	}
}

// TestCamVid takes two steps on real images with the configuration of the example.
func TestCamVid(t *testing.T) {
	const camvid = "../../../shared/camvid"
	if _, err := os.Stat(camvid); err != nil {
		t.Skipf("no CamVid: %v", err)
	}
	dir := t.TempDir()
	var out, messages strings.Builder
	code := Run([]string{
		"train", "../../examples/camvid.yaml", "--out", filepath.Join(dir, "run"), "--json",
		"--set", "data.images=" + camvid + "/train", "--set", "data.masks=" + camvid + "/trainannot",
		"--set", "data.val.images=" + camvid + "/val", "--set", "data.val.masks=" + camvid + "/valannot",
		"--set", "data.size=[48, 64]", "--set", "train.steps=2", "--set", "model.decoder_channels=[8, 8, 8, 8, 8]",
	}, &out, &messages)
	require.Equal(t, ExitOK, code, messages.String())
	assert.Contains(t, out.String(), `"train_images": 367`)
	assert.Contains(t, out.String(), `"val_images": 101`)
	assert.Contains(t, out.String(), `"name": "bicyclist"`)
}
