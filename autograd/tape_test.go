package autograd_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/optim"
	"tessera/tensor"
)

// A net is a small convolutional network on a planned tape.
type net struct {
	tape   *autograd.Tape
	x      *autograd.Var
	logits *autograd.Var
	target *tensor.Tensor
	loss   *autograd.Var
	params []*autograd.Param
	frozen int // index of a parameter that does not learn, -1 for none
}

// param returns a parameter of numbers that depend on its place.
func (n *net) param(axes string, sizes ...int) *autograd.Var {
	p := autograd.NewParam(axes, tensor.Dims(sizes...))
	p.Name = "p" + string(rune('0'+len(n.params)))
	copy(p.Value.Data, kerneltest.Floats(uint64(len(n.params)), len(p.Value.Data)))
	p.Frozen = n.frozen == len(n.params)
	n.params = append(n.params, p)
	return n.tape.Param(p)
}

// newNet records two convolutions with normalisation, a residual and a squeeze, and both losses.
func newNet(mode autograd.Mode) *net { return newFrozenNet(mode, -1) }

// newFrozenNet is newNet with a parameter that does not learn.
func newFrozenNet(mode autograd.Mode, frozen int) *net {
	n := &net{tape: autograd.NewTape(mode), frozen: frozen}
	t := n.tape
	n.x = t.Input(tensor.Dims(2, 16, 16, 3))
	n.target = t.Labels(tensor.Dims(2, 16, 16))
	copy(n.target.Indices, masks(5, 2, 16, 16).Indices)
	same := kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	y := autograd.Conv(t, n.x, n.param("HWIO", 3, 3, 3, 8), nil, 1, same)
	y = autograd.BatchNorm(t, y, n.param("C", 8), n.param("C", 8), newStats(8), autograd.WithSiLU)
	z := autograd.DepthwiseConv(t, y, n.param("HWC", 3, 3, 8), same)
	z = autograd.ScaleChannels(t, z, autograd.Sigmoid(t, autograd.GlobalAverage(t, z)))
	y = autograd.Add(t, autograd.DropConnect(t, z, 0.3), y)
	n.logits = autograd.Conv(t, autograd.Concat(t, y, z), n.param("HWIO", 1, 1, 16, 5), n.param("C", 5), 1, dense)
	n.loss = t.Output(autograd.WeightedSum(t, []float32{1, 0.5},
		autograd.CrossEntropy(t, n.logits, autograd.NewTarget(n.target), 255, 0, nil), autograd.Dice(t, n.logits, autograd.NewTarget(n.target), autograd.RegionOptions{Ignore: 255})))
	return n
}

// plan reserves memory and fills the input.
func (n *net) plan(t *testing.T) *net {
	t.Helper()
	require.NoError(t, n.tape.Plan())
	t.Cleanup(n.tape.Free)
	copy(n.x.Value(), kerneltest.Floats(99, n.x.Shape.Size()))
	return n
}

func TestStepsDoNotAllocate(t *testing.T) {
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(2)
	n := newNet(autograd.Training).plan(t)
	opt, clip := optim.NewAdamW(n.params, optim.DefaultAdamW), optim.NewClipper(n.params)
	first := float32(0)
	step := func() {
		n.tape.Step++
		n.tape.Forward()
		n.tape.Backward(n.loss, 1)
		opt.Step(1e-2, optim.ClipScale(clip.Norm(), 1))
		if first == 0 {
			first = n.loss.Value()[0]
		}
	}
	assert.Zero(t, testing.AllocsPerRun(20, step))
	assert.Less(t, n.loss.Value()[0], first, "it learns")
}

func TestForecastIsThePlan(t *testing.T) {
	defer parallel.SetWorkers(0)
	for _, mode := range []autograd.Mode{autograd.Training, autograd.Inference} {
		for _, workers := range []int{1, 2, 5} {
			parallel.SetWorkers(workers)
			n := newNet(mode)
			forecast := n.tape.Forecast(workers)
			n.plan(t)
			assert.Equal(t, n.tape.Bytes(), forecast)
		}
	}
	inference, training := newNet(autograd.Inference).tape, newNet(autograd.Training).tape
	assert.Less(t, inference.Forecast(1), training.Forecast(1))
}

// TestGradientsAddUp runs two passes and compares with one of twice the scale.
func TestGradientsAddUp(t *testing.T) {
	once, twice := newNet(autograd.Training).plan(t), newNet(autograd.Training).plan(t)
	once.tape.Forward()
	once.tape.Backward(once.loss, 2)
	twice.tape.Forward()
	twice.tape.Backward(twice.loss, 1)
	twice.tape.Forward()
	twice.tape.Backward(twice.loss, 1)
	for i, p := range once.params {
		closeTo(t, p.Name, p.Grad.Data, twice.params[i].Grad.Data, 1e-5)
	}
}

func TestFrozenParametersGetNoGradient(t *testing.T) {
	free := newNet(autograd.Training).plan(t)
	free.tape.Forward()
	free.tape.Backward(free.loss, 1)
	for frozen := range free.params {
		n := newFrozenNet(autograd.Training, frozen).plan(t)
		n.tape.Forward()
		n.tape.Backward(n.loss, 1)
		for i, p := range n.params {
			if i == frozen {
				assert.Equal(t, make([]float32, len(p.Grad.Data)), p.Grad.Data, p.Name)
			} else {
				kerneltest.Equal(t, free.params[i].Grad.Data, p.Grad.Data)
			}
		}
	}
}

// TestNothingLearns lets all parameters be frozen: backward has nothing to do.
func TestNothingLearns(t *testing.T) {
	tape := autograd.NewTape(autograd.Training)
	x := tape.Input(tensor.Dims())
	loss := autograd.ReLU(tape, x)
	require.NoError(t, tape.Plan())
	defer tape.Free()
	tape.Forward()
	assert.NotPanics(t, func() { tape.Backward(loss, 1) })
}

func TestFirstNonFinite(t *testing.T) {
	nan := float32(math.NaN())
	assert.Equal(t, "", newNet(autograd.Training).plan(t).tape.FirstNonFinite())

	n := newNet(autograd.Training).plan(t)
	n.x.Value()[7] = nan
	assert.Equal(t, "input", n.tape.FirstNonFinite())

	n = newNet(autograd.Training).plan(t)
	n.params[3].Value.Data[0] = float32(math.Inf(1))
	assert.Equal(t, "parameter p3", n.tape.FirstNonFinite())

	n = newNet(autograd.Training).plan(t)
	for i := range n.params[3].Value.Data {
		n.params[3].Value.Data[i] = math.MaxFloat32 // its sums are too large
	}
	assert.Equal(t, "result of depthwise conv (operation 2)", n.tape.FirstNonFinite())

	n = newNet(autograd.Training).plan(t)
	n.params[4].Grad.Data[1] = nan
	assert.Equal(t, "gradient of parameter p4", n.tape.FirstNonFinite())

	err := &autograd.NonFiniteError{Step: 12, Tensor: "parameter p4"}
	assert.EqualError(t, err, "step 12: parameter p4 is not finite")
}

func TestCatch(t *testing.T) {
	assert.NoError(t, autograd.Catch(func() {}))
	var shape *tensor.ShapeError
	err := autograd.Catch(func() { panic(&tensor.ShapeError{Op: "add", Detail: "want equal shapes"}) })
	require.True(t, errors.As(err, &shape))
	assert.Equal(t, "add", shape.Op)
	assert.PanicsWithValue(t, "another", func() { _ = autograd.Catch(func() { panic("another") }) })
}

func TestMisuseOfATapePanics(t *testing.T) {
	n := newNet(autograd.Training)
	assert.Panics(t, n.tape.Forward, "before Plan")
	n.plan(t)
	assert.Panics(t, func() { autograd.ReLU(n.tape, n.x) }, "after Plan")
	assert.Panics(t, func() { n.tape.Backward(n.logits, 1) }, "not the last result")
	assert.Panics(t, func() { autograd.NewParam("HWIO", tensor.Dims(3)) }, "letters for other dimensions")

	n = newNet(autograd.Inference).plan(t)
	n.tape.Forward()
	err := autograd.Catch(func() { n.tape.Backward(n.loss, 1) })
	require.ErrorContains(t, err, "training tape")
	assert.True(t, strings.HasPrefix(err.Error(), "Backward of scalar"))
}

// TestParamIsOneValue lets two layers share a parameter.
func TestParamIsOneValue(t *testing.T) {
	tape := autograd.NewTape(autograd.Training)
	p := autograd.NewParam("C", tensor.Dims(3))
	assert.Same(t, tape.Param(p), tape.Param(p))
}
