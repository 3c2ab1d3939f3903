package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/tensor"
)

// lossReplays record what a golden case computed, by its loss.
var lossReplays = map[string]func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var{
	"cross_entropy": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.CrossEntropy(t, x, target, c.ignore(), float32(c.LabelSmoothing), c.ClassWeights)
	},
	"bce": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.BCE(t, x, target, c.ignore(), float32(c.LabelSmoothing), c.PosWeight, c.ClassWeights)
	},
	"focal": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.Focal(t, x, target, c.ignore(), float32(c.Gamma), c.ClassWeights)
	},
	"sigmoid_focal": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.SigmoidFocal(t, x, target, c.ignore(), float32(c.Gamma), c.Alpha, c.ReducedThreshold, c.ClassWeights)
	},
	"dice": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.Dice(t, x, target, c.region())
	},
	"jaccard": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.Jaccard(t, x, target, c.region())
	},
	"tversky": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.Tversky(t, x, target, autograd.TverskyOptions{
			RegionOptions: c.region(), Alpha: c.alpha(), Beta: c.Beta, Gamma: c.Gamma})
	},
	"boundary": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.Boundary(t, x, target, c.ignore(), c.Classes)
	},
	"lovasz": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.Lovasz(t, x, target, c.ignore(), c.PerImage)
	},
	"hard_cross_entropy": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.HardCrossEntropy(t, x, target,
			autograd.HardOptions{Ignore: c.ignore(), Keep: c.Keep, Threshold: c.Threshold})
	},
	"hard_bce": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.HardBCE(t, x, target, autograd.HardOptions{Ignore: c.ignore(), Keep: c.Keep, Threshold: c.Threshold})
	},
	"generalized_cross_entropy": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.GeneralizedCrossEntropy(t, x, target, c.ignore(), float32(c.Q), c.ClassWeights)
	},
	"symmetric_cross_entropy": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.SymmetricCrossEntropy(t, x, target, c.ignore(), *c.Alpha, float32(c.Beta), float32(c.LogZero), c.ClassWeights)
	},
	"bootstrapped_cross_entropy": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.BootstrappedCrossEntropy(t, x, target, c.ignore(), float32(c.Beta), c.Hard, c.ClassWeights)
	},
	"mcc": func(t *autograd.Tape, x *autograd.Var, target autograd.Target, c lossGolden) *autograd.Var {
		return autograd.MCC(t, x, target, c.region())
	},
}

type lossGolden struct{ golden.LossCase }

func (c lossGolden) ignore() int {
	if c.IgnoreIndex == nil {
		return autograd.NoIgnore
	}
	return *c.IgnoreIndex
}

func (c lossGolden) region() autograd.RegionOptions {
	return autograd.RegionOptions{Ignore: c.ignore(), Smooth: c.Smooth, Log: c.LogLoss, Classes: c.Classes,
		Weights: c.ClassWeights}
}

// alpha rounds to the decimals that the case was computed with.
func (c lossGolden) alpha() float64 { return float64(int(*c.Alpha*1000+0.5)) / 1000 }

// reference names what tools/golden/losses.py computes the case with.
func (c lossGolden) reference() string {
	switch c.Loss {
	case "cross_entropy":
		return golden.PyTorch
	case "focal", "hard_cross_entropy", "hard_bce", "boundary", "generalized_cross_entropy", "symmetric_cross_entropy", "bootstrapped_cross_entropy":
		return golden.Paper
	}
	return golden.SMP
}

// target returns labels in the order of the engine.
func (c lossGolden) target() autograd.Target {
	shape := c.Shape()
	labels := func(list []int) *tensor.Tensor {
		n, classes, h, w := shape[0], shape[1], shape[2], shape[3]
		if c.Mode != "multilabel" {
			m := tensor.New(tensor.Uint8, tensor.Dims(n, h, w))
			for i, v := range list {
				m.Indices[i] = uint8(v)
			}
			return m
		}
		m := tensor.New(tensor.Uint8, tensor.Dims(n, h, w, classes))
		for i, v := range list {
			image, class, pixel := i/(classes*h*w), i/(h*w)%classes, i%(h*w)
			m.Indices[(image*h*w+pixel)*classes+class] = uint8(v)
		}
		return m
	}
	target := autograd.NewTarget(labels(c.Target))
	if c.Mixed != nil {
		target.Mixed = labels(c.Mixed)
		target.Share = tensor.Of(tensor.Dims(shape[0], shape[2], shape[3]), c.Share)
	}
	return target
}

func TestLossesAgreeWithPyTorch(t *testing.T) {
	var file golden.Losses
	golden.Load(t, "losses.json", &file)
	seen := map[string]int{}
	for _, c := range file.Cases {
		seen[c.Loss]++
		t.Run(c.Loss+" "+c.Name, func(t *testing.T) { replayLoss(t, lossGolden{c}) })
	}
	for loss := range lossReplays {
		assert.Positive(t, seen[loss], loss)
	}
	assert.Len(t, seen, len(lossReplays))
}

func replayLoss(t *testing.T, c lossGolden) {
	size := c.Shape()
	x := golden.Values(c.Key, size[0]*size[1]*size[2]*size[3])
	for i := range x {
		x[i] *= c.Scale
	}
	logits := images(golden.Tensor{Shape: size, Value: x})
	p := autograd.NewParam("NHWC", logits.Shape)
	p.Value = logits
	tape := autograd.NewTape(autograd.Training)
	defer tape.Free()
	loss := tape.Output(lossReplays[c.Loss](tape, tape.Param(p), c.target(), c))
	require.NoError(t, tape.Plan())
	tape.Forward()
	tape.Backward(loss, 1)
	var value, gradient golden.Worst
	value.See("value", off(t, []float32{float32(c.Value)}, loss.Value()), 1e-6)
	value.Report(t, "loss "+c.Loss, "value, relative", c.reference())
	gradient.See("gradient", off(t, images(golden.Tensor{Shape: size, Value: c.Grad}).Data, p.Grad.Data), 4e-6)
	gradient.Report(t, "loss "+c.Loss, "gradient, by the largest", c.reference())
}
