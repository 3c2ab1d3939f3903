package checkpoint

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sample() []Entry {
	return []Entry{
		NewFloat32s("conv.weight", []int{2, 1, 1, 1}, []float32{1.5, -2}),
		{Name: "mask", DType: "U8", Shape: []int{3}, Data: []byte{1, 2, 3}},
		NewInt64s("bn.num_batches_tracked", nil, []int64{7}),
		{Name: `strange "name" <é>`, DType: "F16", Shape: []int{0, 4}, Data: []byte{}},
	}
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "best.safetensors")
	require.NoError(t, WriteFile(path, sample(), map[string]string{"epoch": "3"}))
	got, metadata, err := ReadFile(path)
	require.NoError(t, err)
	want := sample()
	want[2].Shape = []int{}
	assert.Equal(t, want, got)
	assert.Equal(t, map[string]string{"format": "pt", "epoch": "3"}, metadata)
}

func TestFormatOfMetadataIsKept(t *testing.T) {
	_, metadata, err := read(encode(t, sample(), map[string]string{"format": "np"}))
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"format": "np"}, metadata)
}

func TestDataStartsAtAMultipleOf8(t *testing.T) {
	for n := range 9 {
		entry := NewInt64s(strings.Repeat("n", n+1), nil, []int64{1})
		file := encode(t, []Entry{entry}, nil)
		assert.Zero(t, len(file)%8)
		assert.True(t, json.Valid(file[lengthSize:len(file)-8]))
	}
}

func TestReadOrdersByPlace(t *testing.T) {
	file := file(`{"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},
		"a":{"shape":[1],"data_offsets":[0,1],"dtype":"U8"},
		"none":{"dtype":"F32","shape":[0],"data_offsets":[1,1]}}   `, 3)
	entries, metadata, err := read(file)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "none", "b"}, names(entries))
	assert.Equal(t, map[string]string{}, metadata)
}

func TestDataOfEntriesIsApart(t *testing.T) {
	entries, _, err := read(encode(t, sample(), nil))
	require.NoError(t, err)
	_ = append(entries[0].Data, 99)
	assert.Equal(t, []byte{1, 2, 3}, entries[1].Data)
}

func TestReadRefuses(t *testing.T) {
	tensor := func(dtype, shape, offsets string) string {
		return `"w":{"dtype":` + dtype + `,"shape":` + shape + `,"data_offsets":` + offsets + `}`
	}
	u8 := func(name, offsets string) string {
		return `"` + name + `":{"dtype":"U8","shape":[2],"data_offsets":` + offsets + `}`
	}
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "0 bytes, too short"},
		{"no header", length(0), "no JSON object"},
		{"too long a header", length(maxHeader + 1), "a header of 8388609 bytes, 8388608 are allowed"},
		{"overflowing length", length(1<<64 - 1), "a header of 18446744073709551615 bytes"},
		{"header cut off", append(length(100), '{'), "truncated: a header of 100 bytes in a file of 9"},
		{"not an object", file(`[]`, 0), "no JSON object"},
		{"space first", file(` {}`, 0), "no JSON object"},
		{"not UTF-8", file("{\"\xff\":1}", 0), "no JSON object in UTF-8"},
		{"cut JSON", file(`{"w":{`, 0), `tensor "w": at byte 6: unexpected EOF`},
		{"comma too many", file(`{"w":{"dtype":"U8",}}`, 0), "invalid character"},
		{"two objects", file(`{}{}`, 0), "something follows the JSON object"},
		{"metadata of numbers", file(`{"__metadata__":{"epoch":3}}`, 0), `"epoch": found 3 where a string is due`},
		{"metadata null", file(`{"__metadata__":null}`, 0), `found <nil> where "{" is due`},
		{"no dtype", file(`{"w":{"shape":[],"data_offsets":[0,1]}}`, 1), `tensor "w": no dtype`},
		{"no shape", file(`{"w":{"dtype":"U8","data_offsets":[0,1]}}`, 1), `tensor "w": no shape`},
		{"no offsets", file(`{"w":{"dtype":"U8","shape":[1]}}`, 1), "0 data_offsets, not 2"},
		{"three offsets", file(`{`+tensor(`"U8"`, `[1]`, `[0,1,1]`)+`}`, 1), "3 data_offsets, not 2"},
		{"unknown key", file(`{"w":{"Dtype":"U8"}}`, 1), `unknown key "Dtype"; there are: dtype,`},
		{"key twice", file(`{"w":{"dtype":"U8","dtype":"I8"}}`, 1), `"dtype" is there twice`},
		{"name twice", file(`{`+u8("w", `[0,2]`)+`,`+u8("w", `[2,4]`)+`}`, 4), `"w" is there twice`},
		{"unknown dtype", file(`{`+tensor(`"X9"`, `[1]`, `[0,1]`)+`}`, 1), `no dtype "X9"; there are: BF16, BOOL,`},
		{"negative", file(`{`+tensor(`"U8"`, `[-1]`, `[0,1]`)+`}`, 1), "shape: -1 is not a whole number"},
		{"fraction", file(`{`+tensor(`"U8"`, `[1.0]`, `[0,1]`)+`}`, 1), "shape: 1.0 is not a whole number"},
		{"null dimension", file(`{`+tensor(`"U8"`, `[null]`, `[0,1]`)+`}`, 1), "found <nil> where a number"},
		{"string dimension", file(`{`+tensor(`"U8"`, `["1"]`, `[0,1]`)+`}`, 1), "found 1 where a number"},
		{"dimension over 63 bits", file(`{`+tensor(`"U8"`, `[9223372036854775808]`, `[0,1]`)+`}`, 1), "not a w"},
		{"overflowing shape", file(`{`+tensor(`"F32"`, `[4294967296,4294967296]`, `[0,0]`)+`}`, 0), "too large"},
		{"size and shape", file(`{`+tensor(`"F32"`, `[2,1]`, `[0,4]`)+`}`, 4), "4 bytes, but F32 [2 1] takes 8"},
		{"backwards", file(`{`+tensor(`"U8"`, `[1]`, `[1,0]`)+`}`, 1), "bytes 1 to 0"},
		{"out of bounds", file(`{`+tensor(`"U8"`, `[9]`, `[0,9]`)+`}`, 8), "bytes 0 to 9, but the file has 8"},
		{"overlap", file(`{`+u8("v", `[0,2]`)+`,`+u8("w", `[1,3]`)+`}`, 3), `tensor "w": starts at byte 1, inside`},
		{"hole", file(`{`+u8("v", `[0,2]`)+`,`+u8("w", `[3,5]`)+`}`, 5), `tensor "w": starts at byte 3, but`},
		{"hole at the start", file(`{`+u8("w", `[1,3]`)+`}`, 3), `at byte 1, but the one before it ends at 0`},
		{"bytes left over", file(`{`+u8("w", `[0,2]`)+`}`, 3), "1 bytes after the last tensor"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := read(tt.file)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestReadRefusesEveryTruncation(t *testing.T) {
	whole := encode(t, sample(), nil)
	for n := range whole {
		_, _, err := read(whole[:n])
		assert.Error(t, err, "%d of %d bytes", n, len(whole))
	}
}

func TestReadFileNamesThePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cat.safetensors")
	_, _, err := ReadFile(path)
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, path)
	require.NoError(t, os.WriteFile(path, []byte("meow"), 0o600))
	_, _, err = ReadFile(path)
	assert.EqualError(t, err, "read checkpoint "+path+
		": not a safetensors file: 4 bytes, too short for a header's length")
}

// file is a safetensors file of a header and n bytes of data.
func file(header string, n int) []byte {
	return append(append(length(uint64(len(header))), header...), make([]byte, n)...)
}

func length(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }

func read(file []byte) ([]Entry, map[string]string, error) {
	entries, metadata, _, err := Read(bytes.NewReader(file), int64(len(file)))
	return entries, metadata, err
}

func encode(t testing.TB, entries []Entry, metadata map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, entries, metadata))
	return b.Bytes()
}

func names(entries []Entry) []string {
	var list []string
	for _, e := range entries {
		list = append(list, e.Name)
	}
	return list
}
