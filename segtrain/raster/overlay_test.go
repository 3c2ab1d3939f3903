package raster

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPaletteIsDistinctAndStable(t *testing.T) {
	all := Palette(256)
	seen := map[color.RGBA]bool{}
	for _, c := range all {
		assert.False(t, seen[c], "%v twice", c)
		assert.Equal(t, uint8(255), c.A)
		seen[c] = true
	}
	for n := range 257 {
		require.Equal(t, all[:n], Palette(n))
	}
	all[0] = color.RGBA{}
	assert.NotEqual(t, all[0], Palette(1)[0], "a caller cannot change the palette")
	assert.Panics(t, func() { Palette(257) })
}

// seen returns the CIELAB coordinates of c after a linear RGB matrix: what a viewer with that deficiency sees.
func seen(c color.RGBA, m [9]float64) [3]float64 {
	linear := func(v uint8) float64 { return math.Pow((float64(v)/255+0.055)/1.055, 2.4) }
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	clip := func(v float64) float64 { return math.Max(0, math.Min(1, v)) }
	r, g, b = clip(m[0]*r+m[1]*g+m[2]*b), clip(m[3]*r+m[4]*g+m[5]*b), clip(m[6]*r+m[7]*g+m[8]*b)
	x, y, z := (0.4124*r+0.3576*g+0.1805*b)/0.9505, 0.2126*r+0.7152*g+0.0722*b, (0.0193*r+0.1192*g+0.9505*b)/1.089
	return [3]float64{116*math.Cbrt(y) - 16, 500 * (math.Cbrt(x) - math.Cbrt(y)), 200 * (math.Cbrt(y) - math.Cbrt(z))}
}

// The matrices are those of Machado, Oliveira and Fernandes (2009) for full severity.
func TestPaletteForColorBlindReaders(t *testing.T) {
	for name, m := range map[string][9]float64{
		"normal":       {1, 0, 0, 0, 1, 0, 0, 0, 1},
		"protanopia":   {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
		"deuteranopia": {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
	} {
		p := Palette(12)
		for i := range p {
			for j := range i {
				a, b := seen(p[i], m), seen(p[j], m)
				d := math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
				assert.GreaterOrEqual(t, d, 15.0, "%s: colours %d and %d", name, j, i)
			}
		}
	}
}

var testPalette = []color.RGBA{{200, 0, 0, 255}, {0, 100, 0, 255}}

func TestOverlay(t *testing.T) {
	im := NewImage(1, 5, 1)
	for i := range im.Pix8 {
		im.Pix8[i] = 100
	}
	m := &Mask{1, 5, []uint8{0, 0, 1, 1, 9}}
	got := Overlay(im, m, testPalette, 0.5, 9)
	assert.Equal(t, []uint8{
		150, 50, 50, // half and half
		200, 0, 0, // the border, in full
		50, 100, 50,
		0, 100, 0, // the border of the ignored
		100, 100, 100, // ignored: the picture
	}, got.Pix8[:15])
	assert.Equal(t, []uint8{100, 100, 100, 100, 100}, im.Pix8, "the picture is not touched")
	assert.Panics(t, func() { Overlay(im, m, testPalette, 0.5, -1) })
	assert.PanicsWithValue(t, "raster: Overlay: picture 1×5 and mask 2×2", func() {
		Overlay(im, NewMask(2, 2), testPalette, 0.5, -1)
	})
}

func TestOverlayBorderTowardsIgnored(t *testing.T) {
	m := &Mask{1, 3, []uint8{9, 0, 0}}
	got := Overlay(NewImage(1, 3, 3), m, testPalette, 0.5, 9)
	assert.Equal(t, []uint8{0, 0, 0, 200, 0, 0, 100, 0, 0}, got.Pix8)
}

func TestErrorPanel(t *testing.T) {
	im := NewImage(1, 3, 3)
	for i := range im.Pix8 {
		im.Pix8[i] = 90
	}
	got := ErrorPanel(im, &Mask{1, 3, []uint8{9, 0, 1}}, &Mask{1, 3, []uint8{0, 0, 0}}, 9)
	assert.Equal(t, []uint8{150, 150, 150, 30, 30, 30, 200, 30, 30}, got.Pix8)
}

func TestSideBySide(t *testing.T) {
	im := &Image{H: 2, W: 3, C: 3, Pix16: make([]uint16, 18)}
	im.Pix16[0] = 65535
	truth, prediction := NewMask(2, 3), NewMask(2, 3)
	prediction.Pix[5] = 1
	got := SideBySide(im, truth, prediction, testPalette, -1)
	require.Equal(t, [3]int{2, 4*3 + 3*panelGap, 3}, [3]int{got.H, got.W, got.C})
	at := func(y, x int) [3]uint8 { return [3]uint8(got.Pix8[(y*got.W+x)*3:]) }
	const step = 3 + panelGap
	assert.Equal(t, [3]uint8{255, 0, 0}, at(0, 0), "16 bits become 8")
	assert.Equal(t, [3]uint8{255, 255, 255}, at(1, 3), "the gap")
	assert.Equal(t, [3]uint8{120, 0, 0}, at(1, step+2), "truth")
	assert.Equal(t, [3]uint8{0, 60, 0}, at(1, 2*step+2), "prediction")
	assert.Equal(t, [3]uint8{170, 0, 0}, at(1, 3*step+2), "errors")

	two := SideBySide(im, nil, prediction, testPalette, -1)
	assert.Equal(t, 2*3+panelGap, two.W)
}
