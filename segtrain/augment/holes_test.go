package augment

import (
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// dropouts are transforms that fill white holes and class 9 under them.
func dropouts() map[string]Optional {
	white, class := HoleFill{Fill: Fill{1}}, MaskClass(9)
	return map[string]Optional{
		"CoarseDropout": CoarseDropout{IntRange{2, 4}, Range{0.1, 0.3}, Range{2, 9}, white, class, 1},
		"Erasing":       Erasing{Range{0.05, 0.2}, Range{0.3, 3.3}, white, class, 1},
		"GridDropout":   GridDropout{Ratio: 0.5, RandomOffset: true, Fill: white, FillMask: class, P: 1},
		"XYMasking":     XYMasking{IntRange{1, 3}, IntRange{1, 2}, IntRange{1, 5}, IntRange{1, 5}, white, class, 1},
		"PixelDropout":  PixelDropout{DropoutProb: 0.1, DropValue: &Fill{1}, MaskDropValue: class, P: 1},
	}
}

func TestHolesAreTheSameInPictureAndMask(t *testing.T) {
	im, mask := raster.NewImage(40, 50, 3), raster.NewMask(40, 50)
	for name, transform := range dropouts() {
		for seed := range uint64(30) {
			op := transform.Always(NewRand(seed), 40, 50)
			out, marked := painting(op, im), op.Mask(mask)
			filled := 0
			for i, class := range marked.Pix {
				want := uint8(0)
				if class == 9 {
					want = 255
					filled++
				}
				require.Equal(t, []uint8{want, want, want}, out.Pix8[3*i:][:3], "%s: pixel %d", name, i)
			}
			require.True(t, filled > 0 && filled < len(mask.Pix), "%s fills %d", name, filled)
		}
	}
}

func TestGridDropoutFillsItsShare(t *testing.T) {
	op := GridDropout{Ratio: 0.5, RandomOffset: true, Fill: HoleFill{Fill: Fill{1}}, P: 1}.Always(NewRand(1), 100, 100)
	assert.InDelta(t, 0.25*255, mean(painting(op, raster.NewImage(100, 100, 1)).Pix8), 0.01)
}

func TestFillMaskIgnoreIsBound(t *testing.T) {
	drop := CoarseDropout{IntRange{1, 1}, Range{0.5, 0.5}, Range{0.5, 0.5}, HoleFill{}, MaskIgnored(), 1}
	bound, err := Bind(Compose{drop}, 3, 11)
	require.NoError(t, err)
	marked := bound.Draw(NewRand(1), 8, 8).Mask(raster.NewMask(8, 8))
	count := map[uint8]int{}
	for _, v := range marked.Pix {
		count[v]++
	}
	assert.Equal(t, map[uint8]int{0: 48, 11: 16}, count)
	_, err = Bind(drop, 3, -1)
	assert.ErrorContains(t, err, "CoarseDropout: fill_mask: ignore, but the data has no ignored class")
	_, err = Bind(Erasing{Fill: HoleFill{Fill: Fill{1, 0}}}, 3, -1)
	assert.ErrorContains(t, err, "Erasing: fill: 2 values for pictures of 3 channel(s)")
}

func TestMaskDropoutErasesObjects(t *testing.T) {
	mask := &raster.Mask{H: 4, W: 7, Pix: []uint8{
		1, 1, 0, 2, 0, 1, 0,
		0, 0, 1, 2, 0, 0, 1,
		0, 0, 0, 2, 2, 0, 0,
		3, 0, 0, 0, 0, 2, 0,
	}}
	objects := objectsOf(mask)
	require.Len(t, objects, 4, "1 and 2 hang together by corners")
	assert.Equal(t, []image.Rectangle{image.Rect(0, 0, 2, 1), image.Rect(2, 1, 3, 2)}, objects[0])
	all := MaskDropout{MaxObjects: IntRange{9, 9}, Fill: HoleFill{Fill: Fill{1}}, FillMask: MaskClass(0), P: 1}
	op := all.AlwaysAt(NewRand(1), mask, 4, 7)
	assert.Equal(t, make([]uint8, 28), op.Mask(mask).Pix)
	for i, v := range painting(op, raster.NewImage(4, 7, 1)).Pix8 {
		assert.Equal(t, mask.Pix[i] != 0, v == 255)
	}
	one := MaskDropout{MaxObjects: IntRange{1, 1}, FillMask: MaskClass(7), P: 1}.AlwaysAt(NewRand(2), mask, 4, 7).Mask(mask)
	left := objectsOf(one)
	assert.Len(t, left, 4)
	assert.Contains(t, one.Pix, uint8(7))
	assert.Equal(t, mask, all.Draw(NewRand(1), 4, 7).Mask(mask), "without a mask there is nothing to drop")
}
