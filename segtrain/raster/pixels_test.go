package raster

import (
	"hash/fnv"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChannels(t *testing.T) {
	for _, c := range []struct {
		from, to int
		in, want []uint8
	}{
		{1, 3, []uint8{7, 200}, []uint8{7, 7, 7, 200, 200, 200}},
		{1, 4, []uint8{7}, []uint8{7, 7, 7, 255}},
		{3, 1, []uint8{255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9}, []uint8{76, 150, 29, 9}},
		{3, 4, []uint8{1, 2, 3}, []uint8{1, 2, 3, 255}},
		{4, 3, []uint8{1, 2, 3, 4}, []uint8{1, 2, 3}},
		{4, 1, []uint8{255, 255, 255, 0}, []uint8{255}},
	} {
		im := &Image{H: 1, W: len(c.in) / c.from, C: c.from, Pix8: c.in}
		got := im.Channels(c.to)
		assert.Equal(t, c.want, got.Pix8, "%d to %d", c.from, c.to)
		assert.Equal(t, c.to, got.C)
	}
	wide := &Image{H: 1, W: 1, C: 3, Pix16: []uint16{65535, 65535, 65535}}
	assert.Equal(t, []uint16{65535}, wide.Channels(1).Pix16)
	assert.Equal(t, []uint16{65535, 65535, 65535, 65535}, wide.Channels(4).Pix16)
	assert.Same(t, wide, wide.Channels(3))
	assert.PanicsWithValue(t, "raster: Channels: cannot make 2 channels of a picture 1×1×3", func() { wide.Channels(2) })
}

func TestFloat(t *testing.T) {
	im := &Image{H: 1, W: 3, C: 1, Pix8: []uint8{0, 51, 255}}
	assert.Equal(t, &Float{1, 3, 1, []float32{0, 0.2, 1}}, im.Float())
	wide := &Image{H: 1, W: 2, C: 1, Pix16: []uint16{13107, 65535}}
	dst := im.Float()
	first := &dst.Pix[0]
	wide.FloatInto(dst)
	assert.Equal(t, &Float{1, 2, 1, []float32{0.2, 1}}, dst)
	assert.Same(t, first, &dst.Pix[0], "memory that suffices is kept")

	every := NewImage(16, 16, 1)
	for i := range every.Pix8 {
		every.Pix8[i] = uint8(i)
	}
	assert.Equal(t, every, every.Float().Image())
	odd := &Float{1, 3, 1, []float32{-1, 2, float32(math.NaN())}}
	assert.Equal(t, []uint8{0, 255, 0}, odd.Image().Pix8)
}

func TestResizeFloatByHand(t *testing.T) {
	for name, c := range map[string]struct {
		in, want []float32
	}{
		"same":     {[]float32{1, 5, 2}, []float32{1, 5, 2}},
		"doubled":  {[]float32{0, 4}, []float32{0, 1, 3, 4}},
		"tripled":  {[]float32{0, 3}, []float32{0, 0, 1, 2, 3, 3}},
		"halved":   {[]float32{0, 8, 16, 24}, []float32{40. / 7, 128. / 7}}, // weights 3:3:1 and 1:3:3
		"to one":   {[]float32{3, 6, 9}, []float32{6}},
		"from one": {[]float32{5}, []float32{5, 5, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			row := ResizeFloat(&Float{1, len(c.in), 1, c.in}, 1, len(c.want))
			column := ResizeFloat(&Float{len(c.in), 1, 1, c.in}, len(c.want), 1)
			assert.InDeltaSlice(t, c.want, row.Pix, 1e-5)
			assert.Equal(t, row.Pix, column.Pix, "both axes by the same rule")
		})
	}
}

// slowResize is the definition, in float64: every output a weighted mean over all inputs.
func slowResize(src *Float, h, w int) []float64 {
	weight := func(i, in, out, j int) float64 {
		scale := float64(in) / float64(out)
		d := math.Abs(float64(j)+0.5-(float64(i)+0.5)*scale) / math.Max(scale, 1)
		return math.Max(0, 1-d)
	}
	out := make([]float64, 0, h*w*src.C)
	for y := range h {
		for x := range w {
			for c := range src.C {
				var sum, total float64
				for j := range src.H {
					for i := range src.W {
						k := weight(y, src.H, h, j) * weight(x, src.W, w, i)
						sum += k * float64(src.Pix[(j*src.W+i)*src.C+c])
						total += k
					}
				}
				out = append(out, sum/total)
			}
		}
	}
	return out
}

func noise(h, w, c int) *Float {
	f, s := NewFloat(h, w, c), uint32(1)
	for i := range f.Pix {
		s = s*1664525 + 1013904223
		f.Pix[i] = float32(s>>8) / (1 << 24)
	}
	return f
}

func TestResizeFloatAgainstDefinition(t *testing.T) {
	src := noise(11, 13, 3)
	for _, size := range [][2]int{{11, 13}, {5, 6}, {1, 1}, {22, 26}, {7, 31}, {40, 2}, {12, 12}} {
		got := ResizeFloat(src, size[0], size[1])
		require.Equal(t, [3]int{size[0], size[1], 3}, [3]int{got.H, got.W, got.C})
		for i, want := range slowResize(src, size[0], size[1]) {
			require.InDelta(t, want, got.Pix[i], 1e-6, "%v at %d", size, i)
		}
	}
	assert.Equal(t, src.Pix, ResizeFloat(src, 11, 13).Pix, "the same size is an exact copy")
}

// The sum over the bits is the same on every processor: this is what keeps training runs repeatable elsewhere.
func TestResizeFloatBits(t *testing.T) {
	h := fnv.New64a()
	for _, size := range [][2]int{{48, 64}, {7, 200}, {91, 5}} {
		for _, v := range ResizeFloat(noise(37, 53, 3), size[0], size[1]).Pix {
			b := math.Float32bits(v)
			h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24)})
		}
	}
	assert.Equal(t, uint64(0x98b4eeafc7823bf3), h.Sum64())
}

func TestResizeMask(t *testing.T) {
	row := func(pix ...uint8) *Mask { return &Mask{1, len(pix), pix} }
	assert.Equal(t, row(1, 1, 2, 2), ResizeMask(row(1, 2), 1, 4))
	assert.Equal(t, row(2, 4), ResizeMask(row(1, 2, 3, 4), 1, 2))
	assert.Equal(t, row(2), ResizeMask(row(1, 2, 3), 1, 1))
	assert.Equal(t, row(1, 2, 3), ResizeMask(row(1, 2, 3), 1, 3))
	tall := &Mask{2, 2, []uint8{1, 2, 3, 4}}
	assert.Equal(t, &Mask{4, 1, []uint8{2, 2, 4, 4}}, ResizeMask(tall, 4, 1))
	assert.Panics(t, func() { ResizeMask(tall, 0, 1) })
	assert.Panics(t, func() { ResizeFloat(NewFloat(1, 1, 1), 1, -1) })
}

func TestCropPad(t *testing.T) {
	f := &Float{2, 3, 2, []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}
	assert.Equal(t, &Float{1, 2, 2, []float32{9, 10, 11, 12}}, f.Crop(1, 1, 1, 2))
	m := &Mask{2, 2, []uint8{1, 2, 3, 4}}
	padded := m.Pad(1, 0, 0, 2, 9)
	assert.Equal(t, &Mask{3, 4, []uint8{9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9, 9}}, padded)
	assert.Equal(t, m, padded.Crop(1, 0, 2, 2))
	assert.Equal(t, f, f.Pad(1, 2, 3, 4, 0.5).Crop(1, 3, 2, 3))
	assert.Equal(t, &Float{1, 2, 2, []float32{0.5, 0.5, 1, 2}}, f.Crop(0, 0, 1, 1).Pad(0, 0, 1, 0, 0.5))
	assert.PanicsWithValue(t, "raster: Crop: window 2×2 at (y 1, x 0) of a picture 2×2", func() { m.Crop(1, 0, 2, 2) })
	assert.Panics(t, func() { m.Crop(-1, 0, 1, 1) })
	assert.Panics(t, func() { m.Pad(0, 0, -1, 0, 0) })
}
