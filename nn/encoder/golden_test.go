package encoder

import (
	"crypto/sha256"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/nn"
	"tessera/tensor"
)

// families are the goldens by their files. testing.Short leaves out what is large.
var families = []string{"efficientnet", "resnet", "mobilenet", "lite", "senet", "mit"}

func eachEncoder(t *testing.T, test func(t *testing.T, want golden.EncoderCase)) {
	for _, family := range families {
		var file golden.Encoders
		golden.Load(t, "encoders_"+family+".json", &file)
		for _, c := range file.Encoders {
			if testing.Short() && c.Parameters > 15e6 {
				continue
			}
			t.Run(c.Name, func(t *testing.T) { test(t, c) })
		}
	}
}

// file tells for the axes in memory those of PyTorch; a depthwise weight has one of size 1 there.
var file = map[string]string{"HWIO": "OIHW", "HWC": "CHW", "IO": "OI", "C": "C", "NHWC": "NCHW"}

// inFile returns the shape that PyTorch gives a part of a model.
func inFile(e nn.Entry) (shape []int, dtype string) {
	switch {
	case e.Counter != nil:
		return []int{}, "torch.int64"
	case e.Buffer != nil:
		return e.Buffer.Shape.Slice(), "torch.float32"
	}
	shape = sizes(e.Param)
	if e.Param.Axes == "HWC" {
		shape = append(shape[:1], append([]int{1}, shape[1:]...)...)
	}
	return shape, "torch.float32"
}

// sizes returns the shape of a parameter with its axes in PyTorch's order.
func sizes(p *autograd.Param) (shape []int) {
	for _, axis := range []byte(file[p.Axes]) {
		shape = append(shape, p.Value.Shape.Dim(strings.IndexByte(p.Axes, axis)))
	}
	return shape
}

// fill gives an encoder the weights of the goldens.
func fill(e Encoder, c golden.EncoderCase) {
	nn.Walk(e, func(name string, part nn.Entry) {
		shape, _ := inFile(part)
		values := golden.WeightsOf(name, shape, c.Gain)
		if c.Damped != "" && strings.HasSuffix(name, c.Damped) {
			for i := range values {
				values[i] /= 4
			}
		}
		switch {
		case part.Counter != nil:
			*part.Counter = int64(values[0])
		case part.Buffer != nil:
			copy(part.Buffer.Data, values)
		default:
			p := part.Param
			tensor.PermuteInto(p.Value.Data, tensor.Of(tensor.Dims(sizes(p)...), values), file[p.Axes], p.Axes)
		}
	})
}

// newGolden makes an encoder with the weights of the goldens.
func newGolden(t *testing.T, c golden.EncoderCase, o Options) Encoder {
	t.Helper()
	e, err := New(c.Name, nil, o)
	require.NoError(t, err)
	fill(e, c)
	return e
}

// TestNamesOfPyTorch compares names, order, shapes and types with the state dicts upstream.
func TestNamesOfPyTorch(t *testing.T) {
	eachEncoder(t, func(t *testing.T, want golden.EncoderCase) {
		e, err := New(want.Name, nil, Options{})
		require.NoError(t, err)
		var lines []string
		parameters := 0
		nn.Walk(e, func(name string, part nn.Entry) {
			shape, dtype := inFile(part)
			if part.Param != nil {
				parameters += part.Param.Value.Shape.Size()
			}
			lines = append(lines, fmt.Sprintf("%s %s %s\n", name, strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), dtype))
		})
		list := strings.Join(lines, "")
		assert.Len(t, lines, want.Entries)
		assert.Equal(t, want.Parameters, parameters)
		if !assert.Equal(t, want.SHA256, fmt.Sprintf("%x", sha256.Sum256([]byte(list)))) && os.Getenv("LIST") != "" {
			t.Log(list)
		}
		golden.Same(t, "encoder "+want.Name, "names, order, shapes, types", golden.SMP)
	})
}

// TestFeaturesOfPyTorch compares feature maps in evaluation and training, for several settings. A number may be off by a
// ten-thousandth of the map's deviation, or by three times what PyTorch's own float32 run is off where that is more: batch
// statistics of few pixels enlarge roundings.
func TestFeaturesOfPyTorch(t *testing.T) {
	eachEncoder(t, func(t *testing.T, want golden.EncoderCase) {
		var e Encoder // weights take longer than features: training may change those of an evaluation with the same settings
		var before Options
		for _, c := range want.Cases {
			name := fmt.Sprintf("in %d depth %d stride %d training %v", c.InChannels, c.Depth, c.OutputStride, c.Training)
			t.Run(name, func(t *testing.T) {
				o := Options{InChannels: c.InChannels, Depth: c.Depth, OutputStride: c.OutputStride}
				if e == nil || o != before {
					e, before = newGolden(t, want, o), o
				}
				r := record(t, e, mode(c.Training), 0, c.Input, max(3, c.InChannels))
				require.NoError(t, r.tape.Plan())
				r.run()
				if c.Training {
					e = nil // its running statistics have moved
				}
				require.Len(t, r.features, len(c.Features))
				var worst golden.Worst
				what := "features in evaluation, by their deviation"
				if c.Training {
					what = "features in training, by their deviation"
				}
				for i, want := range c.Features {
					checkFeature(t, i, want, r.features[i], &worst)
				}
				worst.Report(t, "encoder "+want.Name, what, golden.SMP)
			})
		}
	})
}

func mode(training bool) autograd.Mode {
	if training {
		return autograd.Training
	}
	return autograd.Inference
}

// A recorded is an encoder's forward pass over golden pictures.
type recorded struct {
	tape     *autograd.Tape
	x        *autograd.Var
	data     *tensor.Tensor
	features []*autograd.Var // those that exist
}

func record(t *testing.T, e Encoder, m autograd.Mode, first int, size [3]int, channels int) *recorded {
	t.Helper()
	r := &recorded{tape: autograd.NewTape(m)}
	r.tape.Poison = true
	t.Cleanup(r.tape.Free)
	values := golden.Pictures(first, size[0], channels, size[1], size[2])
	r.data = tensor.Permute(tensor.Of(tensor.Dims(size[0], channels, size[1], size[2]), values), "NCHW", "NHWC")
	r.x = r.tape.Input(r.data.Shape)
	for _, f := range e.Forward(r.tape, r.x) {
		if f != nil {
			r.features = append(r.features, r.tape.Output(f))
		}
	}
	return r
}

func (r *recorded) run() {
	copy(r.x.Value(), r.data.Data)
	r.tape.Forward()
}

// checkFeature compares a feature map, and counts errors in parts of its deviation.
func checkFeature(t *testing.T, i int, want golden.Stage, f *autograd.Var, worst *golden.Worst) {
	t.Helper()
	got := tensor.Permute(tensor.Of(f.Shape, f.Value()), "NHWC", "NCHW")
	require.Equal(t, want.Shape, got.Shape.Slice(), "feature %d", i)
	tolerance := max(1e-4*want.Std, 3*want.Float32Error)
	sum := 0.0
	for _, v := range got.Data {
		sum += float64(v)
	}
	see := func(what string, got, wanted float64) {
		worst.See(fmt.Sprintf("feature %d: %s", i, what), math.Abs(got-wanted)/want.Std, tolerance/want.Std)
	}
	see("mean", sum/float64(len(got.Data)), want.Mean)
	for k, at := range want.Index {
		see(fmt.Sprintf("[%d]", at), float64(got.Data[at]), want.Value[k])
	}
}

// TestGradientsOfPyTorch compares the gradient of every parameter, by its norm and its projections: it may be off by a
// thousandth, or by three times what PyTorch's own float32 run is off where that is more, since a rounding may change a
// sign ahead of a ReLU. Gradients that are zero but for rounding, of biases before a batch normalisation, are held to be
// small beside the others.
func TestGradientsOfPyTorch(t *testing.T) {
	eachEncoder(t, func(t *testing.T, want golden.EncoderCase) {
		if want.Gradients == nil {
			t.Skip("no gradients of this one")
		}
		g := want.Gradients
		e := newGolden(t, want, Options{})
		push(e)
		r := record(t, e, autograd.Training, g.First, g.Input, 3)
		loss := r.loss(t)
		r.run()
		r.tape.Backward(loss, 1)
		params := map[string]*autograd.Param{}
		for _, p := range nn.Params(e) {
			params[p.Name] = p
		}
		largest := 0.0
		for _, p := range g.Parameters {
			largest = max(largest, p.Norm)
		}
		var worst golden.Worst
		for _, want := range g.Parameters {
			checkGradient(t, want, params[want.Name], 1e-6*largest, &worst)
			delete(params, want.Name)
		}
		for _, p := range params {
			assert.True(t, p.Frozen, "%s has no gradient upstream", p.Name)
		}
		worst.Report(t, "encoder "+want.Name, "gradients, by their norm", golden.SMP)
	})
}

// push moves the shifts of batch normalisations up by 3, as the goldens do.
func push(e Encoder) {
	shifts := map[string]*autograd.Param{}
	nn.Walk(e, func(name string, part nn.Entry) {
		if before, ok := strings.CutSuffix(name, ".bias"); ok {
			shifts[before] = part.Param
		}
		if before, ok := strings.CutSuffix(name, ".running_mean"); ok { // the shift comes first
			for i := range shifts[before].Value.Data {
				shifts[before].Value.Data[i] += 3
			}
		}
	})
}

// loss records the loss of golden.EncoderGradient, plans the tape and fills in the numbers.
func (r *recorded) loss(t *testing.T) *autograd.Var {
	t.Helper()
	var sums, inputs []*autograd.Var
	ones := []float32{}
	for _, f := range r.features {
		w := r.tape.Input(f.Shape)
		inputs, ones = append(inputs, w), append(ones, 1)
		sums = append(sums, autograd.Dot(r.tape, f, w))
	}
	loss := autograd.WeightedSum(r.tape, ones, sums...)
	require.NoError(t, r.tape.Plan())
	for i, w := range inputs {
		n, h, wd, c := w.Shape.NHWC()
		values := golden.Weights(fmt.Sprintf("loss.%d.bias", i), []int{n, c, h, wd})
		copy(w.Value(), tensor.Permute(tensor.Of(tensor.Dims(n, c, h, wd), values), "NCHW", "NHWC").Data)
	}
	return loss
}

// checkGradient counts by how much a gradient is off, relative to its norm; one below tiny counts as zero.
func checkGradient(t *testing.T, want golden.ProjectedSum, p *autograd.Param, tiny float64, worst *golden.Worst) {
	t.Helper()
	require.NotNil(t, p, want.Name)
	got := tensor.Permute(p.Grad, p.Axes, file[p.Axes]).Data
	norm, squares := 0.0, 0.0
	for _, v := range got {
		norm += float64(v) * float64(v)
	}
	norm = math.Sqrt(norm)
	if want.Norm < tiny {
		assert.Less(t, norm, 10*tiny, want.Name)
		return
	}
	for i, product := range want.Projections {
		for k, d := range golden.Direction(fmt.Sprintf("%s.direction.%d", want.Name, i), len(got)) {
			product -= float64(got[k]) * d
		}
		squares += 3 * product * product / float64(len(want.Projections))
	}
	off := max(math.Abs(norm-want.Norm), math.Sqrt(squares))
	worst.See(want.Name, off/want.Norm, max(1e-3, 3*want.Float32Error/want.Norm))
}
