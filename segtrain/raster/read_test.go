package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const testH, testW = 5, 7

func testPictures() map[string]image.Image {
	r := image.Rect(0, 0, testW, testH)
	m := map[string]image.Image{}
	grey, grey16 := image.NewGray(r), image.NewGray16(r)
	nrgba, nrgba64 := image.NewNRGBA(r), image.NewNRGBA64(r)
	rgb, rgb64 := image.NewRGBA(r), image.NewRGBA64(r)
	pal := image.NewPaletted(r, color.Palette{color.Black, color.White, color.NRGBA{200, 30, 7, 255}})
	gradient(func(x, y int, c color.NRGBA64) {
		opaque := c
		opaque.A = 65535
		grey.Set(x, y, opaque)
		grey16.Set(x, y, opaque)
		nrgba.Set(x, y, c)
		nrgba64.Set(x, y, c)
		rgb.Set(x, y, opaque)
		rgb64.Set(x, y, opaque)
		pal.SetColorIndex(x, y, uint8((x+y)%3))
	}, testH, testW)
	m["grey"], m["grey16"], m["rgba"], m["rgba16"], m["rgb"], m["rgb16"], m["pal"] =
		grey, grey16, nrgba, nrgba64, rgb, rgb64, pal
	return m
}

// want recomputes the samples through package color, one pixel at a time.
func want(m image.Image, c, bits int) []int {
	var out []int
	for y := range testH {
		for x := range testW {
			p := color.NRGBA64Model.Convert(m.At(x, y)).(color.NRGBA64)
			if n, ok := m.At(x, y).(color.NRGBA); ok {
				p = color.NRGBA64{uint16(n.R) * 257, uint16(n.G) * 257, uint16(n.B) * 257, uint16(n.A) * 257}
			}
			for _, v := range []uint16{p.R, p.G, p.B, p.A}[:c] {
				out = append(out, int(v)>>(16-bits))
			}
		}
	}
	return out
}

func samples(im *Image) []int {
	var out []int
	for _, v := range im.Pix8 {
		out = append(out, int(v))
	}
	for _, v := range im.Pix16 {
		out = append(out, int(v))
	}
	return out
}

func TestReadExact(t *testing.T) {
	kinds := map[string]Info{
		"grey": {C: 1, Bits: 8}, "grey16": {C: 1, Bits: 16}, "rgb": {C: 3, Bits: 8}, "rgb16": {C: 3, Bits: 16},
		"rgba": {C: 4, Bits: 8}, "rgba16": {C: 4, Bits: 16}, "pal": {C: 3, Bits: 8},
	}
	formats := map[string][]string{
		"PNG":          {"grey", "grey16", "rgb", "rgb16", "rgba", "rgba16", "pal"},
		"TIFF":         {"grey", "grey16", "rgb16", "rgba", "rgba16", "pal"},
		"TIFF deflate": {"grey", "grey16", "rgb", "rgba", "rgba16", "pal"},
		"BMP":          {"rgb", "pal"},
	}
	pictures := testPictures()
	for format, names := range formats {
		for _, name := range names {
			t.Run(format+" "+name, func(t *testing.T) {
				path := save(t, "misleading.jpg", encode(t, format, pictures[name]))
				info, err := Probe(path)
				require.NoError(t, err)
				im, err := Read(path)
				require.NoError(t, err)
				k := kinds[name]
				if format == "TIFF" && name == "rgb16" || format == "TIFF deflate" && name == "rgb" {
					// The encoder writes an associated alpha that is opaque everywhere.
					assert.Equal(t, 3, im.C)
				}
				assert.Equal(t, [5]int{testH, testW, k.C, k.C, k.Bits}, [5]int{im.H, im.W, im.C, info.C, info.Bits})
				assert.Equal(t, want(pictures[name], k.C, k.Bits), samples(im))
			})
		}
	}
}

func TestReadPremultipliedTIFF(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 2, 1))
	m.SetRGBA(0, 0, color.RGBA{50, 25, 0, 128})
	m.SetRGBA(1, 0, color.RGBA{0, 0, 0, 0})
	im, err := Read(save(t, "a.tif", encode(t, "TIFF", m)))
	require.NoError(t, err)
	assert.Equal(t, 4, im.C)
	assert.Equal(t, []uint8{100, 50, 0, 128, 0, 0, 0, 0}, im.Pix8)
}

// bitmap32 is a 1×2 bitmap of 32 bits a pixel with a header of the given length; version 4 (108) declares alpha.
func bitmap32(header int) []byte {
	b := make([]byte, 14+header)
	copy(b, "BM")
	binary.LittleEndian.PutUint32(b[10:], uint32(len(b)))
	binary.LittleEndian.PutUint32(b[14:], uint32(header))
	binary.LittleEndian.PutUint32(b[18:], 2)
	binary.LittleEndian.PutUint32(b[22:], 1)
	b[26], b[28] = 1, 32
	return append(b, 3, 2, 1, 200, 30, 20, 10, 0)
}

func TestReadBitmapAlpha(t *testing.T) {
	for header, pix := range map[int][]uint8{
		40:  {1, 2, 3, 10, 20, 30},
		108: {1, 2, 3, 200, 10, 20, 30, 0},
	} {
		path := save(t, "a.bmp", bitmap32(header))
		im, err := Read(path)
		require.NoError(t, err)
		info, err := Probe(path)
		require.NoError(t, err)
		assert.Equal(t, pix, im.Pix8)
		assert.Equal(t, Info{"BMP", 1, 2, im.C, 8}, info)
	}
}

func TestReadJPEG(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 32, 16))
	for i := range 16 * 32 {
		m.Set(i%32, i/32, color.NRGBA{200, 100, 40, 255})
	}
	im, err := Read(save(t, "a.png", encode(t, "JPEG", m)))
	require.NoError(t, err)
	require.Equal(t, 3, im.C)
	for i, v := range im.Pix8 {
		assert.InDelta(t, []int{200, 100, 40}[i%3], int(v), 3)
	}
	grey, err := Read(save(t, "g", encode(t, "JPEG", testPictures()["grey"])))
	require.NoError(t, err)
	assert.Equal(t, 1, grey.C)
}

func TestReadWebP(t *testing.T) {
	c := color.NRGBA{10, 200, 30, 77}
	for _, alpha := range []bool{false, true} {
		path := save(t, "a.webp", losslessWebP(3, 2, c, alpha))
		im, err := Read(path)
		require.NoError(t, err)
		info, err := Probe(path)
		require.NoError(t, err)
		pixel := []uint8{10, 200, 30, 77}[:im.C]
		assert.Equal(t, map[bool]int{false: 3, true: 4}[alpha], im.C)
		assert.Equal(t, Info{"WebP", 2, 3, im.C, 8}, info)
		assert.Equal(t, bytes.Repeat(pixel, 6), im.Pix8)
	}
	im, err := Read(save(t, "b.webp", lossyWebP()))
	require.NoError(t, err)
	assert.Equal(t, [3]int{16, 16, 3}, [3]int{im.H, im.W, im.C})
}

func TestStudioRange(t *testing.T) {
	for _, c := range []struct{ ycc, rgb [3]uint8 }{
		{[3]uint8{16, 128, 128}, [3]uint8{0, 0, 0}},
		{[3]uint8{235, 128, 128}, [3]uint8{255, 255, 255}},
		{[3]uint8{126, 128, 128}, [3]uint8{128, 128, 128}},
		{[3]uint8{81, 90, 240}, [3]uint8{254, 0, 0}}, // the video red of BT.601
		{[3]uint8{0, 128, 128}, [3]uint8{0, 0, 0}},
	} {
		im := convertYCbCr(Info{"WebP", 1, 1, 3, 8}, &image.YCbCr{
			Y: c.ycc[:1], Cb: c.ycc[1:2], Cr: c.ycc[2:], YStride: 1, CStride: 1, Rect: image.Rect(0, 0, 1, 1),
		}, nil)
		assert.Equal(t, c.rgb[:], im.Pix8, "%v", c.ycc)
	}
}

// hugePNG declares a picture without holding it.
func hugePNG(w, h uint32) []byte {
	ihdr := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	ihdr = append(ihdr, 8, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, ihdr...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(ihdr))
}

func TestReadErrors(t *testing.T) {
	rgb := testPictures()["rgb"]
	cases := map[string]struct {
		data []byte
		says string
	}{
		"empty":          {nil, "the file is empty"},
		"unknown":        {[]byte("GIF89a and so on"), "allowed: PNG, JPEG, TIFF, BMP, WebP"},
		"huge":           {hugePNG(1<<17, 1<<17), "131072×131072 pixels with 3 channels, more than the allowed 268435456"},
		"just too big":   {hugePNG(1<<14, 1<<14), "more than the allowed"},
		"no body":        {hugePNG(10, 10), "truncated PNG"},
		"truncated PNG":  {encode(t, "PNG", rgb)[:60], "truncated PNG"},
		"truncated JPEG": {encode(t, "JPEG", rgb)[:650], "truncated JPEG"},
		"truncated TIFF": {encode(t, "TIFF", rgb)[:60], "TIFF"},
		"truncated BMP":  {encode(t, "BMP", rgb)[:100], "truncated BMP"},
		"truncated WebP": {losslessWebP(3, 2, color.NRGBA{}, false)[:28], "WebP"},
		"only a magic":   {[]byte("\xff\xd8\xff"), "truncated JPEG"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := save(t, "bad.png", c.data)
			_, err := Read(path)
			require.ErrorContains(t, err, "image "+path+": ")
			assert.ErrorContains(t, err, c.says)
			_, err = ReadMask(path, MaskCode{Coding: IndexCode, Classes: 2, Ignore: -1})
			assert.ErrorContains(t, err, "mask "+path+": ")
		})
	}
	dir := t.TempDir()
	_, err := Read(dir)
	assert.EqualError(t, err, "image "+dir+": not a file")
	missing := filepath.Join(dir, "none.png")
	for _, read := range []func(string) error{
		func(p string) error { _, err := Read(p); return err },
		func(p string) error { _, err := Probe(p); return err },
	} {
		err := read(missing)
		assert.ErrorIs(t, err, fs.ErrNotExist)
		assert.EqualError(t, err, "image "+missing+": no such file or directory")
	}
}

func TestDecoderPanicIsAnError(t *testing.T) {
	err := func() (err error) {
		defer recoverTo(&err, "PNG")
		panic(errors.New("index out of range"))
	}()
	assert.EqualError(t, err, "damaged PNG: the decoder failed: index out of range")
}

func FuzzRead(f *testing.F) {
	for name, m := range testPictures() {
		f.Add(encode(f, "PNG", m))
		f.Add(encode(f, "TIFF", m))
		if name == "rgb" || name == "pal" {
			f.Add(encode(f, "BMP", m))
			f.Add(encode(f, "JPEG", m))
		}
	}
	f.Add(losslessWebP(3, 2, color.NRGBA{1, 2, 3, 4}, true))
	f.Add(lossyWebP())
	f.Add(hugePNG(1<<31, 1<<31))
	path := filepath.Join(f.TempDir(), "a")
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, info, err := header(data); err == nil && info.H*info.W > 1<<20 {
			t.Skip("too big to fuzz quickly")
		}
		require.NoError(t, os.WriteFile(path, data, 0o644))
		im, err := Read(path)
		if err != nil {
			return
		}
		info, err := Probe(path)
		require.NoError(t, err)
		require.Equal(t, [2]int{info.H, info.W}, [2]int{im.H, im.W})
		require.Contains(t, []int{1, 3, 4}, im.C)
		require.Equal(t, im.H*im.W*im.C, len(im.Pix8)+len(im.Pix16))
		_, err = MaskValues(path)
		require.NoError(t, err)
	})
}
