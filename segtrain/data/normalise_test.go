package data

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

// TestBytesAreNormalisedAsFloats goes both ways from a picture to a sample: straight from 8 bits, and by way of float32.
func TestBytesAreNormalisedAsFloats(t *testing.T) {
	const h, w = 100, 131 // more than a strip
	im := raster.NewImage(h, w, 3)
	for i := range im.Pix8 {
		im.Pix8[i] = uint8(i * i >> 3)
	}
	d := &Dataset{opt: Options{H: h, W: w, C: 3}, scale: []float32{1 / float32(0.229), 1 / float32(0.224), 1 / float32(0.225)},
		add: []float32{-2.1179, -2.0357, -1.8044}}
	d.scratch.New = func() any { return new(scratch) }
	want := make([]float32, h*w*3)
	flip := augment.HorizontalFlip{}.Always(nil, h, w)
	d.normalise(want, flip.Image(im.Float()).Pix)
	before := append([]uint8{}, im.Pix8...)
	for range 2 { // the second time in memory that is there
		got := make([]float32, h*w*3)
		gh, gw := d.picture(got, flip, im)
		assert.Equal(t, [2]int{h, w}, [2]int{gh, gw})
		assert.Equal(t, want, got)
	}
	assert.Equal(t, before, im.Pix8, "the cached picture is not written to")
	plain := make([]float32, h*w*3)
	d.normalise(want, im.Float().Pix)
	d.picture(plain, augment.Identity(h, w), im)
	assert.Equal(t, want, plain)
	small := make([]float32, 12)
	gh, gw := d.picture(small, augment.Resize{Height: 2, Width: 3}.Draw(nil, h, w), im)
	assert.Equal(t, [2]int{2, 3}, [2]int{gh, gw})
	assert.Zero(t, small[0], "a picture of another size is not written")
}
