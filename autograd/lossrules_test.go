package autograd_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/internal/parallel"
	"tessera/tensor"
)

// losses are all losses, with an ignored label.
var losses = map[string]func(*autograd.Tape, *autograd.Var, autograd.Target) *autograd.Var{
	"cross-entropy": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.CrossEntropy(t, x, target, 255, 0.1, nil)
	},
	"hard cross-entropy": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.HardCrossEntropy(t, x, target, autograd.HardOptions{Ignore: 255, Keep: 0.5})
	},
	"hard bce": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.HardBCE(t, x, target, autograd.HardOptions{Ignore: 255, Keep: 0.5})
	},
	"focal": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.Focal(t, x, target, 255, 2, nil)
	},
	"bce": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.BCE(t, x, target, 255, 0, nil, nil)
	},
	"sigmoid focal": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.SigmoidFocal(t, x, target, 255, 2, nil, 0, nil)
	},
	"dice": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.Dice(t, x, target, autograd.RegionOptions{Ignore: 255})
	},
	"focal tversky": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.Tversky(t, x, target, autograd.TverskyOptions{
			RegionOptions: autograd.RegionOptions{Ignore: 255, Empty: true, Smooth: 1}, Gamma: 0.5})
	},
	"mcc": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.MCC(t, x, target, autograd.RegionOptions{Ignore: 255})
	},
	"boundary": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.Boundary(t, x, target, 255, nil)
	},
	"generalized cross-entropy": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.GeneralizedCrossEntropy(t, x, target, 255, 0.7, nil)
	},
	"symmetric cross-entropy": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.SymmetricCrossEntropy(t, x, target, 255, 0.1, 1, 4, nil)
	},
	"bootstrapped cross-entropy": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.BootstrappedCrossEntropy(t, x, target, 255, 0.95, false, nil)
	},
	"hard bootstrapped cross-entropy": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.BootstrappedCrossEntropy(t, x, target, 255, 0.8, true, nil)
	},
	"lovasz": func(t *autograd.Tape, x *autograd.Var, target autograd.Target) *autograd.Var {
		return autograd.Lovasz(t, x, target, 255, true)
	},
}

// TestLossesOfNothing ignores every pixel: the loss is 0, and so is the gradient, even where it is overwritten.
func TestLossesOfNothing(t *testing.T) {
	for name, loss := range losses {
		t.Run(name, func(t *testing.T) {
			value, gradient := runLoss(t, loss, make([]float32, 24), slices.Repeat([]uint8{255}, 6))
			assert.Equal(t, float32(0), value)
			assert.Equal(t, make([]float32, 24), gradient)
		})
	}
}

// TestLossesShowNaN: a logit that is no number must not be lost.
func TestLossesShowNaN(t *testing.T) {
	for name, loss := range losses {
		t.Run(name, func(t *testing.T) {
			x := make([]float32, 24)
			x[5] = float32(math.NaN())
			value, _ := runLoss(t, loss, x, []uint8{0, 1, 2, 3, 255, 1})
			assert.True(t, math.IsNaN(float64(value)), "%v", value)
		})
	}
}

// TestLossesRefuseWrongLabels with the labels that there are.
func TestLossesRefuseWrongLabels(t *testing.T) {
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(1)
	for name, loss := range losses {
		func() {
			defer func() { assert.Contains(t, recover(), "target 4; there are classes 0 to 3", name) }()
			runLoss(t, loss, make([]float32, 24), []uint8{0, 1, 2, 3, 255, 4})
		}()
	}
}

// TestLossesAllocateNothing after the first step.
func TestLossesAllocateNothing(t *testing.T) {
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(1)
	for name, loss := range losses {
		tape := autograd.NewTape(autograd.Training)
		y := loss(tape, tape.Param(autograd.NewParam("NHWC", tensor.Dims(1, 2, 3, 4))),
			autograd.NewTarget(tape.Labels(tensor.Dims(1, 2, 3))))
		require.NoError(t, tape.Plan())
		assert.Zero(t, testing.AllocsPerRun(1, func() {
			tape.Forward()
			tape.Backward(y, 1)
		}), name)
		tape.Free()
	}
}

// runLoss returns the loss of logits 1×2×3×4, two steps after a first, and their gradient.
func runLoss(t *testing.T, loss func(*autograd.Tape, *autograd.Var, autograd.Target) *autograd.Var,
	x []float32, labels []uint8) (value float32, gradient []float32) {
	tape := autograd.NewTape(autograd.Training)
	defer tape.Free()
	tape.Poison = true
	p := autograd.NewParam("NHWC", tensor.Dims(1, 2, 3, 4))
	copy(p.Value.Data, x)
	target := tape.Labels(tensor.Dims(1, 2, 3))
	y := tape.Output(loss(tape, autograd.SiLU(tape, tape.Param(p)), autograd.NewTarget(target)))
	require.NoError(t, tape.Plan())
	copy(target.Indices, labels)
	for range 2 {
		tape.Forward()
		tape.Backward(y, 1)
	}
	return y.Value()[0], p.Grad.Data
}

// TestLossesSameBits holds every loss to one checksum on every processor.
func TestLossesSameBits(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		var all [][]float32
		for _, name := range slices.Sorted(maps.Keys(losses)) {
			x := kerneltest.Floats(8, 24)
			for i := range x {
				x[i] *= 9
			}
			value, gradient := runLoss(t, losses[name], x, []uint8{0, 1, 3, 3, 255, 1})
			all = append(all, []float32{value}, gradient)
		}
		assert.Equal(t, "ca0151f1fe0af66d", kerneltest.Checksum(all...))
	})
}
