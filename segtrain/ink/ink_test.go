package ink

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// covered is how many pixels a black drawing covers, and box where they are.
func covered(im *raster.Image) (area float64, x0, y0, x1, y1 int) {
	x0, y0 = im.W, im.H
	for i := range im.H * im.W {
		if dark := 255 - im.Pix8[3*i]; dark > 0 {
			area += float64(dark) / 255
			x0, y0, x1, y1 = min(x0, i%im.W), min(y0, i/im.W), max(x1, i%im.W+1), max(y1, i/im.W+1)
		}
	}
	return area, x0, y0, x1, y1
}

func at(im *raster.Image, x, y int) [3]uint8 { return [3]uint8(im.Pix8[(y*im.W+x)*3:][:3]) }

func TestDotsHaveTheAreaOfCircles(t *testing.T) {
	for _, r := range []float64{1, 2.5, 7} {
		c := New(20, 20, 2)
		c.Dot(Point{10.3, 9.6}, r, color.Black)
		area, x0, y0, x1, y1 := covered(c.Image())
		assert.InEpsilon(t, math.Pi*4*r*r, area, 0.01)
		assert.InDelta(t, 4*r, x1-x0, 2)
		assert.InDelta(t, 19.2, float64(y0+y1)/2, 1)
	}
}

// A line is as wide whatever way it goes, and has round ends. Pixels that two of its pieces cover in part count the sum of
// both, which is somewhat too much.
func TestLinesHaveTheirWidth(t *testing.T) {
	for turn := range 16 {
		sin, cos := math.Sincos(float64(turn) * math.Pi / 8)
		c := New(60, 60, 1)
		c.Line([]Point{{30, 30}, {30 + 20*cos, 30 + 20*sin}}, 3, color.Black)
		area, _, _, _, _ := covered(c.Image())
		assert.InEpsilon(t, 20*3+math.Pi*2.25, area, 0.03, "turned by %d/16", turn)
	}
	c := New(10, 10, 1)
	c.Line([]Point{{5, 5}}, 4, color.Black)
	area, _, _, _, _ := covered(c.Image())
	assert.InEpsilon(t, math.Pi*4, area, 0.01, "one point is a dot")
	c.Line(nil, 4, color.Black)
}

func TestLinesThatCrossAreNoDarker(t *testing.T) {
	c := New(40, 40, 1)
	half := color.NRGBA{A: 0x80}
	c.Line([]Point{{5, 5}, {35, 35}, {35, 5}, {5, 35}, {5, 5}}, 4, half)
	im := c.Image()
	for i := range im.Pix8 {
		require.GreaterOrEqual(t, im.Pix8[i], uint8(0x7f))
	}
	assert.Equal(t, [3]uint8{0x7f, 0x7f, 0x7f}, at(im, 20, 20))
	assert.Equal(t, [3]uint8{0x7f, 0x7f, 0x7f}, at(im, 5, 20))
}

func TestRulesAreSharp(t *testing.T) {
	for _, width := range []float64{0.1, 1, 2} {
		c := New(10, 10, 1.5)
		c.Rule(Point{2, 2}, Point{8, 2}, width, color.Black)
		c.Rule(Point{4, 8}, Point{4, 6}, width, color.Black)
		im := c.Image()
		area, x0, _, x1, y1 := covered(im)
		assert.Equal(t, (9+3)*max(1, math.Round(1.5*width)), area)
		assert.Equal(t, [3]int{3, 12, 12}, [3]int{x0, x1, y1})
		for i := range 15 * 15 {
			assert.Contains(t, [][3]uint8{{255, 255, 255}, {}}, at(im, i%15, i/15))
		}
	}
}

func TestShiftAndClip(t *testing.T) {
	c := New(30, 30, 1)
	part := c.Shift(10, 20).Clip(0, 0, 5, 5)
	part.Dot(Point{0, 0}, 50, color.Black)
	part.Rule(Point{-9, 2}, Point{50, 2}, 1, color.Black)
	area, x0, y0, x1, y1 := covered(c.Image())
	assert.Equal(t, [5]float64{25, 10, 20, 15, 25}, [5]float64{area, float64(x0), float64(y0), float64(x1), float64(y1)})
	part.Clip(3, 3, 50, 50).Clip(0, 0, 3, 3).Dot(Point{}, 50, color.White)
	again, _, _, _, _ := covered(c.Image())
	assert.Equal(t, area, again, "nothing is left to draw on")
	c.Dot(Point{-100, 4}, 3, color.Black)
}

func TestACanvasHasPixels(t *testing.T) {
	im := New(3, 2, 1.5).Image()
	assert.Equal(t, [3]int{3, 5, 3}, [3]int{im.H, im.W, im.C})
	assert.Panics(t, func() { New(0, 3, 1) })
	assert.Panics(t, func() { New(4, 3, 0.1) })
}

func Example() {
	c := New(40, 30, 2)
	c.Line([]Point{{5, 25}, {15, 10}, {35, 20}}, 2, color.Black)
	c.Text("loss", Point{35, 8}, Words{Size: 8, Align: 1, Ink: color.Black})
	im := c.Image()
	fmt.Println(im.H, im.W, im.Pix8[(20*im.W+30)*3])
	// Output: 60 80 0
}
