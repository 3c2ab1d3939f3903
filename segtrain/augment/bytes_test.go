package augment

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// photo is a picture of 8 bits with slow waves in each of its channels.
func photo(h, w, c int) *raster.Image {
	one, im := waves(h, w), raster.NewImage(h, w, c)
	for i, v := range one.Pix {
		for k := range c {
			im.Pix8[i*c+k] = uint8(v*180 + float32(20*k))
		}
	}
	return im
}

// TestBytesAreThePicture compares the work on 8 bits with that on float32: whole pixels are equal, others nearly.
func TestBytesAreThePicture(t *testing.T) {
	all := geometric()
	all["reflected"] = Rotate{Limit: Symmetric{-90, 90}, Outside: Outside{BorderMode: "reflect_101"}, P: 1}
	all["wrapped"] = Compose{all["ElasticTransform"], PadIfNeeded{MinHeight: 70, MinWidth: 70, Outside: Outside{BorderMode: "wrap"}}}
	for name, tr := range all {
		for _, c := range []int{1, 3, 4} {
			in := photo(40, 56, c)
			for seed := range uint64(6) {
				op := Draw(tr, NewRand(seed), nil, 40, 56)
				got, want := Bytes(op, in), op.Image(in.Float()).Image()
				require.Equal(t, []int{want.H, want.W, c}, []int{got.H, got.W, got.C})
				if _, ok := op.(move); ok {
					require.Equal(t, want, got, name)
				}
				differ := 0
				for i, v := range got.Pix8 {
					if d := int(v) - int(want.Pix8[i]); d < -1 || d > 1 {
						differ++
					}
				}
				// Positions that round to another side of the edge show border in one and not in the other.
				require.LessOrEqual(t, differ, len(got.Pix8)/100, "%s with %d channels, seed %d", name, c, seed)
			}
		}
	}
}

// TestLeadIsTheSameInTheEnd compares what is begun in 8 bits with what is all float32: pixels that move whole and those that are
// rounded anyway are the same, those that are resampled in 8 bits near.
func TestLeadIsTheSameInTheEnd(t *testing.T) {
	all := geometric()
	all["painted"] = Compose{all["RandomCrop"], RandomBrightnessContrast{BrightnessLimit: Symmetric{-0.2, 0.2}, P: 1}, Resize{Height: 64, Width: 64}}
	in := photo(40, 56, 3)
	whole, near, scratch := 0, 0, new(raster.Image)
	for name, tr := range all {
		for seed := range uint64(6) {
			op := Compose{all["RandomCrop"], RandomScale{ScaleLimit: Symmetric{-0.5, -0.5}, P: 1}}.Draw(NewRand(seed), 40, 56)
			if seed > 0 {
				op = Draw(tr, NewRand(seed), nil, 40, 56)
			}
			rest, first := Lead(op, in, scratch)
			got, want := rest.Image(first.Float()), op.Image(in.Float())
			if steps := flatten([]Op{op}); slices.ContainsFunc(steps, resamples) {
				near++
				assertNear(t, want, got, name)
				continue
			}
			require.Equal(t, want, got, name)
			if first != in {
				whole++
			}
		}
	}
	assert.Greater(t, whole, 30)
	assert.Greater(t, near, 30)
}

// assertNear wants samples to differ by at most 1.5 of 255, but for a hundredth on edges.
func assertNear(t *testing.T, want, got *raster.Float, name string) {
	t.Helper()
	require.Equal(t, []int{want.H, want.W, want.C}, []int{got.H, got.W, got.C})
	differ := 0
	for i, v := range want.Pix {
		if d := math.Abs(float64(v - got.Pix[i])); !(d <= 1.5/255) {
			differ++
		}
	}
	assert.LessOrEqual(t, differ, len(got.Pix)/100, name)
}
