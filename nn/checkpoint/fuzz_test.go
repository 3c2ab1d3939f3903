package checkpoint

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bounded reads a file and fails where that takes more than the file's size and the allowance.
func bounded(t *testing.T, file []byte) (entries []Entry, metadata map[string]string, err error) {
	t.Helper()
	all := allocated(func() { entries, metadata, err = read(file) })
	assert.LessOrEqual(t, all, int64(len(file)+allowance), "bytes allocated for a file of %d", len(file))
	return entries, metadata, err
}

// FuzzSafetensors holds Read to what it promises: no panic, little memory, and what it accepts can be
// written and read again.
func FuzzSafetensors(f *testing.F) {
	f.Add(encode(f, sample(), nil))
	f.Add(file(`{"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, 2))
	f.Add(length(1 << 62))
	f.Add(file(`{"w":{"dtype":"U8","shape":[`+strings.Repeat("1,", 99)+`1],"data_offsets":[0,1]}}`, 1)) // once of any rank
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, metadata, err := bounded(t, data)
		if err != nil {
			return
		}
		if metadata["format"] == "" {
			metadata["format"] = "pt"
		}
		again, metadataAgain, err := read(encode(t, entries, metadata))
		require.NoError(t, err)
		assert.Equal(t, entries, again)
		assert.Equal(t, metadata, metadataAgain)
	})
}

// FuzzPth holds the readers of PyTorch's files to what they promise: no panic, little memory, and what is accepted is
// whole. The input is a file, or the pickle of an archive.
func FuzzPth(f *testing.F) {
	files, err := filepath.Glob("testdata/*.p*t*")
	require.NoError(f, err)
	for _, name := range files {
		whole, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(whole)
		if a, err := openArchive(whole); err == nil {
			pickle, err := a.record("data.pkl")
			require.NoError(f, err)
			f.Add(pickle)
		}
	}
	tensor := "\x80\x02" + tensorCall("K\x02", "K\x00", "K\x02", "K\x01")
	for _, pickle := range []string{
		// What once took more memory than is allowed: copies of dicts, tensors met again and again, a long name on the way to many.
		"\x80\x02]q\x00(" + strings.Repeat("K\x01K\x02\x86", 99) + "e" + strings.Repeat("ccollections\nOrderedDict\nh\x00\x85R", 9) + ".",
		tensor + strings.Repeat("q\x00h\x00\x86", 18) + ".",
		"\x80\x02Nq\x00}(U\xff" + strings.Repeat("x", 255) + "h\x00u" + strings.Repeat("q\x00h\x00\x86", 19) + ".",
	} {
		f.Add([]byte(pickle))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		whole := data
		if !bytes.HasPrefix(data, []byte(zipMagic)) && !bytes.HasPrefix(data, []byte(legacyMagic)) {
			whole = torchFile(t, string(data), 8, 24, 96)
		}
		entries, _, _ := bounded(t, whole)
		for _, e := range entries {
			assert.NoError(t, e.check())
		}
	})
}
