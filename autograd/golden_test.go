package autograd_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/kernels"
	"tessera/tensor"
)

// fromGolden returns a golden tensor with its axes in another order.
func fromGolden(x golden.Tensor, from, to string) *tensor.Tensor {
	data := make([]float32, len(x.Value))
	for i, v := range x.Value {
		data[i] = float32(v)
	}
	return tensor.Permute(tensor.Of(tensor.Dims(x.Shape...), data), from, to)
}

// images returns a golden batch of images as NHWC.
func images(x golden.Tensor) *tensor.Tensor { return fromGolden(x, "NCHW", "NHWC") }

// opRun is a golden case being replayed.
type opRun struct {
	golden.OpCase
	tape  *autograd.Tape
	axes  map[string]string // of an input in memory
	in    map[string]*autograd.Param
	stats autograd.BatchStats
}

func (r *opRun) param(name, axes, goldenAxes string) *autograd.Var {
	value := fromGolden(r.In[name], goldenAxes, axes)
	p := autograd.NewParam(axes, value.Shape)
	p.Value = value
	r.in[name], r.axes[name] = p, goldenAxes
	return r.tape.Param(p)
}

// replays record what a golden case computed, by its operation.
var replays = map[string]func(r *opRun, x *autograd.Var) *autograd.Var{
	"relu":            func(r *opRun, x *autograd.Var) *autograd.Var { return autograd.ReLU(r.tape, x) },
	"silu":            func(r *opRun, x *autograd.Var) *autograd.Var { return autograd.SiLU(r.tape, x) },
	"sigmoid":         func(r *opRun, x *autograd.Var) *autograd.Var { return autograd.Sigmoid(r.tape, x) },
	"global_avg_pool": func(r *opRun, x *autograd.Var) *autograd.Var { return autograd.GlobalAverage(r.tape, x) },
	"nearest": func(r *opRun, x *autograd.Var) *autograd.Var {
		return autograd.ResizeNearest(r.tape, x, r.Attr.Size[0], r.Attr.Size[1])
	},
	"bilinear": func(r *opRun, x *autograd.Var) *autograd.Var {
		return autograd.ResizeBilinear(r.tape, x, r.Attr.Size[0], r.Attr.Size[1], r.Attr.AlignCorners)
	},
	"max_pool": func(r *opRun, x *autograd.Var) *autograd.Var { return autograd.MaxPool(r.tape, x, r.pool()) },
	"avg_pool": func(r *opRun, x *autograd.Var) *autograd.Var {
		return autograd.AveragePool(r.tape, x, r.pool(), r.Attr.CountIncludePad)
	},
	"conv2d":     replayConv,
	"batch_norm": replayBatchNorm,
}

func (r *opRun) pool() kernels.Window {
	a := r.Attr
	return kernels.Window{KH: a.Kernel[0], KW: a.Kernel[1], SH: a.Stride[0], SW: a.Stride[1], DH: 1, DW: 1,
		PT: a.Pad[0], PB: a.Pad[1], PL: a.Pad[2], PR: a.Pad[3]}
}

func replayConv(r *opRun, x *autograd.Var) *autograd.Var {
	a := r.Attr
	win := kernels.Window{SH: a.Stride[0], SW: a.Stride[1], DH: a.Dilation[0], DW: a.Dilation[1],
		PT: a.Pad[0], PB: a.Pad[1], PL: a.Pad[2], PR: a.Pad[3]}
	return autograd.Conv(r.tape, x, r.param("weight", "HWIO", "OIHW"), r.param("bias", "C", "C"), a.Groups, win)
}

func replayBatchNorm(r *opRun, x *autograd.Var) *autograd.Var {
	vector := func(x []float64) *tensor.Tensor {
		return fromGolden(golden.Tensor{Shape: []int{len(x)}, Value: x}, "C", "C")
	}
	r.stats = autograd.BatchStats{Mean: vector(r.Attr.RunningMean), Var: vector(r.Attr.RunningVar), Batches: new(int64),
		Momentum: r.Attr.Momentum, Eps: r.Attr.Eps}
	weight, bias := r.param("weight", "C", "C"), r.param("bias", "C", "C")
	return autograd.BatchNorm(r.tape, x, weight, bias, r.stats, autograd.Identity)
}

func TestOpsAgreeWithPyTorch(t *testing.T) {
	var file golden.Ops
	golden.Load(t, "ops.json", &file)
	seen := map[string]int{}
	for _, c := range file.Cases {
		record := replays[c.Op]
		if record == nil {
			continue
		}
		seen[c.Op]++
		t.Run(c.Op+" "+c.Name, func(t *testing.T) { replay(t, c, record) })
	}
	for op := range replays {
		assert.Positive(t, seen[op], op)
	}
}

func replay(t *testing.T, c golden.OpCase, record func(r *opRun, x *autograd.Var) *autograd.Var) {
	mode := autograd.Training
	if c.Op == "batch_norm" && !c.Attr.Training {
		mode = autograd.Inference
	}
	r := &opRun{OpCase: c, tape: autograd.NewTape(mode), in: map[string]*autograd.Param{}, axes: map[string]string{}}
	defer r.tape.Free()
	y := r.tape.Output(record(r, r.param("x", "NHWC", "NCHW")))
	dy := r.tape.Input(y.Shape)
	loss := autograd.Dot(r.tape, y, dy)
	require.NoError(t, r.tape.Plan())
	copy(dy.Value(), images(c.GradOut).Data)
	r.tape.Forward()
	var result, gradient golden.Worst
	result.See("result", off(t, images(c.Out).Data, y.Value()), 2e-6)
	result.Report(t, "operation "+c.Op, "result, by the largest", golden.PyTorch)
	for name, want := range c.After {
		got := map[string]*tensor.Tensor{"running_mean": r.stats.Mean, "running_var": r.stats.Var}[name]
		closeTo(t, name, fromGolden(want, "C", "C").Data, got.Data, 1e-6)
	}
	if mode == autograd.Inference {
		return
	}
	r.tape.Backward(loss, 1)
	for name, want := range c.Grad {
		gradient.See(name, off(t, fromGolden(want, r.axes[name], r.in[name].Axes).Data, r.in[name].Grad.Data), 4e-6)
	}
	gradient.Report(t, "operation "+c.Op, "gradients, by the largest", golden.PyTorch)
}

// off returns the largest difference, in parts of the largest of the numbers wanted if that is not 0.
func off(t *testing.T, want, got []float32) float64 {
	t.Helper()
	require.Len(t, got, len(want))
	size, worst := 0.0, 0.0
	for i, w := range want {
		size, worst = max(size, math.Abs(float64(w))), max(worst, math.Abs(float64(got[i])-float64(w)))
	}
	if size == 0 {
		return worst
	}
	return worst / size
}

// closeTo asserts that numbers lie within tolerance times the largest of those wanted.
func closeTo(t *testing.T, what string, want, got []float32, tolerance float64) {
	t.Helper()
	require.Len(t, got, len(want), what)
	size := 0.0
	for _, w := range want {
		size = max(size, math.Abs(float64(w)))
	}
	for i, w := range want {
		if !(math.Abs(float64(got[i])-float64(w)) <= tolerance*size) {
			assert.Failf(t, what, "[%d] is %v, want %v, of at most %v", i, got[i], w, size)
			return
		}
	}
}
