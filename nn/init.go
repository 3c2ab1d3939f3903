package nn

import (
	"math"
	"math/rand/v2"

	"tessera/kernels"
)

// An Init fills the weights of a layer of which each output sees fanIn inputs and each input reaches fanOut outputs.
// Those below leave them zero if rng is nil: a model whose weights are to be loaded need not be drawn first.
type Init func(rng *rand.Rand, fanIn, fanOut int, x []float32)

// TorchDefault is PyTorch's rule for convolutions and linear layers: uniform in ±1/√fanIn.
func TorchDefault(rng *rand.Rand, fanIn, _ int, x []float32) {
	uniform(rng, 1/math.Sqrt(float64(fanIn)), x)
}

// KaimingUniform is uniform in ±√(6/fanIn), for layers before a ReLU (He et al., "Delving Deep into Rectifiers", ICCV
// 2015).
func KaimingUniform(rng *rand.Rand, fanIn, _ int, x []float32) {
	uniform(rng, math.Sqrt(6/float64(fanIn)), x)
}

// XavierUniform is uniform in ±√(6/(fanIn+fanOut)) (Glorot and Bengio, AISTATS 2010).
func XavierUniform(rng *rand.Rand, fanIn, fanOut int, x []float32) {
	uniform(rng, math.Sqrt(6/float64(fanIn+fanOut)), x)
}

// Normal returns the rule of normal numbers about zero with a standard deviation, whatever the layer.
func Normal(std float64) Init {
	return func(rng *rand.Rand, _, _ int, x []float32) {
		if rng == nil {
			return
		}
		for i := 0; i < len(x); i += 2 {
			a, b := normals(rng)
			x[i] = float32(float64(a * std))
			if i+1 < len(x) {
				x[i+1] = float32(float64(b * std))
			}
		}
	}
}

// normals draws two independent standard normal numbers by the polar method (Marsaglia and Bray, SIAM Review 6, 1964). The
// standard library's would not do: it takes an exponential that differs between processors.
func normals(rng *rand.Rand) (a, b float64) {
	for {
		u, v := between(rng), between(rng)
		s := float64(u*u) + float64(v*v)
		if s >= 1 || s == 0 {
			continue
		}
		ln := [1]float32{float32(s)}
		kernels.Log(ln[:], ln[:])
		f := math.Sqrt(-2 * float64(ln[0]) / s)
		return float64(u * f), float64(v * f)
	}
}

// between draws a number from -1 up to 1. Both products are exact, and rounded all the same, so that a compiler need not know.
func between(rng *rand.Rand) float64 { return float64(2*float64(rng.Float64())) - 1 }

// Zero fills with zeros.
func Zero(_ *rand.Rand, _, _ int, x []float32) { clear(x) }

func uniform(rng *rand.Rand, bound float64, x []float32) {
	if rng == nil {
		return
	}
	for i := range x {
		x[i] = float32(float64(between(rng) * bound))
	}
}

// NewRand returns the generator that the weights of a model with this seed are drawn from, in the order in which its
// layers are made.
func NewRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x7e55e7a)) }

func ones(x []float32) {
	for i := range x {
		x[i] = 1
	}
}
