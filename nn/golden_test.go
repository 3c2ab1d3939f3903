package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/internal/kerneltest"
	"tessera/kernels"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/tensor"
)

// b0Unet names the model of these tests in reports.
const b0Unet = "Unet on efficientnet-b0"

// nchw returns a value in the goldens' order.
func nchw(v *autograd.Var) []float32 {
	return tensor.Permute(tensor.Of(v.Shape, v.Value()), "NHWC", "NCHW").Data
}

// checkSample compares a tensor with a golden sample, every number to within a tolerance, and counts the errors in parts of
// a unit.
func checkSample(t *testing.T, what string, want golden.Sample, got []float32, tolerance, unit float64, worst *golden.Worst) {
	t.Helper()
	sum, squares, least, most := 0.0, 0.0, math.Inf(1), math.Inf(-1)
	for _, v := range got {
		x := float64(v)
		sum, squares, least, most = sum+x, squares+x*x, min(least, x), max(most, x)
	}
	n := float64(len(got))
	std := math.Sqrt(max(0, squares/n-sum*sum/n/n))
	see := func(part string, got, want float64) {
		worst.See(what+": "+part, math.Abs(got-want)/unit, tolerance/unit)
	}
	see("mean", sum/n, want.Mean)
	see("deviation", std, want.Std)
	see("least", least, want.Min)
	see("most", most, want.Max)
	for i, index := range want.Index {
		see(fmt.Sprintf("[%d]", index), float64(got[index]), want.Value[i])
	}
}

// TestUnetAgreesWithPyTorch compares the logits for two sizes of pictures, one of them odd.
func TestUnetAgreesWithPyTorch(t *testing.T) {
	var file golden.UNet
	golden.Load(t, "unet_b0.json", &file)
	require.Len(t, file.Cases, 2)
	u := newGoldenUnet(t)
	kerneltest.EachISA(t, func(t *testing.T) {
		for i, c := range file.Cases {
			if i > 0 && kernels.Active() == kernels.Generic {
				continue // slow, and of the same bits
			}
			t.Run(fmt.Sprint(c.Input), func(t *testing.T) {
				logits := evaluate(t, u, c.Input)
				var worst golden.Worst
				checkSample(t, "logits", c.Logits.Sample, logits, 1e-4, 1, &worst)
				area := c.Input[2] * c.Input[3]
				for class, want := range c.Classes {
					var plane []float32
					for n := range c.Input[0] {
						plane = append(plane, logits[(n*11+class)*area:][:area]...)
					}
					checkSample(t, fmt.Sprint("class ", class), want, plane, 1e-4, 1, &worst)
				}
				worst.Report(t, b0Unet, "logits in evaluation", golden.SMP)
			})
		}
	})
}

// evaluate returns the logits for golden pictures.
func evaluate(t *testing.T, u *decoder.Unet, size [4]int) []float32 {
	t.Helper()
	tape := autograd.NewTape(autograd.Inference)
	tape.Poison = true
	data := pictures(0, size)
	x := tape.Input(data.Shape)
	y := tape.Output(u.Forward(tape, x))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	copy(x.Value(), data.Data)
	tape.Forward()
	return nchw(y)
}

// TestStagesAgreeWithPyTorch compares what every block returns.
func TestStagesAgreeWithPyTorch(t *testing.T) {
	var file golden.UNet
	golden.Load(t, "unet_b0.json", &file)
	c := file.Cases[1]
	u := newGoldenUnet(t)
	e := u.Encoder.(*encoder.EfficientNet)
	tape := autograd.NewTape(autograd.Inference)
	data := pictures(0, c.Input)
	x := tape.Input(data.Shape)
	stages := map[string]*autograd.Var{}
	y := e.Stem.Forward(tape, x)
	stages["encoder._conv_stem"] = tape.Output(y)
	y = e.BN0.Forward(tape, y)
	for i, b := range e.Blocks {
		y = tape.Output(b.Forward(tape, y))
		stages[fmt.Sprint("encoder._blocks.", i)] = y
	}
	require.NoError(t, tape.Plan())
	defer tape.Free()
	copy(x.Value(), data.Data)
	tape.Forward()
	var worst golden.Worst
	for _, want := range c.Stages {
		if v := stages[want.Name]; v != nil {
			checkSample(t, want.Name, want.Sample, nchw(v), 8*want.Float32Error, want.Std, &worst)
			delete(stages, want.Name)
		}
	}
	assert.Empty(t, stages)
	worst.Report(t, b0Unet, "each block of the encoder, by its deviation", golden.SMP)
}
