package augment

import "math/rand/v2"

func init() {
	register("Transpose", Transpose{P: 0.5})
	register("RandomRotate90", RandomRotate90{P: 1})
	register("D4", D4{P: 1})
	register("SquareSymmetry", SquareSymmetry{P: 1})
}

// Transpose swaps rows and columns with probability P (Albumentations: Transpose).
type Transpose struct {
	P float64 `yaml:"p"`
}

// Chance returns P.
func (t Transpose) Chance() float64 { return t.P }

// Draw tosses a coin.
func (t Transpose) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always returns the move, which needs no random numbers: rng may be nil.
func (t Transpose) Always(_ *rand.Rand, h, w int) Op { return symmetry(h, w, 0, true) }

// Validate checks that P is a probability.
func (t Transpose) Validate() error { return checkChance(t.P) }

// RandomRotate90 turns by 0, 1, 2 or 3 quarters counterclockwise with probability P (Albumentations:
// RandomRotate90). Odd quarters swap height and width.
type RandomRotate90 struct {
	P float64 `yaml:"p"`
}

// Chance returns P.
func (t RandomRotate90) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the quarters.
func (t RandomRotate90) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the quarters.
func (t RandomRotate90) Always(rng *rand.Rand, h, w int) Op {
	return symmetry(h, w, rng.IntN(4), false)
}

// Validate checks that P is a probability.
func (t RandomRotate90) Validate() error { return checkChance(t.P) }

// D4 shows one of the eight symmetries of the square with probability P (Albumentations: D4). Half of them swap
// height and width.
type D4 struct {
	P float64 `yaml:"p"`
}

// Chance returns P.
func (t D4) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the symmetry.
func (t D4) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the symmetry.
func (t D4) Always(rng *rand.Rand, h, w int) Op {
	k := rng.IntN(8)
	return symmetry(h, w, k&3, k >= 4)
}

// Validate checks that P is a probability.
func (t D4) Validate() error { return checkChance(t.P) }

// SquareSymmetry is another name for D4, which Albumentations has as well.
type SquareSymmetry struct {
	P float64 `yaml:"p"`
}

// Chance returns P.
func (t SquareSymmetry) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the symmetry.
func (t SquareSymmetry) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the symmetry.
func (t SquareSymmetry) Always(rng *rand.Rand, h, w int) Op { return D4(t).Always(rng, h, w) }

// Validate checks that P is a probability.
func (t SquareSymmetry) Validate() error { return checkChance(t.P) }

// symmetry transposes an h×w picture if asked to, and then turns it by quarters counterclockwise.
func symmetry(h, w, quarters int, transpose bool) Op {
	m := Identity(h, w).(move)
	if transpose {
		m = newMove(frame{h, w, w, h}, lattice{yx: 1, xy: 1}, border{})
	}
	for range quarters { // the output's pixel (y, x) is the input's (x, w-1-y)
		f := m.frame
		turn := newMove(frame{f.outH, f.outW, f.outW, f.outH}, lattice{yx: 1, xy: -1, x0: f.outW - 1}, border{})
		next, _ := m.then(turn)
		m = next.(move)
	}
	return m
}
