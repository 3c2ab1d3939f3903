package predict

import (
	"fmt"

	"tessera/kernels"
)

// A Weighting says how much a pixel counts by its place in a tile.
type Weighting string

const (
	GaussianBlend Weighting = "gaussian" // most in the middle, where the model sees most around it
	FlatBlend     Weighting = "flat"     // as much everywhere
)

// A Tiling is how a picture is cut into tiles that overlap. Nothing that is computed depends on how large a picture is, and
// neither does the memory but for rows as wide as it: a few tiles high.
type Tiling struct {
	H, W    int     // of a tile; the network sees nothing else
	Overlap float64 // of neighbours, as a part of a side: 0 up to 0.9
	Blend   Weighting
	Factor  float64 // of a picture's sides before it is cut; 0 is 1: its own size
}

func (t *Tiling) check() error {
	switch {
	case t == nil:
		return nil
	case t.H < 1 || t.W < 1:
		return fmt.Errorf("tiles of %d×%d pixels", t.H, t.W)
	case !(t.Overlap >= 0 && t.Overlap <= 0.9):
		return fmt.Errorf("overlap: %v; allowed: 0 to 0.9", t.Overlap)
	case t.Blend != "" && t.Blend != GaussianBlend && t.Blend != FlatBlend:
		return fmt.Errorf("blend: no %q; there are: %s, %s", t.Blend, GaussianBlend, FlatBlend)
	case t.Factor != 0 && !(t.Factor >= 0.01 && t.Factor <= 100):
		return fmt.Errorf("factor: %v; allowed: 0.01 to 100", t.Factor)
	}
	return nil
}

// size returns the size of what is cut into tiles of an h×w picture.
func (t *Tiling) size(h, w int) (int, int) {
	if t.Factor == 0 {
		return h, w
	}
	return scaled(h, t.Factor), scaled(w, t.Factor)
}

// weights returns the weight of each position along a side of a tile. A Gaussian has the deviation tile/8 around the middle, and 1
// there; weights that are no float32 above zero are lifted to the smallest that is.
//
// Source: nnU-Net (F. Isensee et al., 2021), compute_gaussian; there the centre of an even side is half a pixel off the middle.
func (b Weighting) weights(tile int) []float32 {
	list := make([]float32, tile)
	smallest := float32(1)
	for i := range list {
		list[i] = 1
		if b != FlatBlend {
			d := (float64(i) - float64(float64(tile-1)/2)) / (float64(tile) / 8)
			list[i] = float32(kernels.Exp64(-0.5 * d * d))
		}
		if list[i] > 0 {
			smallest = min(smallest, list[i])
		}
	}
	for i, v := range list {
		list[i] = max(v, smallest)
	}
	return list
}

// coverage returns the sum of weights at each position of a side, in the order of tiles.
func coverage(size int, starts []int, weights []float32) []float32 {
	sums := make([]float32, max(size, len(weights)))
	for _, at := range starts {
		for i, v := range weights {
			sums[at+i] += v
		}
	}
	return sums
}

// mirrored returns the position within n that one beyond the end shows: reflected at the last, which is not repeated.
func mirrored(i, n int) int {
	if n == 1 {
		return 0
	}
	i %= 2*n - 2
	return min(i, 2*n-2-i)
}
