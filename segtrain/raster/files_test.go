package raster

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// encode returns the file a standard encoder makes of m.
func encode(t testing.TB, format string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "PNG":
		err = png.Encode(&b, m)
	case "JPEG":
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: 100})
	case "TIFF":
		err = tiff.Encode(&b, m, nil)
	case "TIFF deflate":
		err = tiff.Encode(&b, m, &tiff.Options{Compression: tiff.Deflate})
	case "BMP":
		err = bmp.Encode(&b, m)
	}
	require.NoError(t, err)
	return b.Bytes()
}

func save(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o644))
	return path
}

// riff wraps one chunk as a WebP file.
func riff(chunk string, data []byte) []byte {
	if len(data)%2 == 1 {
		data = append(data, 0)
	}
	out := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(12+len(data)))...)
	out = append(out, "WEBP"+chunk...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	return append(out, data...)
}

// losslessWebP is a w×h picture of one colour: five prefix codes of one symbol each, so that pixels take no bits.
func losslessWebP(w, h int, c color.NRGBA, alpha bool) []byte {
	var bits []byte
	n := 0
	put := func(v, count int) {
		for i := range count {
			if n%8 == 0 {
				bits = append(bits, 0)
			}
			bits[n/8] |= byte(v>>i&1) << (n % 8)
			n++
		}
	}
	put(0x2f, 8)
	put(w-1, 14)
	put(h-1, 14)
	put(map[bool]int{true: 1}[alpha], 1)
	put(0, 3+1+1+1) // version; no transform, no colour cache, no meta codes
	for _, symbol := range []uint8{c.G, c.R, c.B, c.A, 0} {
		put(1, 1) // a simple code
		put(0, 1) // of one symbol
		put(1, 1) // of eight bits
		put(int(symbol), 8)
	}
	return riff("VP8L", bits)
}

// lossyWebP is a 16×16 key frame whose partitions are all zero bits.
func lossyWebP() []byte {
	const part = 64
	tag := uint32(0<<0 | 1<<4 | part<<5)
	data := []byte{byte(tag), byte(tag >> 8), byte(tag >> 16), 0x9d, 0x01, 0x2a, 16, 0, 16, 0}
	return riff("VP8 ", append(data, make([]byte, 2*part)...))
}

// gradient draws a picture in which every pixel differs.
func gradient(set func(x, y int, c color.NRGBA64), h, w int) {
	for y := range h {
		for x := range w {
			set(x, y, color.NRGBA64{uint16(x*5000 + 7), uint16(y*6000 + 300), uint16(x*y*900 + 11), uint16(65535 - x*257*9)})
		}
	}
}
