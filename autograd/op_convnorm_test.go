package autograd_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/kernels"
	"tessera/tensor"
)

// normParts are the operands of a normalisation with running statistics.
type normParts struct {
	gamma, beta *autograd.Param
	stats       autograd.BatchStats
}

func newNormParts(c int) normParts {
	p := normParts{autograd.NewParam("C", tensor.Dims(c)), autograd.NewParam("C", tensor.Dims(c)),
		autograd.BatchStats{Mean: tensor.New(tensor.Float32, tensor.Dims(c)), Var: tensor.New(tensor.Float32, tensor.Dims(c)),
			Batches: new(int64), Momentum: 0.1, Eps: 1e-5}}
	copy(p.gamma.Value.Data, kerneltest.Floats(1, c))
	copy(p.beta.Value.Data, kerneltest.Floats(2, c))
	copy(p.stats.Mean.Data, kerneltest.Floats(3, c))
	for i, v := range kerneltest.Floats(4, c) {
		p.stats.Var.Data[i] = 1.5 + v
	}
	return p
}

// infer runs a recorded result twice on an inference tape and returns it.
func infer(t *testing.T, fixed bool, record func(*autograd.Tape) *autograd.Var) []float32 {
	tape := autograd.NewTape(autograd.Inference)
	tape.Poison, tape.FixedWeights = true, fixed
	y := tape.Output(record(tape))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	tape.Forward()
	first := append([]float32(nil), y.Value()...)
	tape.Forward()
	kerneltest.Equal(t, first, y.Value())
	return first
}

func filled(axes string, key uint64, sizes ...int) *autograd.Param {
	p := autograd.NewParam(axes, tensor.Dims(sizes...))
	copy(p.Value.Data, kerneltest.Floats(key, p.Value.Shape.Size()))
	return p
}

// In inference the joined operations have the bits of the separate ones, with weights fixed or not.
func TestConvBatchNormHasTheBitsOfBoth(t *testing.T) {
	for _, act := range []autograd.Activation{autograd.Identity, autograd.WithReLU, autograd.WithSiLU, autograd.WithReLU6} {
		for _, c := range []struct{ k, h, w, ic, oc int }{{1, 19, 23, 5, 21}, {3, 19, 23, 5, 21}, {1, 5, 6, 270, 250}} { // the last in two parts
			k := c.k
			t.Run(fmt.Sprintf("%d×%d, %d to %d channels, activation %d", k, k, c.ic, c.oc, act), func(t *testing.T) {
				x, w, n := filled("NHWC", 5, 2, c.h, c.w, c.ic), filled("HWIO", 6, k, k, c.ic, c.oc), newNormParts(c.oc)
				win := kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: k / 2, PL: k / 2, PB: k / 2, PR: k / 2}
				want := infer(t, false, func(tape *autograd.Tape) *autograd.Var {
					y := autograd.Conv(tape, tape.Param(x), tape.Param(w), nil, 1, win)
					return autograd.BatchNorm(tape, y, tape.Param(n.gamma), tape.Param(n.beta), n.stats, act)
				})
				for _, fixed := range []bool{false, true} {
					kerneltest.Equal(t, want, infer(t, fixed, func(tape *autograd.Tape) *autograd.Var {
						return autograd.ConvBatchNorm(tape, tape.Param(x), tape.Param(w), 1, win,
							tape.Param(n.gamma), tape.Param(n.beta), n.stats, act)
					}))
				}
			})
		}
	}
}

func TestUpsampleConvBatchNormHasTheBitsOfBoth(t *testing.T) {
	x, skip := filled("NHWC", 5, 2, 9, 11, 6), filled("NHWC", 6, 2, 18, 22, 4)
	for _, cs := range []int{0, 4} {
		w, n := filled("HWIO", 7, 3, 3, 6+cs, 35), newNormParts(35)
		join := func(tape *autograd.Tape) *autograd.Var {
			if cs == 0 {
				return nil
			}
			return tape.Param(skip)
		}
		want := infer(t, false, func(tape *autograd.Tape) *autograd.Var {
			y := autograd.UpsampleConv(tape, tape.Param(x), join(tape), tape.Param(w))
			return autograd.BatchNorm(tape, y, tape.Param(n.gamma), tape.Param(n.beta), n.stats, autograd.WithReLU)
		})
		for _, fixed := range []bool{false, true} {
			kerneltest.Equal(t, want, infer(t, fixed, func(tape *autograd.Tape) *autograd.Var {
				return autograd.UpsampleConvBatchNorm(tape, tape.Param(x), join(tape), tape.Param(w),
					tape.Param(n.gamma), tape.Param(n.beta), n.stats, autograd.WithReLU)
			}))
		}
	}
}

// Weights that change are seen by a tape that was not promised that they stay.
func TestFixedWeights(t *testing.T) {
	for _, fixed := range []bool{false, true} {
		x, w := filled("NHWC", 5, 1, 2, 2, 1), filled("HWIO", 6, 1, 1, 1, 1)
		tape := autograd.NewTape(autograd.Inference)
		tape.FixedWeights = fixed
		y := tape.Output(autograd.Conv(tape, tape.Param(x), tape.Param(w), nil, 1, kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1}))
		require.NoError(t, tape.Plan())
		tape.Forward()
		before := y.Value()[0]
		w.Value.Data[0] *= 2
		tape.Forward()
		require.Equal(t, fixed, y.Value()[0] == before)
		tape.Free()
	}
}
