package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/tensor"
)

func TestLossesAgreeWithPyTorch(t *testing.T) {
	var file golden.Losses
	golden.Load(t, "losses.json", &file)
	require.NotEmpty(t, file.Cases)
	for _, c := range file.Cases {
		t.Run(c.Loss+" "+c.Name, func(t *testing.T) { replayLoss(t, c) })
	}
}

func replayLoss(t *testing.T, c golden.LossCase) {
	ignore := autograd.NoIgnore
	if c.IgnoreIndex != nil {
		ignore = *c.IgnoreIndex
	}
	logits := images(c.Logits)
	n, h, w, classes := logits.Shape.NHWC()
	p := autograd.NewParam("NHWC", logits.Shape)
	p.Value = logits
	tape := autograd.NewTape(autograd.Training)
	defer tape.Free()
	target := tape.Labels(tensor.Dims(n, h, w))
	present := map[int]bool{}
	for i, class := range c.Target {
		target.Indices[i] = uint8(class)
		if class != ignore {
			present[class] = true
		}
	}
	factor := 1.0
	var loss *autograd.Var
	switch c.Loss {
	case "cross_entropy":
		var weights []float32
		for _, v := range c.ClassWeights {
			weights = append(weights, float32(v))
		}
		loss = autograd.CrossEntropy(tape, tape.Param(p), target, ignore, float32(c.LabelSmoothing), weights)
	case "dice":
		loss = autograd.Dice(tape, tape.Param(p), target, ignore, c.Smooth)
		// Upstream a class that is absent counts in the mean, with a loss of 0; here it does not count.
		factor = float64(classes) / float64(len(present))
	default:
		t.Fatalf("no loss %s", c.Loss)
	}
	tape.Output(loss)
	require.NoError(t, tape.Plan())
	tape.Forward()
	tape.Backward(loss, 1)
	closeTo(t, "loss", []float32{float32(factor * c.Value)}, loss.Value(), 1e-6)
	want := images(c.Grad).Data
	for i := range want {
		want[i] *= float32(factor)
	}
	closeTo(t, "gradient", want, p.Grad.Data, 4e-6)
}
