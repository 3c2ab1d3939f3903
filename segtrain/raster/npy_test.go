package raster

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// saved writes an array as numpy.save does, and returns its path.
func saved(t *testing.T, descr, shape string, data []byte) string {
	t.Helper()
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape)
	b := binary.LittleEndian.AppendUint16([]byte(npyMagic+"\x01\x00"), uint16(len(text)))
	file := filepath.Join(t.TempDir(), "a.npy")
	require.NoError(t, os.WriteFile(file, append(append(b, text...), data...), 0o666))
	return file
}

func TestReadNPY(t *testing.T) {
	many := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	file := saved(t, "|u1", "(1, 2, 5)", many)
	im, err := Read(file)
	require.NoError(t, err)
	assert.Equal(t, &Image{H: 1, W: 2, C: 5, Pix8: many}, im)
	info, err := Probe(file)
	require.NoError(t, err)
	assert.Equal(t, Info{"NPY", 1, 2, 5, 8}, info)
	assert.Equal(t, []uint8{1, 2, 3, 6, 7, 8}, im.RGB8().Pix8)

	for descr, data := range map[string][]byte{
		"<u2": {1, 0, 0, 255}, ">u2": {0, 1, 255, 0}, "<i4": {1, 0, 0, 0, 0, 255, 0, 0},
		"<i8": {1, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0},
	} {
		im, err := Read(saved(t, descr, "(1, 2)", data))
		require.NoError(t, err, descr)
		assert.Equal(t, &Image{H: 1, W: 2, C: 1, Pix16: []uint16{1, 0xff00}}, im, descr)
	}
	two := &Image{H: 1, W: 1, C: 2, Pix16: []uint16{0xffff, 3}}
	assert.Equal(t, []uint8{255, 255, 255}, two.RGB8().Pix8)
}

func TestMistakesInNPY(t *testing.T) {
	for want, file := range map[string]string{
		`NPY of samples "<f4"; allowed: whole numbers`:                   saved(t, "<f4", "(1, 1)", make([]byte, 4)),
		"NPY of shape (4,); allowed: (H, W), or (H, W, C) with 1 to 32":  saved(t, "|u1", "(4,)", make([]byte, 4)),
		"NPY of shape (1, 1, 33)":                                        saved(t, "|u1", "(1, 1, 33)", make([]byte, 33)),
		"truncated NPY: 3 bytes of samples where the header says 4":      saved(t, "|u1", "(2, 2)", make([]byte, 3)),
		"value -1 at pixel (x 1, y 0) of an NPY; allowed: 0 to 255":      saved(t, "|i1", "(1, 2)", []byte{1, 255}),
		"value 65536 at pixel (x 0, y 0) of an NPY; allowed: 0 to 65535": saved(t, "<i4", "(1, 1)", []byte{0, 0, 1, 0}),
		"the NPY is 0×3 pixels: nothing to read":                         saved(t, "|u1", "(3, 0)", nil),
	} {
		_, err := Read(file)
		assert.ErrorContains(t, err, want)
	}
	file := filepath.Join(t.TempDir(), "b.npy")
	require.NoError(t, os.WriteFile(file, []byte(npyMagic+"\x01\x00\xff\xff{}"), 0o666))
	_, err := Read(file)
	assert.ErrorContains(t, err, "truncated NPY")
}

func TestMaskOfNPY(t *testing.T) {
	file := saved(t, "<i8", "(1, 2)", []byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0})
	m, err := ReadMask(file, MaskCode{Coding: IndexCode, Classes: 3, Ignore: -1})
	require.NoError(t, err)
	assert.Equal(t, []uint8{1, 2}, m.Pix)
	_, err = ReadMask(file, MaskCode{Coding: IndexCode, Classes: 2, Ignore: -1})
	assert.ErrorContains(t, err, "value 2 at pixel (x 1, y 0); allowed: 0 to 1")
	s, err := MaskValues(file)
	require.NoError(t, err)
	assert.Len(t, s.Values, 2)
	_, err = ReadMask(saved(t, "|u1", "(1, 1, 2)", []byte{0, 1}), MaskCode{Coding: IndexCode, Classes: 2, Ignore: -1})
	assert.ErrorContains(t, err, `NPY with 2 channels and coding "index"; allowed: 1 channel, or coding "onehot"`)
}

func TestOneHot(t *testing.T) {
	code := MaskCode{Coding: OneHotCode, Classes: 3, Ignore: -1}
	png := filepath.Join(t.TempDir(), "a.png")
	require.NoError(t, WritePNG(png, &Image{H: 1, W: 3, C: 3, Pix8: []uint8{0, 255, 0, 0, 0, 1, 7, 0, 0}}))
	m, err := ReadMask(png, code)
	require.NoError(t, err)
	assert.Equal(t, []uint8{1, 2, 0}, m.Pix)

	rest := saved(t, "|b1", "(1, 3, 2)", []byte{0, 1, 1, 0, 0, 0}) // class 0 has no channel
	m, err = ReadMask(rest, code)
	require.NoError(t, err)
	assert.Equal(t, []uint8{2, 1, 0}, m.Pix)

	none := saved(t, "|b1", "(1, 2, 3)", []byte{0, 0, 1, 0, 0, 0})
	_, err = ReadMask(none, code)
	assert.ErrorContains(t, err, "no channel is set at pixel (x 1, y 0)")
	code.Ignore = 9
	m, err = ReadMask(none, code)
	require.NoError(t, err)
	assert.Equal(t, []uint8{2, 9}, m.Pix)
	_, err = ReadMask(saved(t, "|b1", "(1, 2, 3)", []byte{0, 0, 1, 1, 0, 1}), code)
	assert.ErrorContains(t, err, "channels 0 and 2 are both set at pixel (x 1, y 0)")
	_, err = ReadMask(saved(t, "|b1", "(1, 1, 5)", []byte{0, 0, 1, 1, 0}), code)
	assert.ErrorContains(t, err, "5 channels; allowed in a one-hot mask of 3 classes: 3, or 2 without class 0")
	code.Map = map[int]uint8{}
	assert.ErrorContains(t, code.Check(), "a map of values needs coding")
}

// TestFlagsOfNPY reads classes that overlap out of arrays: a channel a class, and bits.
func TestFlagsOfNPY(t *testing.T) {
	classes := []string{"a", "b"}
	channels := saved(t, "|u1", "(1, 3, 2)", []byte{0, 255, 255, 255, 9, 0})
	assert.Equal(t, []uint8{0, 1, 1, 1, 9, 0}, labelsOf(t, channels, classes, flagCode(ChannelsCode, 9)))
	bits := saved(t, "<u2", "(1, 3)", []byte{2, 0, 3, 0, 0, 0})
	assert.Equal(t, []uint8{0, 1, 1, 1, 0, 0}, labelsOf(t, bits, classes, flagCode(BitsCode, -1)))
	for want, read := range map[string]func() (*Flags, error){
		`NPY with 2 channels and coding "bits"; allowed: 1 channel, or coding "channels"`: func() (*Flags, error) {
			return ReadFlags(channels, classes, flagCode(BitsCode, -1))
		},
		"2 channels for 3 classes (a, b, c); allowed: a channel a class": func() (*Flags, error) {
			return ReadFlags(channels, []string{"a", "b", "c"}, flagCode(ChannelsCode, 9))
		},
		"channel 1 (a)": func() (*Flags, error) { return ReadFlags(channels, classes, flagCode(ChannelsCode, -1)) },
	} {
		_, err := read()
		assert.ErrorContains(t, err, want)
	}
}
