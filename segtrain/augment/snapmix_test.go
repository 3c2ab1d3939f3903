package augment

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ramps is a batch of two pictures of two channels and two labels: where a pixel is, row and column, and the same as
// labels; the second picture's are larger by 100.
func ramps(h, w int) *MixBatch {
	b := &MixBatch{N: 2, H: h, W: w, C: 2, Planes: 2, Ignore: -1, Snaps: make([]Snap, 2)}
	for i := range 2 {
		for p := range h * w {
			y, x := 100*i+p/w, 100*i+p%w
			b.FromImages = append(b.FromImages, float32(y), float32(x))
			b.FromLabels = append(b.FromLabels, uint8(y), uint8(x))
		}
	}
	b.Images, b.Labels = make([]float32, len(b.FromImages)), make([]uint8, len(b.FromLabels))
	return b
}

// TestSnapMixMovesPixelsAndLabelsAlike compares each pixel with where the boxes say that it comes from.
func TestSnapMixMovesPixelsAndLabelsAlike(t *testing.T) {
	const h, w = 23, 31
	mixed := 0
	for step := range uint64(60) {
		b := ramps(h, w)
		MixAll([]Mixer{&SnapMix{MixWhen{P: 1}, 1}}, b, 3, 0, step)
		for i, snap := range b.Snaps {
			if snap.Other < 0 {
				require.Equal(t, b.image(b.FromImages, i), b.image(b.Images, i))
				continue
			}
			require.Equal(t, 1-i, snap.Other)
			mixed++
			to, from := snap.Covered, snap.Shown
			center := func(k, begin, end, first, last int) float64 { // in the other picture
				at := (float64(k-begin)+0.5)*float64(last-first)/float64(end-begin) - 0.5
				return 100*float64(1-i) + float64(first) + min(max(at, 0), float64(last-first-1))
			}
			for p := range h * w {
				y, x := p/w, p%w
				want := [2]float64{float64(100*i + y), float64(100*i + x)}
				near := 1e-6
				if y >= to.Y0 && y < to.Y1 && x >= to.X0 && x < to.X1 {
					want = [2]float64{center(y, to.Y0, to.Y1, from.Y0, from.Y1), center(x, to.X0, to.X1, from.X0, from.X1)}
					near = 0.5 + 1e-4
				}
				for k := range 2 {
					at := (i*h*w+p)*2 + k
					require.InDelta(t, want[k], float64(b.Images[at]), 1e-4, "step %d picture %d pixel %d", step, i, p)
					require.InDelta(t, want[k], float64(b.Labels[at]), near, "the nearest label")
				}
			}
		}
	}
	assert.Greater(t, mixed, 90)
}

// TestSnapMixBoxesAreDrawnApart looks at the sizes of the boxes, and at the labels of boxes of one size.
func TestSnapMixBoxesAreDrawnApart(t *testing.T) {
	var same, n int
	for step := range uint64(200) {
		b := ramps(40, 40)
		MixAll([]Mixer{&SnapMix{MixWhen{P: 1}, 5}}, b, 3, 0, step)
		for _, s := range b.Snaps {
			if s.Other >= 0 {
				n++
				if s.Covered.Pixels() == s.Shown.Pixels() {
					same++
				}
			}
		}
	}
	assert.Greater(t, n, 390)
	assert.Less(t, same, n/10)

	b := ramps(8, 8)
	b.resized(0, Box{1, 4, 2, 7}, 1, Box{3, 6, 0, 5})
	assert.Equal(t, []float32{104, 101}, b.Images[(2*8+3)*2:][:2], "what is not resized is copied")
	assert.Equal(t, []uint8{104, 101}, b.Labels[(2*8+3)*2:][:2])
}

func TestSnapMixOfProbability0(t *testing.T) {
	b := ramps(9, 9)
	for step := range uint64(20) {
		MixAll([]Mixer{&SnapMix{MixWhen{P: 0}, 5}}, b, 1, 0, step)
		require.Equal(t, b.FromImages, b.Images)
		require.Equal(t, b.FromLabels, b.Labels)
		require.Equal(t, []Snap{{Other: -1}, {Other: -1}}, b.Snaps)
	}
}

func TestBitsOfSnapMixArePinned(t *testing.T) {
	sum := fnv.New64a()
	for step := range uint64(8) {
		b := ramps(23, 31)
		rng := rand.New(rand.NewPCG(4, step))
		for i := range b.FromImages {
			b.FromImages[i] = rng.Float32() - 0.5
		}
		MixAll([]Mixer{&SnapMix{MixWhen{P: 1}, 1}}, b, 3, 0, step)
		for _, v := range b.Images {
			sum.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
		}
		sum.Write(b.Labels)
	}
	assert.Equal(t, uint64(0x2c5eddade61fbfbc), sum.Sum64(), "runs of earlier versions could not be repeated")
}

func TestPlacesIn(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		begin, size, n := rng.IntN(5), 1+rng.IntN(40), 1+rng.IntN(40)
		for i, p := range placesIn(begin, begin+size, n) {
			center := (float64(i) + 0.5) * float64(size) / float64(n)
			require.Equal(t, begin+int(math.Floor(center)), p.nearest)
			at := float64(p.share)*float64(p.one) + (1-float64(p.share))*float64(p.two)
			require.InDelta(t, float64(begin)+min(max(center-0.5, 0), float64(size-1)), at, 1e-5)
		}
	}
	assert.True(t, Snaps([]Mixer{&CutMix{}, &SnapMix{}}))
	assert.False(t, Snaps([]Mixer{&CutMix{}}))
}
