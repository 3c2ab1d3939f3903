package augment

import (
	"fmt"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() { register("RandomGridShuffle", RandomGridShuffle{Grid: [2]int{3, 3}, P: 0.5}) }

// RandomGridShuffle cuts the picture into a grid and shuffles tiles of one size, with probability P (Albumentations:
// RandomGridShuffle). Where the grid does not divide a side, which bands are a pixel larger is drawn too.
type RandomGridShuffle struct {
	Grid [2]int  `yaml:"grid"` // rows, columns
	P    float64 `yaml:"p"`
}

// Chance returns P.
func (t RandomGridShuffle) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the order.
func (t RandomGridShuffle) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the bands and the order.
func (t RandomGridShuffle) Always(rng *rand.Rand, h, w int) Op {
	if t.Grid[0] > h || t.Grid[1] > w {
		return fail(h, w, "grid: %v tiles are more than a picture of %d×%d has pixels", t.Grid, h, w)
	}
	ys, xs := bands(rng, h, t.Grid[0]), bands(rng, w, t.Grid[1])
	op := shuffle{frame: frame{h, w, h, w}}
	groups := map[[2]int][]int{} // tiles by size; looked up, never iterated
	for i := range t.Grid[0] {
		for j := range t.Grid[1] {
			size := [2]int{ys[i+1] - ys[i], xs[j+1] - xs[j]}
			groups[size] = append(groups[size], len(op.tiles))
			op.tiles = append(op.tiles, tile{ys[i], xs[j], size[0], size[1]})
		}
	}
	op.from = make([]int, len(op.tiles))
	for _, size := range sizesOf(op.tiles) {
		for k, from := range rng.Perm(len(groups[size])) {
			op.from[groups[size][k]] = groups[size][from]
		}
	}
	return op
}

// sizesOf returns the sizes of tiles in the order in which they occur.
func sizesOf(tiles []tile) (sizes [][2]int) {
	seen := map[[2]int]bool{}
	for _, t := range tiles {
		if size := [2]int{t.h, t.w}; !seen[size] {
			seen[size] = true
			sizes = append(sizes, size)
		}
	}
	return sizes
}

// bands cuts n pixels into parts whose sizes differ by one at most, and returns where they begin, and n.
func bands(rng *rand.Rand, n, parts int) []int {
	ends := make([]int, parts+1)
	for k, i := range rng.Perm(parts) {
		ends[k+1] = ends[k] + n/parts + boolInt(i < n%parts)
	}
	return ends
}

// Validate checks the grid.
func (t RandomGridShuffle) Validate() error {
	if t.Grid[0] < 1 || t.Grid[1] < 1 {
		return fmt.Errorf("grid: rows and columns must be 1 or more, not %v", t.Grid)
	}
	return checkChance(t.P)
}

// A tile is a window of a picture.
type tile struct{ y, x, h, w int }

// A shuffle shows in each tile what tile from[i] of the input shows.
type shuffle struct {
	frame
	tiles []tile
	from  []int
}

func (s shuffle) Image(in *raster.Float) *raster.Float {
	s.check(in.H, in.W)
	out := raster.NewFloat(in.H, in.W, in.C)
	copyTiles(s, out.Pix, in.Pix, in.C)
	return out
}

func (s shuffle) Mask(in *raster.Mask) *raster.Mask {
	s.check(in.H, in.W)
	out := raster.NewMask(in.H, in.W)
	copyTiles(s, out.Pix, in.Pix, 1)
	return out
}

// Inverse puts every tile back.
func (s shuffle) Inverse() Op {
	back := make([]int, len(s.from))
	for to, from := range s.from {
		back[from] = to
	}
	return shuffle{s.frame, s.tiles, back}
}

func copyTiles[T float32 | uint8](s shuffle, dst, src []T, c int) {
	for i, to := range s.tiles {
		from := s.tiles[s.from[i]]
		for y := range to.h {
			copy(dst[((to.y+y)*s.outW+to.x)*c:][:to.w*c], src[((from.y+y)*s.outW+from.x)*c:])
		}
	}
}
