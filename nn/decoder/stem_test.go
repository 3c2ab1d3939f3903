package decoder

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/tensor"
)

// TestStemAgreesWithPyTorch compares the stem with the same put together of PyTorch's modules: results, gradients and running
// statistics, for even and odd sides and few and many channels.
func TestStemAgreesWithPyTorch(t *testing.T) {
	var file golden.Stem
	golden.Load(t, "stem.json", &file)
	var results, gradients golden.Worst
	for _, want := range file.Cases {
		n, c, h, w := want.Shape[0], want.Shape[1], want.Shape[2], want.Shape[3]
		model := &struct {
			Stem *DownscaleStem `name:"stem"`
		}{newDownscaleStem(nil, c)}
		entries := checkpoint.Entries(model)
		for i, e := range entries {
			if values := golden.Weights(e.Name, e.Shape); e.DType == "I64" {
				entries[i] = checkpoint.NewInt64s(e.Name, e.Shape, []int64{int64(values[0])})
			} else {
				entries[i] = checkpoint.NewFloat32s(e.Name, e.Shape, values)
			}
		}
		require.NoError(t, checkpoint.Assign(model, entries))
		x := autograd.NewParam("NHWC", tensor.Dims(n, h, w, c))
		copy(x.Value.Data, pixelsFirst(want.Key, n, c, h, w))
		run := func(mode autograd.Mode) []float64 {
			tape := autograd.NewTape(mode)
			tape.Poison = true
			defer tape.Free()
			y := tape.Output(model.Stem.Forward(tape, tape.Param(x)))
			slope := tape.Input(y.Shape)
			loss := autograd.Dot(tape, y, slope)
			require.NoError(t, tape.Plan())
			_, oh, ow, _ := y.Shape.NHWC()
			slope.Set(pixelsFirst(want.Key+".slope", n, c, oh, ow))
			tape.Forward()
			got := planesFirst(tensor.Of(y.Shape, y.Value()))
			if mode == autograd.Training {
				tape.Backward(loss, 1)
			}
			return got
		}
		see(&results, want.Key+" in evaluation", run(autograd.Inference), want.Evaluation, 1e-5)
		see(&results, want.Key, run(autograd.Training), want.Result, 1e-5)
		see(&gradients, want.Key+" input", planesFirst(x.Grad), want.Gradients["input"], 1e-5)
		axes := map[string]string{"HWIO": "OIHW", "C": "C"}
		for _, p := range nn.Params(model) {
			see(&gradients, want.Key+" "+p.Name, floats(tensor.Permute(p.Grad, p.Axes, axes[p.Axes]).Data), want.Gradients[p.Name], 1e-5)
		}
		nn.Walk(model, func(name string, e nn.Entry) {
			if e.Buffer != nil {
				see(&results, want.Key+" "+name, floats(e.Buffer.Data), want.Running[name], 1e-5)
			}
		})
	}
	results.Report(t, "stem downscale", "results and running statistics, by the largest", golden.PyTorch)
	gradients.Report(t, "stem downscale", "gradients, by the largest", golden.PyTorch)
}

// pixelsFirst returns golden values of planes in the order of the engine.
func pixelsFirst(key string, n, c, h, w int) []float32 {
	planes := tensor.New(tensor.Float32, tensor.Dims(n, c, h, w))
	for i, v := range golden.Values(key, n*c*h*w) {
		planes.Data[i] = float32(v)
	}
	return tensor.Permute(planes, "NCHW", "NHWC").Data
}

func planesFirst(x *tensor.Tensor) []float64 { return floats(tensor.Permute(x, "NHWC", "NCHW").Data) }

func floats(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// see counts the largest difference, by the largest of what was wanted.
func see(worst *golden.Worst, name string, got, want []float64, allowed float64) {
	largest, off := 0.0, 0.0
	if len(got) != len(want) || len(want) == 0 {
		off = math.NaN()
	}
	for i := range min(len(got), len(want)) {
		largest, off = max(largest, math.Abs(want[i])), max(off, math.Abs(got[i]-want[i]))
	}
	worst.See(strings.TrimSpace(name), off/largest, allowed)
}
