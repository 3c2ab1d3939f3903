package nn_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/internal/golden"
	"tessera/nn/loss"
	"tessera/optim"
)

// TestTwentyStepsAsPyTorch holds each of twenty losses to a thousandth of PyTorch's, in float64 and in float32, at a usual
// learning rate. That means something only if PyTorch's own float32 runs are well within it, and if the loss falls far.
func TestTwentyStepsAsPyTorch(t *testing.T) {
	const allowed = 1e-3
	var file golden.UNetCurve
	golden.Load(t, "unet_b0_curve.json", &file)
	require.Len(t, file.Losses, 20)
	require.Less(t, file.Losses[19], file.Losses[0]/2)
	for _, losses := range file.Float32Losses {
		require.Less(t, farthest(file.Losses, losses), allowed/5, "PyTorch's float32")
	}
	for _, losses := range file.Rough.Float32Losses {
		require.Greater(t, farthest(file.Rough.Losses, losses), 5*allowed, "PyTorch's float32 without the push")
	}
	u := newGoldenUnet(t)
	params := byName(u)
	for name, p := range params {
		scale := params[strings.TrimSuffix(name, "bias")+"weight"]
		if !strings.HasPrefix(name, "decoder.") || !strings.HasSuffix(name, ".bias") || scale.Value.Shape.Rank() != 1 {
			continue
		}
		for i, v := range p.Value.Data {
			p.Value.Data[i] = v + float32(math.Copysign(file.Push, float64(v)))
		}
	}
	s := newTraining(t, u, file.Input, loss.CrossEntropy{Ignore: file.IgnoreIndex},
		optim.AdamWOptions{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Decay: file.WeightDecay})
	var exact, float32s golden.Worst
	for k, want := range file.Losses {
		got := s.gradients()
		exact.See(fmt.Sprint("step ", k), math.Abs(got-want), allowed)
		for _, losses := range file.Float32Losses {
			float32s.See(fmt.Sprint("step ", k), math.Abs(got-losses[k]), allowed)
		}
		s.optim.Step(file.LR, 1)
	}
	exact.Report(t, b0Unet, "cross-entropy of twenty steps of AdamW, ReLUs kept on their sides", golden.SMP)
	float32s.Report(t, b0Unet, "the same beside PyTorch's float32, with one thread and two", golden.SMP)
}

// farthest returns the largest difference of two curves.
func farthest(a, b []float64) (most float64) {
	for i := range a {
		most = max(most, math.Abs(a[i]-b[i]))
	}
	return most
}
