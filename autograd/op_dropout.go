package autograd

import (
	"fmt"

	"tessera/internal/random"
	"tessera/kernels"
)

// Dropout sets elements to zero in training, each with probability p, and scales the others by 1/(1-p), so that the
// expectation stays (Srivastava et al., "Dropout", JMLR 2014). The draws are keyed by seed, step, operation and
// element. In inference, and for p = 0, it returns x.
func Dropout(t *Tape, x *Var, p float64) *Var { return dropout(t, "dropout", x, p, false) }

// DropChannels is Dropout of whole channels of images, as PyTorch's Dropout2d.
func DropChannels(t *Tape, x *Var, p float64) *Var { return dropout(t, "drop channels", x, p, true) }

func dropout(t *Tape, name string, x *Var, p float64, channels bool) *Var {
	if !(p >= 0 && p < 1) {
		panic(fmt.Sprintf("autograd: %s with probability %v, want 0 ≤ p < 1", name, p))
	}
	if !t.drops() || p == 0 {
		return x
	}
	o, y := t.record(name, x.Shape, x)
	layer, keep := uint64(len(t.ops)), float32(1/(1-p))
	n, _, _, c := x.Shape.NHWC()
	image := x.Shape.Size() / n
	factors := t.saved(x.Shape.Size())
	draws := image // of an image
	if channels {
		draws = c
	}
	o.forward = each(x.Shape.Size(), func(i, j int) {
		key := random.Mix(random.Mix(random.Mix(random.Mix(0)^random.Mix(t.Seed))^random.Mix(t.Step)) ^ random.Mix(layer))
		f, first := factors.data[i:j], t.First*draws
		for k := range f {
			at := i + k
			if channels {
				at = at/image*c + at%c
			}
			f[k] = 0
			if Uniform(key, uint64(first+at)) >= p {
				f[k] = keep
			}
		}
		kernels.Mul(x.value.data[i:j], f, y.value.data[i:j])
	})
	o.backward = each(x.Shape.Size(), func(i, j int) {
		f, dy, dx := factors.data[i:j], y.grad.data[i:j], x.grad.data[i:j]
		if x.accumulate {
			kernels.MulAccumulate(f, dy, dx)
		} else {
			kernels.Mul(f, dy, dx)
		}
	})
	return y
}
