package autograd

import (
	"fmt"

	"tessera/internal/random"
	"tessera/kernels"
)

// DropConnect drops whole images of a residual branch in training: each with probability p, the others scaled by
// 1/(1-p), so that the expectation stays (Huang et al., "Deep Networks with Stochastic Depth", ECCV 2016). The draws
// are keyed by seed, step, operation and image. In inference, and for p = 0, it returns x.
func DropConnect(t *Tape, x *Var, p float64) *Var {
	if !(p >= 0 && p < 1) {
		panic(fmt.Sprintf("autograd: drop-connect with probability %v, want 0 ≤ p < 1", p))
	}
	if !t.drops() || p == 0 {
		return x
	}
	n, _, _, _ := x.Shape.NHWC()
	size := x.Shape.Size() / n
	o, y := t.record("drop-connect", x.Shape, x)
	layer := uint64(len(t.ops))
	factors := make([]float32, n)
	scale := eachOf(n, 1, func(i, _ int) {
		kernels.Scale(factors[i], x.value.data[i*size:][:size], y.value.data[i*size:])
	})
	o.forward = func() {
		for i := range factors {
			factors[i] = 0
			if Uniform(t.Seed, t.Step, layer, uint64(t.First+i)) >= p {
				factors[i] = float32(1 / (1 - p))
			}
		}
		scale()
	}
	o.backward = eachOf(n, 1, func(i, _ int) {
		dx, dy := x.grad.data[i*size:][:size], y.grad.data[i*size:][:size]
		if x.accumulate {
			kernels.Axpy(factors[i], dy, dx)
		} else {
			kernels.Scale(factors[i], dy, dx)
		}
	})
	return y
}

// Uniform returns a number in [0, 1) that depends on the keys alone.
func Uniform(keys ...uint64) float64 {
	var h uint64
	for _, k := range keys {
		h = random.Mix(h ^ random.Mix(k))
	}
	return float64(h>>11) / (1 << 53)
}
