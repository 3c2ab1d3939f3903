package augment

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

func init() {
	usual := Outside{BorderMode: "constant"}
	register("GridDistortion", GridDistortion{NumSteps: 5, DistortLimit: Symmetric{-0.3, 0.3}, Normalized: true,
		Outside: usual, P: 0.5})
	register("OpticalDistortion", OpticalDistortion{DistortLimit: Symmetric{-0.05, 0.05}, Mode: "camera", Outside: usual,
		P: 0.5})
}

// GridDistortion stretches and squeezes columns and rows: each of NumSteps bands by 1 and a number out of DistortLimit,
// with probability P (Albumentations: GridDistortion). Normalized keeps the last pixel in place.
type GridDistortion struct {
	NumSteps     int       `yaml:"num_steps"`
	DistortLimit Symmetric `yaml:"distort_limit"`
	Normalized   bool      `yaml:"normalized"`
	Outside      `yaml:",inline"`
	P            float64 `yaml:"p"`
}

// Chance returns P.
func (t GridDistortion) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the bands.
func (t GridDistortion) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the bands, those of columns first.
func (t GridDistortion) Always(rng *rand.Rand, h, w int) Op {
	if n := t.NumSteps; n > h || n > w {
		return fail(h, w, "num_steps: %d bands are more than a picture of %d×%d has pixels", n, h, w)
	}
	xs := t.draw(rng)
	ys := t.draw(rng)
	return t.distort(h, w, xs, ys)
}

func (t GridDistortion) draw(rng *rand.Rand) []float64 {
	steps := make([]float64, t.NumSteps+1)
	for i := range steps {
		steps[i] = 1 + drawReal(rng, t.DistortLimit)
	}
	return steps
}

// distort returns the op for drawn steps.
func (t GridDistortion) distort(h, w int, xs, ys []float64) Op {
	grid := gridStep{t.axis(w, xs), t.axis(h, ys)}
	return field{frame{h, w, h, w}, []step{grid}, t.border()}
}

// axis returns where each of n pixels of an axis comes from. There is one more step than bands, for the rest of a
// division.
func (t GridDistortion) axis(n int, steps []float64) []float64 {
	band := n / t.NumSteps
	rest := n - band*t.NumSteps
	unit := 1.0
	if t.Normalized {
		// Upstream cuts the last step to the rest, and lets all of them add up to the axis.
		sum := float64(steps[t.NumSteps] * float64(min(rest, band)) / float64(band))
		for _, s := range steps[:t.NumSteps] {
			sum += s
		}
		unit = float64(n) / float64(band) / sum
	}
	from := make([]float64, n)
	var begin float64
	for k, s := range steps {
		size := min(band, n-k*band)
		if t.Normalized && k == t.NumSteps {
			s = s * float64(min(rest, band)) / float64(band)
		}
		end := begin + float64(float64(float64(band)*s)*unit)
		for i := range max(size, 0) {
			from[k*band+i] = begin + (end-begin)*float64(i)/float64(max(size-1, 1))
		}
		begin = end
	}
	return from
}

// Validate checks the number of bands and the limit.
func (t GridDistortion) Validate() error {
	if t.NumSteps < 1 {
		return fmt.Errorf("num_steps: must be 1 or more, not %d", t.NumSteps)
	}
	if !(t.DistortLimit[0] > -1 && t.DistortLimit[1] <= 1) {
		return fmt.Errorf("distort_limit: must lie above -1 and at most at 1, not %v", t.DistortLimit)
	}
	return errors.Join(t.check(), checkChance(t.P))
}

func (t GridDistortion) bind(channels, ignore int) (_ Transform, err error) {
	t.Outside, err = t.bound("GridDistortion", channels, ignore)
	return t, err
}

// A gridStep maps x and y apart, by tables of where the pixels with these indices come from, also indices.
type gridStep struct{ xs, ys []float64 }

func (g gridStep) move(xs, ys []float64) {
	for i, x := range xs {
		xs[i] = tabled(g.xs, x-0.5) + 0.5
	}
	if n := len(ys); n > 1 && ys[0] == ys[n-1] && ys[0] == ys[n/2] { // nothing has turned the rows: they have one y
		one := tabled(g.ys, ys[0]-0.5) + 0.5
		for i, y := range ys {
			if y != ys[0] {
				one = tabled(g.ys, y-0.5) + 0.5
			}
			ys[i] = one
		}
		return
	}
	for i, y := range ys {
		ys[i] = tabled(g.ys, y-0.5) + 0.5
	}
}

// tabled interpolates between a table's entries, and goes on with slope 1 beyond them.
func tabled(table []float64, at float64) float64 {
	last := len(table) - 1
	if !(at > 0) {
		return table[0] + at
	}
	if at >= float64(last) {
		return table[last] + (at - float64(last))
	}
	i := int(at)
	return table[i] + float64((table[i+1]-table[i])*(at-float64(i)))
}

// OpticalDistortion bends straight lines as a lens does, with probability P (Albumentations: OpticalDistortion, without its
// shift by half a pixel). Mode camera is OpenCV's model with k1 = k2 = k, r in units of the sides:
// r·(1 + k·r² + k·r⁴); fisheye is r·(1 + k·r²), r in units of half the diagonal.
type OpticalDistortion struct {
	DistortLimit Symmetric `yaml:"distort_limit"`
	Mode         string    `yaml:"mode"`
	Outside      `yaml:",inline"`
	P            float64 `yaml:"p"`
}

// Chance returns P.
func (t OpticalDistortion) Chance() float64 { return t.P }

// Draw tosses a coin, then draws k.
func (t OpticalDistortion) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws k.
func (t OpticalDistortion) Always(rng *rand.Rand, h, w int) Op {
	return t.bend(drawReal(rng, t.DistortLimit), h, w)
}

// bend returns the op for a drawn k.
func (t OpticalDistortion) bend(k float64, h, w int) Op {
	s := lensStep{cx: float64(w) / 2, cy: float64(h) / 2, k2: k, ux: 1 / float64(w), uy: 1 / float64(h), k4: k}
	if t.Mode == "fisheye" {
		radius := math.Sqrt(float64(s.cx*s.cx) + float64(s.cy*s.cy))
		s.ux, s.uy, s.k4 = 1/radius, 1/radius, 0
	}
	return field{frame{h, w, h, w}, []step{s}, t.border()}
}

// Validate checks the limit and the mode.
func (t OpticalDistortion) Validate() error {
	if t.Mode != "camera" && t.Mode != "fisheye" {
		return fmt.Errorf("mode: no %q; there are: camera, fisheye", t.Mode)
	}
	if !(t.DistortLimit[0] >= -1 && t.DistortLimit[1] <= 1) {
		return fmt.Errorf("distort_limit: must lie in [-1, 1], not %v", t.DistortLimit)
	}
	return errors.Join(t.check(), checkChance(t.P))
}

func (t OpticalDistortion) bind(channels, ignore int) (_ Transform, err error) {
	t.Outside, err = t.bound("OpticalDistortion", channels, ignore)
	return t, err
}

// A lensStep moves positions along the ray from a centre: by 1 + k2·r² + k4·r⁴.
type lensStep struct{ cx, cy, ux, uy, k2, k4 float64 }

func (s lensStep) move(xs, ys []float64) {
	ys = ys[:len(xs)]
	for i, x := range xs {
		dx, dy := x-s.cx, ys[i]-s.cy
		ux, uy := dx*s.ux, dy*s.uy
		r2 := float64(ux*ux) + float64(uy*uy)
		scale := 1 + float64(r2*(s.k2+float64(s.k4*r2)))
		xs[i], ys[i] = s.cx+float64(dx*scale), s.cy+float64(dy*scale)
	}
}
