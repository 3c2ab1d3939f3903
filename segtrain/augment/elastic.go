package augment

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"tessera/kernels"
)

func init() {
	register("ElasticTransform", ElasticTransform{Alpha: 120, Sigma: 6, NoiseDistribution: "gaussian",
		Outside: Outside{BorderMode: "constant"}, P: 0.5})
}

// ElasticTransform shifts every pixel by smooth noise: noise of at most about 1, blurred by a Gaussian of deviation Sigma
// and times Alpha, with probability P (Simard et al., "Best Practices for Convolutional Neural Networks", ICDAR 2003;
// Albumentations: ElasticTransform). Upstream's defaults, alpha 1 and sigma 50, move pixels by a thousandth of one; those
// here are the ones usually chosen, and move them by about one.
type ElasticTransform struct {
	Alpha             float64 `yaml:"alpha"`
	Sigma             float64 `yaml:"sigma"`              // pixels
	SameDxDy          bool    `yaml:"same_dxdy"`          // one noise for both axes, so that pixels move along a diagonal
	NoiseDistribution string  `yaml:"noise_distribution"` // gaussian or uniform: after the blur they differ in strength only
	Outside           `yaml:",inline"`
	P                 float64 `yaml:"p"`
}

// noisePeak is about the largest of the normal numbers of a picture, by which Albumentations divides them.
const noisePeak = 4.8

// Chance returns P.
func (t ElasticTransform) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the noise.
func (t ElasticTransform) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the noise.
func (t ElasticTransform) Always(rng *rand.Rand, h, w int) Op {
	dx := t.noise(rng, h, w)
	dy := dx
	if !t.SameDxDy {
		dy = t.noise(rng, h, w)
	}
	return t.shift(dx, dy, h, w)
}

// noise returns h·w numbers. What is called gaussian is a sum of four even numbers of 16 bits with deviation 1: the blur makes
// it normal, and every processor has the same.
func (t ElasticTransform) noise(rng *rand.Rand, h, w int) []float32 {
	out := make([]float32, h*w)
	if t.NoiseDistribution == "uniform" {
		for i := range out {
			out[i] = float32(int64(rng.Uint64())>>40) / (1 << 23)
		}
		return out
	}
	const scale = float32(1.7320508 / (1 << 16) / noisePeak)
	for i := range out {
		v := rng.Uint64()
		sum := int32(v&0xffff) + int32(v>>16&0xffff) + int32(v>>32&0xffff) + int32(v>>48) - 2*0xffff
		out[i] = float32(sum) * scale
	}
	return out
}

// shift returns the op for drawn noise.
func (t ElasticTransform) shift(dx, dy []float32, h, w int) Op {
	taps := gaussianTaps(t.Sigma)
	s := shiftStep{h: h, w: w, dx: smooth(dx, h, w, taps, float32(t.Alpha))}
	s.dy = s.dx
	if &dx[0] != &dy[0] {
		s.dy = smooth(dy, h, w, taps, float32(t.Alpha))
	}
	return field{frame{h, w, h, w}, []step{s}, t.border()}
}

// Validate checks the strength.
func (t ElasticTransform) Validate() error {
	if !(t.Alpha >= 0) || math.IsInf(t.Alpha, 0) {
		return fmt.Errorf("alpha: must be 0 or more, not %v", t.Alpha)
	}
	if !(t.Sigma >= 1 && t.Sigma <= 200) {
		return fmt.Errorf("sigma: must lie in [1, 200], not %v", t.Sigma)
	}
	if t.NoiseDistribution != "gaussian" && t.NoiseDistribution != "uniform" {
		return fmt.Errorf("noise_distribution: no %q; there are: gaussian, uniform", t.NoiseDistribution)
	}
	return errors.Join(t.check(), checkChance(t.P))
}

func (t ElasticTransform) bind(channels, ignore int) (_ Transform, err error) {
	t.Outside, err = t.bound("ElasticTransform", channels, ignore)
	return t, err
}

// gaussianTaps returns one side of a Gaussian, the middle first, out to four deviations. All of it sums to 1.
func gaussianTaps(sigma float64) []float32 {
	weights := make([]float64, int(float64(4*sigma)+0.5)+1)
	var sum float64
	for i := range weights {
		x := float64(i) / sigma
		weights[i] = kernels.Exp64(-float64(x*x) / 2)
		sum += weights[i]
		if i > 0 {
			sum += weights[i]
		}
	}
	taps := make([]float32, len(weights))
	for i, v := range weights {
		taps[i] = float32(v / sum)
	}
	return taps
}

// smooth returns an h×w array blurred by a symmetric filter, with its edges going on beyond themselves, times a factor.
// It blurs along y, turns over, blurs along what was x, and turns back: rows are what kernels work on.
func smooth(in []float32, h, w int, taps []float32, factor float32) []float32 {
	a, b := make([]float32, h*w), make([]float32, h*w)
	blurRows(in, a, h, w, taps)
	flip(a, b, h, w)
	blurRows(b, a, w, h, taps)
	flip(a, b, w, h)
	kernels.Scale(factor, b, b)
	return b
}

// blurRows writes to each of h rows the weighted sum of those about it.
func blurRows(in, out []float32, h, w int, taps []float32) {
	row := func(y int) []float32 { return in[min(max(y, 0), h-1)*w:][:w] }
	pair := make([]float32, w)
	for y := range h {
		to := out[y*w:][:w]
		kernels.Scale(taps[0], row(y), to)
		for k := 1; k < len(taps); k++ {
			kernels.Add(row(y-k), row(y+k), pair)
			kernels.Axpy(taps[k], pair, to)
		}
	}
}

// flip writes the h×w array in to out with rows and columns swapped, by squares that stay in the cache.
func flip(in, out []float32, h, w int) {
	const side = 16
	for y := 0; y < h; y += side {
		for x := 0; x < w; x += side {
			for i := y; i < min(y+side, h); i++ {
				for j := x; j < min(x+side, w); j++ {
					out[j*h+i] = in[i*w+j]
				}
			}
		}
	}
}

// A shiftStep shifts positions by what h×w arrays hold for the pixels; between them it interpolates, and beyond the edge the
// edge goes on.
type shiftStep struct {
	h, w   int
	dx, dy []float32
}

func (s shiftStep) move(xs, ys []float64) {
	ys = ys[:len(xs)]
	for i, x := range xs {
		y0, y1, fy := between(ys[i], s.h)
		x0, x1, fx := between(x, s.w)
		if fx == 0 && fy == 0 { // a pixel of the arrays, as everywhere if nothing came before
			xs[i] += float64(s.dx[y0*s.w+x0])
			ys[i] += float64(s.dy[y0*s.w+x0])
			continue
		}
		at := [4]int{y0*s.w + x0, y0*s.w + x1, y1*s.w + x0, y1*s.w + x1}
		xs[i] += float64(mid(s.dx, &at, fx, fy))
		ys[i] += float64(mid(s.dy, &at, fx, fy))
	}
}

// mid interpolates between four entries.
func mid(v []float32, at *[4]int, fx, fy float32) float32 {
	top := v[at[0]] + float32(fx*(v[at[1]]-v[at[0]]))
	bottom := v[at[2]] + float32(fx*(v[at[3]]-v[at[2]]))
	return top + float32(fy*(bottom-top))
}
