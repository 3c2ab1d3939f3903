package augment

import (
	"errors"
	"math/rand/v2"
	"slices"
)

func init() {
	mixers["SnapMix"] = func() any { return &SnapMix{MixWhen{P: 0.5}, 5} }
}

// SnapMix shows a box of another picture in a box of the picture, enlarged or reduced to its size; each box is of a share 1-λ of
// its picture's area, with a λ of its own from Beta(Alpha, Alpha) and a centre of its own (Huang et al., "SnapMix: Semantically
// Proportional Mixing for Augmenting Fine-grained Data", AAAI 2021; Alpha is 5 there).
//
// There it mixes pictures that have one label each, and weighs the two labels by meaning instead of area: the picture's counts by
// the part of its activation map that the box leaves, the other's by the part of its map that the other box takes along.
// Segmentation divides that in two. Masks need no weights: labels move with pixels, the nearest one where pixels are resized. What
// a picture shows as a whole, which a classification head learns, has them: see train.Aux, which weighs class by class with the
// maps of the head itself. Snaps tells it the boxes.
type SnapMix struct {
	MixWhen `yaml:",inline"`
	Alpha   float64 `yaml:"alpha"`
}

// A Snap is what SnapMix did to a picture.
type Snap struct {
	Other          int // place in the batch of the other picture, -1 if the picture was not mixed so
	Covered, Shown Box // of the picture what is hidden, and of the other what is seen there; neither is empty
}

// Snaps tells whether SnapMix is among mixers, so that a classification head must look at batches before they are mixed.
func Snaps(mixers []Mixer) bool {
	return slices.ContainsFunc(mixers, func(m Mixer) bool { _, ok := m.(*SnapMix); return ok })
}

// Soft is false: a pixel has the label of the picture it shows.
func (m *SnapMix) Soft() bool { return false }

// Check says what is wrong with the settings.
func (m *SnapMix) Check() error { return errors.Join(m.MixWhen.Check(), checkAlpha(m.Alpha)) }

// Mix draws the other picture and the boxes. Where one of them is empty the picture stays as it is.
func (m *SnapMix) Mix(rng *rand.Rand, b *MixBatch, i int) {
	j := b.other(rng, i)
	to, from := b.box(rng, m.Alpha), b.box(rng, m.Alpha)
	if to.Pixels() == 0 || from.Pixels() == 0 {
		return
	}
	b.resized(i, to, j, from)
	if b.Snaps != nil {
		b.Snaps[i] = Snap{j, to, from}
	}
}

// resized shows a box of picture j in a box of picture i: pixels between the four about their centre, labels of the nearest.
func (b *MixBatch) resized(i int, to Box, j int, from Box) {
	rows, columns := placesIn(from.Y0, from.Y1, to.Y1-to.Y0), placesIn(from.X0, from.X1, to.X1-to.X0)
	dst, src := b.image(b.Images, i), b.image(b.FromImages, j)
	for y, r := range rows {
		for x, c := range columns {
			at := (to.Y0+y)*b.W + to.X0 + x
			upper, lower := src[r.one*b.W*b.C:], src[r.two*b.W*b.C:]
			for k, one, two := 0, c.one*b.C, c.two*b.C; k < b.C; k, one, two = k+1, one+1, two+1 {
				dst[at*b.C+k] = weighed(weighed(upper[one], upper[two], c.share), weighed(lower[one], lower[two], c.share), r.share)
			}
			nearest := r.nearest*b.W + c.nearest
			copy(b.labels(b.Labels, i)[at*b.Planes:], b.labels(b.FromLabels, j)[nearest*b.Planes:][:b.Planes])
			if b.Mixed != nil {
				copy(b.labels(b.Mixed, i)[at*b.Planes:], b.labels(b.second(), j)[nearest*b.Planes:][:b.Planes])
			}
			if b.FromShare != nil {
				per := b.shares()
				copy(b.shareOf(b.Share, i)[at*per:][:per], b.shareOf(b.FromShare, j)[nearest*per:])
			}
		}
	}
}

// weighed returns a share of one and the rest of two.
func weighed(one, two, share float32) float32 {
	return float32(share*one) + float32((1-share)*two)
}

// A placeIn is where the centre of a resized pixel lies on a side: between pixels one and two, with a share of the first, and
// within the nearest.
type placeIn struct {
	one, two, nearest int
	share             float32
}

// placesIn returns the places of n pixels that show those of a side from begin to end. Beyond the centres of the outermost is
// nothing else than these.
func placesIn(begin, end, n int) []placeIn {
	size := end - begin
	list := make([]placeIn, n)
	for i := range list {
		// The centre is at twice/(2n) pixels from begin, which is no sum of rounded numbers.
		twice := (2*i + 1) * size
		left := min(max(twice-n, 0), 2*n*(size-1)) // of the centre of a pixel, half a pixel further
		one := left / (2 * n)
		list[i] = placeIn{begin + one, begin + min(one+1, size-1), begin + twice/(2*n),
			1 - float32(left%(2*n))/float32(2*n)}
	}
	return list
}
