package record

import (
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCreateRefusesARun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "run")
	r, err := Create(dir)
	require.NoError(t, err)
	require.NoError(t, r.Close())

	_, err = Create(dir)
	require.ErrorContains(t, err, "holds a run already")
	assert.ErrorContains(t, err, "--resume "+dir)
	assert.ErrorContains(t, err, "--out")
}

func TestCreateTakesADirectoryWithOtherFiles(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600))
	r, err := Create(dir)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.True(t, Is(dir))
}

func TestCreateBelowAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Create(filepath.Join(file, "run"))
	require.ErrorContains(t, err, file)
}

func TestOpenOfNoRun(t *testing.T) {
	_, err := Open(t.TempDir())
	require.ErrorContains(t, err, "is not a run")
}

func TestAdvice(t *testing.T) {
	for _, c := range []struct {
		err  syscall.Errno
		want string
	}{
		{syscall.ENOSPC, "free some space"},
		{syscall.EROFS, "in a writable directory with --out"},
		{syscall.EACCES, "in a writable directory with --out"},
	} {
		err := advise("writing the run", &os.PathError{Op: "open", Path: "runs/a/env.json", Err: c.err})
		assert.ErrorContains(t, err, c.want)
		assert.ErrorContains(t, err, "runs/a/env.json")
		assert.ErrorIs(t, err, c.err)
	}
	assert.NoError(t, advise("writing the run", nil))
	once := Advise(syscall.ENOSPC)
	assert.Equal(t, once, Advise(once), "advice is given once")
	assert.Equal(t, os.ErrClosed, Advise(os.ErrClosed))
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here: ", err)
	}
	dir := t.TempDir()
	r := &Run{dir: dir, held: flock.New(filepath.Join(dir, LockFile)), log: full}
	require.ErrorContains(t, r.Append("epoch", Epoch{}), "free some space")
	require.NoError(t, r.Close())
}

func TestWriteLeavesOnlyTheFile(t *testing.T) {
	r := newRun(t)
	require.NoError(t, r.WriteText(ConfigFile, "seed: 1\n"))
	require.NoError(t, r.WriteText(ConfigFile, "seed: 2\n"))
	data, err := os.ReadFile(r.Path(ConfigFile))
	require.NoError(t, err)
	assert.Equal(t, "seed: 2\n", string(data))
	entries, err := os.ReadDir(r.Dir())
	require.NoError(t, err)
	assert.Len(t, entries, 3, "the log, the configuration and the lock, nothing temporary")
}

func TestAutoName(t *testing.T) {
	root := t.TempDir()
	a, b := AutoName(root), AutoName(root)
	assert.NotEqual(t, a, b)
	assert.Equal(t, root, filepath.Dir(a))
	assert.Regexp(t, regexp.MustCompile(`^\d{8}-\d{6}-[a-z2-9]{4}$`), filepath.Base(a))
}

func TestEnv(t *testing.T) {
	e := NewEnv("avx2")
	assert.Equal(t, "avx2", e.ISA)
	assert.NotEmpty(t, e.CPU)
	assert.NotEmpty(t, e.Version)
	assert.Positive(t, e.Threads)
}

func newRun(t *testing.T) *Run {
	t.Helper()
	r, err := Create(filepath.Join(t.TempDir(), "run"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.Close() })
	return r
}
