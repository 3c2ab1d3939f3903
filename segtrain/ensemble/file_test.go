package ensemble

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFileAndBack(t *testing.T) {
	dir := t.TempDir()
	f := File{Combine: Logits, Classes: []string{"sky", "it's: a"}, Split: "5f1e", Members: []FileMember{
		{Dir: filepath.Join(dir, "runs", "a"), Weight: 0.75}, {Dir: filepath.Join(dir, "runs", "b"), Weight: 0.25, Files: []string{"best", "swa"}},
	}}
	path := filepath.Join(dir, "out", "e.yaml")
	require.NoError(t, os.Mkdir(filepath.Dir(path), 0o777))
	require.NoError(t, WriteFile(path, f))
	assert.True(t, Is(path))
	got, err := ReadFile(path)
	require.NoError(t, err)
	f.Format = 1
	assert.Equal(t, &f, got)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(text), "dir: ../runs/a")
}

func TestMistakesInFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.yaml")
	for text, says := range map[string]string{
		"ensemble: 2\nmembers: [{dir: a, weight: 1}]\n": "format 2; this program reads 1",
		"ensemble: 1\n":                                                       "no members",
		"ensemble: 1\nmembers: [{dir: a}]\n":                                  "one must be above 0",
		"ensemble: 1\nmembers: [{weight: 1}]\n":                               "member 1 has no dir",
		"ensemble: 1\nmembers: [{dir: a, weight: -1}]\n":                      "allowed: 0 or more",
		"ensemble: 1\ncombine: median\nmembers: [{dir: a, weight: 1}]\n":      `no way to combine called "median"`,
		"ensemble: 1\nmembers: [{dir: a, weight: 1, wieght: 2}]\n":            "wieght",
		"ensemble: 1\nmembers: [{dir: a, weight: 1, weights: ['']}]\n":        "without a name",
		"ensemble: 1\nmembers: [{dir: a, weight: 1}\n":                        "e.yaml",
		"ensemble: 1\nmembers: [{dir: a, weight: much}]\n":                    "e.yaml",
		"ensemble: 1\nmembers: [{dir: a, weight: .inf}, {dir: b, weight: 1}]": "allowed: 0 or more",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		_, err := ReadFile(path)
		assert.ErrorContains(t, err, says, text)
	}
	_, err := ReadFile(filepath.Join(t.TempDir(), "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("task: binary\n"), 0o666))
	assert.False(t, Is(path))
	assert.ErrorContains(t, WriteFile(path, File{}), "no members")
}
