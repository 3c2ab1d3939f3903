package nn_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/kernels"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/tensor"
)

// labels writes golden labels to a target.
func labels(to *tensor.Tensor, classes int) {
	s := to.Shape
	for i, class := range golden.Labels(s.Dim(0), s.Dim(1), s.Dim(2), classes) {
		to.Indices[i] = uint8(class)
	}
}

// byName returns a model's parameters by their names.
func byName(model any) map[string]*autograd.Param {
	params := map[string]*autograd.Param{}
	for _, p := range nn.Params(model) {
		params[p.Name] = p
	}
	return params
}

// inFile returns a tensor in the axes of PyTorch.
func inFile(x *tensor.Tensor, axes string) []float32 {
	order := map[string]string{"HWIO": "OIHW", "HWC": "CHW", "C": "C", "NHWC": "NCHW"}
	return tensor.Permute(x, axes, order[axes]).Data
}

// checkGradients compares gradients with golden ones. An element may be off by factor times PyTorch's own float32
// error plus share of the root mean square, and so may the norm, that of all elements. Errors count in parts of the root
// mean square; of a gradient that is rounding alone, in parts of the largest.
func checkGradients(t *testing.T, what string, want []golden.Gradient, params map[string]*autograd.Param, factor, share float64) {
	t.Helper()
	var worst golden.Worst
	largest := 0.0
	for _, g := range want {
		if p := params[g.Name]; p != nil {
			largest = max(largest, g.Norm/math.Sqrt(float64(len(p.Grad.Data))))
		}
	}
	for _, g := range want {
		p := params[g.Name]
		if !assert.NotNil(t, p, g.Name) {
			continue
		}
		got := inFile(p.Grad, p.Axes)
		norm, n := 0.0, math.Sqrt(float64(len(got)))
		for _, v := range got {
			norm += float64(v) * float64(v)
		}
		tolerance := factor*g.Float32Error + share*g.Norm/n
		unit := g.Norm / n
		if unit <= g.Float32Error {
			unit = largest
		}
		worst.See(g.Name, math.Abs(g.Norm-math.Sqrt(norm))/n/unit, tolerance/unit)
		if g.Sample != nil {
			checkSample(t, g.Name, *g.Sample, got, tolerance, unit, &worst)
		}
	}
	worst.Report(t, b0Unet, what+", by their root mean square", golden.SMP)
}

// TestEncoderGradients asks for every digit of the gradients of the encoder, which has no ReLU.
func TestEncoderGradients(t *testing.T) {
	var file golden.Parts
	golden.Load(t, "parts_b0_train.json", &file)
	want := file.Encoder
	u := newGoldenUnet(t)
	data := pictures(want.First, want.Input)
	tape := autograd.NewTape(autograd.Training)
	tape.Poison = true
	x := tape.Input(data.Shape)
	features := u.Encoder.Forward(tape, x)
	runPart(t, tape, features[len(features)-1], want, func() { copy(x.Value(), data.Data) })
	checkGradients(t, "gradients of the encoder", want.Gradients, byName(u), 8, 2e-6)
}

// runPart computes the loss of a part's result, which it compares, and the gradients.
func runPart(t *testing.T, tape *autograd.Tape, logits *autograd.Var, want golden.Part, fill func()) {
	t.Helper()
	s := logits.Shape
	target := tape.Labels(tensor.Dims(s.Dim(0), s.Dim(1), s.Dim(2)))
	labels(target, want.Classes)
	ignore := want.IgnoreIndex
	if ignore > math.MaxUint8 {
		ignore = autograd.NoIgnore // no label of that size occurs, as the loss shows
	}
	y := tape.Output(autograd.CrossEntropy(tape, logits, autograd.NewTarget(target), ignore, 0, nil))
	require.NoError(t, tape.Plan())
	t.Cleanup(tape.Free)
	fill()
	tape.Forward()
	tape.Backward(y, 1)
	assert.InDelta(t, want.Loss, y.Value()[0], 2e-6)
}

// fixed is an encoder whose features are parameters.
type fixed struct {
	features []*autograd.Param
	channels []int
}

func (f *fixed) Channels() []int { return f.channels }

func (f *fixed) Forward(t *autograd.Tape, _ *autograd.Var) []*autograd.Var {
	var list []*autograd.Var
	for _, p := range f.features {
		list = append(list, t.Param(p))
	}
	return list
}

// TestDecoderGradients asks for every digit of the gradients of the decoder, fed features that keep its ReLUs away
// from zero.
func TestDecoderGradients(t *testing.T) {
	var file golden.Parts
	golden.Load(t, "parts_b0_train.json", &file)
	want := file.Decoder
	u := newGoldenUnet(t)
	params := byName(u)
	f := &fixed{}
	for i, size := range want.Features {
		x := pictures(want.First+2*i, size)
		p := autograd.NewParam("NHWC", x.Shape)
		p.Value = x
		f.features, f.channels = append(f.features, p), append(f.channels, size[1])
		params["features."+string(rune('0'+i))] = p
	}
	u.Encoder = f
	first := f.features[0].Value.Shape
	tape := autograd.NewTape(autograd.Training)
	tape.Poison = true
	x := tape.Input(tensor.Dims(first.Dim(0), 2*first.Dim(1), 2*first.Dim(2), 3))
	runPart(t, tape, u.Forward(tape, x), want, func() {})
	checkGradients(t, "gradients of the decoder", want.Gradients, params, 8, 2e-6)
}

// training is a U-Net with an optimizer and a planned step.
type training struct {
	unet  *decoder.Unet
	tape  *autograd.Tape
	loss  *autograd.Var
	optim *optim.AdamW
}

// newTraining plans steps on golden pictures and labels.
func newTraining(t testing.TB, u *decoder.Unet, size [4]int, l loss.Loss, o optim.AdamWOptions) *training {
	t.Helper()
	return newTrainingIn(t, kernels.Float32, u, size, l, o)
}

// newTrainingIn is newTraining in a precision.
func newTrainingIn(t testing.TB, precision kernels.Precision, u *decoder.Unet, size [4]int, l loss.Loss,
	o optim.AdamWOptions) *training {
	t.Helper()
	data := pictures(0, size)
	tape := autograd.NewTape(autograd.Training)
	tape.Precision = precision
	x := tape.Input(data.Shape)
	target := tape.Labels(tensor.Dims(size[0], size[2], size[3]))
	labels(target, 11)
	s := &training{unet: u, tape: tape}
	s.loss = tape.Output(l.Forward(tape, u.Forward(tape, x), autograd.NewTarget(target)))
	require.NoError(t, tape.Plan())
	t.Cleanup(tape.Free)
	copy(x.Value(), data.Data)
	s.optim = optim.NewAdamW(nn.Params(u), o)
	return s
}

// gradients runs the first half of a step and returns the loss.
func (s *training) gradients() float64 {
	s.tape.Forward()
	s.tape.Backward(s.loss, 1)
	return float64(s.loss.Value()[0])
}

// TestUnetTrainsAsPyTorch compares the gradients of a first step and the losses and statistics of five. Rounding
// changes signs ahead of ReLUs, so PyTorch's own float32 run deviates as well.
func TestUnetTrainsAsPyTorch(t *testing.T) {
	var file golden.UNetTrain
	golden.Load(t, "unet_b0_train.json", &file)
	u := newGoldenUnet(t)
	before := checkpoint.Entries(u)
	s := newTraining(t, u, file.Input, loss.CrossEntropy{Ignore: file.IgnoreIndex},
		optim.AdamWOptions{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Decay: file.WeightDecay})
	for k, want := range file.Losses {
		got := s.gradients()
		tolerance, what := 1e-5, "cross-entropy of the first step"
		if k > 0 { // AdamW's first steps enlarge rounding: they follow the signs of gradients that ought to be zero
			tolerance, what = 0.04, "cross-entropy of four more steps"
		}
		var worst golden.Worst
		worst.See(fmt.Sprint("step ", k), math.Abs(got-want), tolerance)
		worst.Report(t, b0Unet, what, golden.SMP)
		if k == 0 {
			checkGradients(t, "gradients of the whole", file.Gradients, byName(u), 4, 2e-2)
		}
		s.optim.Step(file.LR, 1)
	}
	after := checkpoint.Entries(u)
	require.Len(t, file.Unused, 3)
	var worst golden.Worst
	for i, e := range after {
		if slices.Contains(file.Unused, e.Name) {
			assert.True(t, bytes.Equal(before[i].Data, e.Data), "%s must not change", e.Name)
		}
		if e.Name == "encoder._bn0.num_batches_tracked" {
			steps, err := e.Int64s()
			require.NoError(t, err)
			assert.Equal(t, []int64{7 + 5}, steps)
		}
		for _, want := range file.Running {
			if want.Name == e.Name {
				got, err := e.Float32s()
				require.NoError(t, err)
				for j, v := range want.Value {
					worst.See(e.Name, math.Abs(v-float64(got[j])), 1e-6+8*want.Float32Error)
				}
			}
		}
	}
	worst.Report(t, b0Unet, "running statistics after five steps", golden.SMP)
}

// TestPoisonChangesNothing trains with memory that is overwritten as soon as its last reader has run.
func TestPoisonChangesNothing(t *testing.T) {
	var results [2][]checkpoint.Entry
	for i := range results {
		l := loss.Sum{Losses: []loss.Loss{loss.CrossEntropy{Ignore: 11, Smoothing: 0.1}, loss.Dice{RegionOptions: autograd.RegionOptions{Ignore: 11}}},
			Weights: []float32{1, 0.5}}
		s := newTraining(t, newUnet(t, 0.2), [4]int{2, 3, 32, 32}, l, optim.DefaultAdamW)
		s.tape.Poison = i == 1
		for range 2 {
			s.tape.Step++
			require.False(t, math.IsNaN(s.gradients()))
			s.optim.Step(1e-3, 1)
		}
		results[i] = checkpoint.Entries(s.unet)
	}
	for i, e := range results[0] {
		require.True(t, bytes.Equal(e.Data, results[1][i].Data), e.Name)
	}
}
