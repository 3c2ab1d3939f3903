package augment

import (
	"image"
	"math/rand/v2"
)

func init() { register("GridDropout", GridDropout{Ratio: 0.5, RandomOffset: true, P: 0.5}) }

// GridDropout, or GridMask, fills a rectangle in each cell of a grid (Albumentations: GridDropout; Chen et al.: "GridMask Data
// Augmentation", 2020). Ratio is the share of a cell's sides; cells are a tenth of the picture, or squares of UnitSizeRange pixels,
// or HolesNumberXY across and down (which Albumentations takes as down and across).
type GridDropout struct {
	Ratio         float64   `yaml:"ratio"`
	RandomOffset  bool      `yaml:"random_offset"` // each hole at random in its cell; otherwise at ShiftXY
	UnitSizeRange *IntRange `yaml:"unit_size_range"`
	HolesNumberXY *IntPair  `yaml:"holes_number_xy"`
	ShiftXY       IntPair   `yaml:"shift_xy"`
	Fill          HoleFill  `yaml:"fill"`
	FillMask      MaskFill  `yaml:"fill_mask"`
	P             float64   `yaml:"p"`
}

// Chance returns P.
func (t GridDropout) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the holes.
func (t GridDropout) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the holes. The op is a Painter.
func (t GridDropout) Always(rng *rand.Rand, h, w int) Op {
	ny, nx := t.grid(rng, h, w)
	ys, xs := cuts(rng, h, ny), cuts(rng, w, nx)
	var rects []image.Rectangle
	for i := range ny {
		for k := range nx {
			rects = append(rects, t.hole(rng, ys[i], xs[k], ys[i+1], xs[k+1]))
		}
	}
	return dig(rng, h, w, rects, t.Fill, t.FillMask)
}

// Validate checks the settings.
func (t GridDropout) Validate() error {
	return firstError(checkReal("ratio", t.Ratio, 0.001, 1),
		t.checkGrid(),
		t.Fill.check(),
		checkChance(t.P))
}

// IntPair is two whole numbers, for x and for y.
type IntPair [2]int

func (t GridDropout) checkGrid() error {
	if u := t.UnitSizeRange; u != nil {
		if err := checkRange("unit_size_range", *u, 2, 1<<20); err != nil {
			return err
		}
	}
	if n := t.HolesNumberXY; n != nil {
		return firstError(checkReal("holes_number_xy", n[0], 1, 10000), checkReal("holes_number_xy", n[1], 1, 10000))
	}
	return firstError(checkReal("shift_xy", t.ShiftXY[0], 0, 1<<20), checkReal("shift_xy", t.ShiftXY[1], 0, 1<<20))
}

func (t GridDropout) bind(channels, ignore int) (Transform, error) {
	err := bindHoles("GridDropout", t.Fill, &t.FillMask, channels, ignore)
	return t, err
}

// grid returns how many cells there are down and across, each of 2 pixels or more.
func (t GridDropout) grid(rng *rand.Rand, h, w int) (ny, nx int) {
	uh, uw := h/10, w/10
	if n := t.HolesNumberXY; n != nil {
		uh, uw = h/n[1], w/n[0]
	} else if t.UnitSizeRange != nil {
		uh = drawInt(rng, *t.UnitSizeRange)
		uw = uh
	}
	return max(h/max(uh, 2), 1), max(w/max(uw, 2), 1)
}

// cuts cuts a length into n parts that differ by a pixel at most; which are longer is drawn.
func cuts(rng *rand.Rand, length, n int) []int {
	at := make([]int, n+1)
	for _, i := range rng.Perm(n)[:length%n] {
		at[i+1] = 1
	}
	for i := range n {
		at[i+1] += at[i] + length/n
	}
	return at
}

// hole returns the rectangle in a cell.
func (t GridDropout) hole(rng *rand.Rand, y0, x0, y1, x1 int) image.Rectangle {
	h := min(max(int(float64(y1-y0)*t.Ratio), 1), max(y1-y0-1, 1))
	w := min(max(int(float64(x1-x0)*t.Ratio), 1), max(x1-x0-1, 1))
	dy, dx := min(t.ShiftXY[1], y1-y0-h), min(t.ShiftXY[0], x1-x0-w)
	if t.RandomOffset {
		dy, dx = rng.IntN(y1-y0-h+1), rng.IntN(x1-x0-w+1)
	}
	return box(y0+dy, x0+dx, h, w)
}
