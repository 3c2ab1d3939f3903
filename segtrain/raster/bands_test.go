package raster

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
)

// tiffOptions is a TIFF to be written by the plainest means.
type tiffOptions struct {
	h, w, c, bits int
	order         binary.ByteOrder
	perStrip      int // 0: tiles
	tile          int
	deflate       bool
}

// A tiffFile is a TIFF in the making.
type tiffFile struct {
	tiffOptions
	bytes.Buffer
	value           func(y, x, k int) uint16
	offsets, counts []uint32
}

// writeTIFF writes a picture of samples that value gives.
func writeTIFF(t testing.TB, o tiffOptions, value func(y, x, k int) uint16) string {
	t.Helper()
	f := &tiffFile{tiffOptions: o, value: value}
	f.WriteString(map[bool]string{true: "MM\x00*", false: "II*\x00"}[o.order == binary.BigEndian])
	f.Write(make([]byte, 4))
	if o.tile > 0 {
		for y := 0; y < o.h; y += o.tile {
			for x := 0; x < o.w; x += o.tile {
				f.part(t, y, x, o.tile, o.tile)
			}
		}
	} else {
		for y := 0; y < o.h; y += o.perStrip {
			f.part(t, y, 0, min(o.perStrip, o.h-y), o.w)
		}
	}
	f.directory(t)
	name := filepath.Join(t.TempDir(), "picture.tif")
	require.NoError(t, os.WriteFile(name, f.Bytes(), 0o644))
	return name
}

// part writes a strip or a tile, which repeats the last pixels where it leaves the picture.
func (f *tiffFile) part(t testing.TB, y, x, h, w int) {
	var raw []byte
	for i := y; i < y+h; i++ {
		for j := x; j < x+w; j++ {
			for k := range f.c {
				v := f.value(min(i, f.h-1), min(j, f.w-1), k)
				if f.bits == 8 {
					raw = append(raw, uint8(v))
					continue
				}
				raw = append(raw, 0, 0)
				f.order.PutUint16(raw[len(raw)-2:], v)
			}
		}
	}
	if f.deflate {
		var z bytes.Buffer
		to := zlib.NewWriter(&z)
		_, err := to.Write(raw)
		require.NoError(t, err)
		require.NoError(t, to.Close())
		raw = z.Bytes()
	}
	f.offsets, f.counts = append(f.offsets, uint32(f.Len())), append(f.counts, uint32(len(raw)))
	f.Write(raw)
}

// list writes numbers and returns where they are, or the number if there is one.
func (f *tiffFile) list(t testing.TB, values []uint32) uint32 {
	if len(values) == 1 {
		return values[0]
	}
	at := f.Len()
	require.NoError(t, binary.Write(f, f.order, values))
	return uint32(at)
}

func (f *tiffFile) directory(t testing.TB) {
	type entry struct {
		Tag, Kind uint16
		N, Value  uint32
	}
	photometric, compression, c := uint32(2), uint32(1), uint32(f.c)
	if f.c == 1 {
		photometric = 1
	}
	if f.deflate {
		compression = 8
	}
	bits := f.list(t, slices.Repeat([]uint32{uint32(f.bits)}, f.c))
	where, sizes, n := f.list(t, f.offsets), f.list(t, f.counts), uint32(len(f.offsets))
	entries := []entry{{256, 4, 1, uint32(f.w)}, {257, 4, 1, uint32(f.h)}, {258, 4, c, bits}, {259, 4, 1, compression},
		{262, 4, 1, photometric}}
	if f.tile > 0 {
		entries = append(entries, entry{277, 4, 1, c}, entry{322, 4, 1, uint32(f.tile)}, entry{323, 4, 1, uint32(f.tile)},
			entry{324, 4, n, where}, entry{325, 4, n, sizes})
	} else {
		entries = append(entries, entry{273, 4, n, where}, entry{277, 4, 1, c}, entry{278, 4, 1, uint32(f.perStrip)},
			entry{279, 4, n, sizes})
	}
	at := f.Len()
	require.NoError(t, binary.Write(f, f.order, uint16(len(entries))))
	require.NoError(t, binary.Write(f, f.order, entries))
	f.Write(make([]byte, 4))
	f.order.PutUint32(f.Bytes()[4:], uint32(at))
}

func pattern(y, x, k int) uint16 { return uint16(y*257 + x*31 + k*7919 + y*x) }

// allBands reads a file in bands and puts them together.
func allBands(t testing.TB, file string) (im *Image, bands int) {
	t.Helper()
	b, err := OpenBands(file)
	require.NoError(t, err)
	defer b.Close()
	for {
		band, err := b.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		bands++
		if im == nil {
			im = &Image{W: band.W, C: band.C}
		}
		require.Equal(t, b.W, band.W)
		im.H += band.H
		im.Pix8, im.Pix16 = append(im.Pix8, band.Pix8...), append(im.Pix16, band.Pix16...)
	}
	assert.Equal(t, b.H, im.H)
	return im, bands
}

// TestBandsAreThePicture compares bands with the whole, for all that strips and tiles can be.
func TestBandsAreThePicture(t *testing.T) {
	for _, o := range []tiffOptions{
		{perStrip: 1}, {perStrip: 7}, {perStrip: 100}, {perStrip: 1000}, {perStrip: 64}, {perStrip: 128}, {tile: 16}, {tile: 64},
	} {
		for _, c := range []int{1, 3} {
			for _, bits := range []int{8, 16} {
				for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
					for _, deflate := range []bool{false, true} {
						o.h, o.w, o.c, o.bits, o.order, o.deflate = 203, 37, c, bits, order, deflate
						name := fmt.Sprintf("%+v", o)
						file := writeTIFF(t, o, pattern)
						want, err := Read(file)
						require.NoError(t, err, name)
						require.Equal(t, []int{203, 37, c}, []int{want.H, want.W, want.C}, name)
						got, bands := allBands(t, file)
						require.Equal(t, want, got, name)
						assert.Greater(t, bands, 1, name)
						b, err := OpenBands(file)
						require.NoError(t, err)
						assert.Equal(t, Info{"TIFF", 203, 37, c, bits}, b.Info, name)
						require.NoError(t, b.Close())
					}
				}
			}
		}
	}
}

// TestBandsOfOtherFormats compares with Read what is decoded whole and converted in bands.
func TestBandsOfOtherFormats(t *testing.T) {
	const h, w = 203, 37
	rgb := image.NewRGBA(image.Rect(0, 0, w, h))
	grey, deep := image.NewGray(rgb.Rect), image.NewNRGBA64(rgb.Rect)
	palette := image.NewPaletted(rgb.Rect, []color.Color{color.Black, color.White, color.RGBA{200, 30, 40, 255}})
	for i := range h * w {
		v := pattern(i/w, i%w, 1)
		rgb.SetRGBA(i%w, i/w, color.RGBA{uint8(v), uint8(v >> 3), uint8(i), 255})
		deep.SetNRGBA64(i%w, i/w, color.NRGBA64{v, v * 3, v * 5, v * 7})
		grey.Pix[i], palette.Pix[i] = uint8(v), uint8(i%3)
	}
	for name, encode := range map[string]func(io.Writer) error{
		"rgb.png":     func(to io.Writer) error { return png.Encode(to, rgb) },
		"grey.png":    func(to io.Writer) error { return png.Encode(to, grey) },
		"deep.png":    func(to io.Writer) error { return png.Encode(to, deep) },
		"palette.png": func(to io.Writer) error { return png.Encode(to, palette) },
		"rgb.jpg":     func(to io.Writer) error { return jpeg.Encode(to, rgb, nil) },
		"grey.jpg":    func(to io.Writer) error { return jpeg.Encode(to, grey, nil) },
		"rgb.bmp":     func(to io.Writer) error { return bmp.Encode(to, rgb) },
	} {
		file := filepath.Join(t.TempDir(), name)
		require.NoError(t, WriteFile(file, encode))
		want, err := Read(file)
		require.NoError(t, err)
		got, bands := allBands(t, file)
		assert.Equal(t, want, got, name)
		assert.Equal(t, 4, bands, name)
	}
	im, bands := allBands(t, writeNPY(t))
	assert.Equal(t, []int{1, 2, 3, 1}, []int{bands, im.H, im.W, im.C})
}

// writeNPY writes the array [[1, 2, 3], [4, 5, 6]].
func writeNPY(t *testing.T) string {
	text := "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }\n"
	file := filepath.Join(t.TempDir(), "a.npy")
	b := append([]byte(npyMagic+"\x01\x00"), uint8(len(text)), 0)
	require.NoError(t, os.WriteFile(file, append(append(b, text...), 1, 2, 3, 4, 5, 6), 0o644))
	return file
}

// TestBandsAdmitMore: the limit of Read does not hold for bands, but there is one.
func TestBandsAdmitMore(t *testing.T) {
	info := Info{Format: "PNG", H: 20000, W: 20000, C: 3, Bits: 8}
	assert.ErrorContains(t, info.check(), "more than the allowed 268435456 samples")
	require.NoError(t, info.checkWithin(maxBandSamples))
	info.W = 40000
	assert.ErrorContains(t, info.checkWithin(maxBandSamples), "more than the allowed 2147483648 samples")
}

func TestBandsOfDamagedFiles(t *testing.T) {
	_, err := OpenBands(filepath.Join(t.TempDir(), "none.tif"))
	assert.ErrorContains(t, err, "none.tif: no such file")
	o := tiffOptions{h: 200, w: 30, c: 3, bits: 8, order: binary.LittleEndian, perStrip: 10, deflate: true}
	file := writeTIFF(t, o, pattern)
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, n := range []int{4, 9, len(whole) / 2, len(whole) - 30} {
		require.NoError(t, os.WriteFile(file, whole[:n], 0o644))
		_, err := OpenBands(file)
		assert.ErrorContains(t, err, file, "%d bytes", n)
	}
	spoilt := slices.Clone(whole)
	for i := range 200 {
		spoilt[len(whole)/2+i] = 0xa5
	}
	require.NoError(t, os.WriteFile(file, spoilt, 0o644))
	b, err := OpenBands(file)
	require.NoError(t, err)
	defer b.Close()
	n := 0
	for err == nil {
		_, err = b.Next()
		n++
	}
	assert.NotErrorIs(t, err, io.EOF)
	assert.ErrorContains(t, err, "image "+file+": ")
	assert.Greater(t, n, 1, "the bands before the damage are there")
}
