package augment

import (
	"fmt"
	"image"
	"math"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/golden"
	"tessera/segtrain/raster"
)

// stripes draws the picture of tools/golden/augment_pixel.py.
func stripes(h, w, c int) *raster.Image {
	im := raster.NewImage(h, w, c)
	for i := range im.Pix8 {
		y, x, k := i/c/w, i/c%w, i%c
		n := uint32(i)
		n = (n ^ n>>16) * 0x85ebca6b
		n = (n ^ n>>13) * 0xc2b2ae35
		im.Pix8[i] = uint8(15 + (2*x+y*(k+1))%90 + (x/9+y/7+k)%3*60 + int((n^n>>16)%24))
	}
	return im
}

// alwaysPixel builds a transform that takes place, from settings in JSON.
func alwaysPixel(t *testing.T, name string, settings []byte) Optional {
	t.Helper()
	if len(settings) == 0 {
		settings = []byte("{}") // an empty document would be null
	}
	made, err := New(name, func(to any) error { return yaml.UnmarshalWithOptions(settings, to, yaml.Strict()) })
	require.NoError(t, err)
	return made.(Optional)
}

func painting(op Op, im *raster.Image) *raster.Image {
	return op.(painted).Bytes(im)
}

// apart returns the largest and the mean difference to samples of a golden.
func apart(want []int, got []uint8) (largest int, average float64) {
	for i, v := range want {
		d := int(got[61*i]) - v
		largest = max(largest, d, -d)
		average += math.Abs(float64(d)) / float64(len(want))
	}
	return largest, average
}

func TestPixelsAreThoseOfAlbumentations(t *testing.T) {
	var want golden.AugmentPixel
	golden.Load(t, "augment_pixel.json", &want)
	require.Greater(t, len(want.Cases), 60)
	for _, c := range want.Cases {
		t.Run(fmt.Sprintf("%s/%d/%s", c.Name, c.Channels, c.Settings), func(t *testing.T) {
			im := stripes(61, 67, c.Channels)
			out := painting(alwaysPixel(t, c.Name, c.Settings).Always(NewRand(1), im.H, im.W), im)
			require.Len(t, c.Value, (len(out.Pix8)+60)/61)
			largest, average := apart(c.Value, out.Pix8)
			t.Logf("largest %d, mean %.3f", largest, average)
			assert.LessOrEqual(t, largest, c.Tolerance)
			assert.LessOrEqual(t, average, 1.0)
			assert.InDelta(t, c.Mean, mean(out.Pix8), 0.6)
		})
	}
}

func TestWeatherIsThatOfAlbumentations(t *testing.T) {
	var want golden.AugmentPixel
	golden.Load(t, "augment_pixel.json", &want)
	im, w := stripes(61, 67, 3), want.Weather
	var shadows []brush
	for i, polygon := range w.Corners {
		s := shadow{light: tableOf(func(v float64) float64 { return (1 - w.Intensities[i]) * v })}
		for _, p := range polygon {
			s.corners = append(s.corners, image.Pt(p[0], p[1]))
		}
		shadows = append(shadows, s)
	}
	out := painting(paint(61, 67, shadows...), im)
	wrong := 0
	for i, v := range w.Shadow {
		if d := int(out.Pix8[61*i]) - v; d < -1 || d > 1 {
			wrong++
		}
	}
	assert.LessOrEqual(t, wrong, len(w.Shadow)/50, "pixels on edges")

	f := fog{alpha: w.Alpha}
	for _, d := range w.Discs {
		f.discs = append(f.discs, disk{d[0], d[1], d[2]})
	}
	out = painting(paint(61, 67, f, separable(openCVBell(3, 0))), im)
	largest, average := apart(w.Fog, out.Pix8)
	assert.LessOrEqual(t, average, 1.5, "largest %d", largest)
}

func TestNoiseIsDistributedAsInAlbumentations(t *testing.T) {
	var want golden.AugmentPixel
	golden.Load(t, "augment_pixel.json", &want)
	im := raster.NewImage(512, 512, 3)
	for i := range im.Pix8 {
		im.Pix8[i] = 120
	}
	for _, n := range want.Noise {
		out := painting(alwaysPixel(t, n.Name, n.Settings).Always(NewRand(1), 512, 512), im)
		average, squares := mean(out.Pix8), 0.0
		for _, v := range out.Pix8 {
			squares += (float64(v) - average) * (float64(v) - average)
		}
		std := math.Sqrt(squares / float64(len(out.Pix8)))
		assert.InDelta(t, n.Mean, average, 0.02*n.Mean+0.3, n.Name)
		assert.InDelta(t, n.Std, std, 0.03*n.Std+0.1, n.Name)
	}
}
