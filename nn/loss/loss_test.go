package loss_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn/loss"
	"tessera/tensor"
)

// value returns a loss of two pixels with two classes: logits 0 and 0, 0 and 40, targets 0 and 1.
func value(l loss.Loss) float32 {
	tape := autograd.NewTape(autograd.Inference)
	x := tape.Input(tensor.Dims(1, 1, 2, 2))
	target := tape.Labels(tensor.Dims(1, 1, 2))
	y := tape.Output(l.Forward(tape, x, autograd.NewTarget(target)))
	if err := tape.Plan(); err != nil {
		panic(err)
	}
	defer tape.Free()
	copy(x.Value(), []float32{0, 0, 0, 40})
	copy(target.Indices, []uint8{0, 1})
	tape.Forward()
	return y.Value()[0]
}

func Example() {
	both := loss.Sum{
		Losses:  []loss.Loss{loss.CrossEntropy{Ignore: 255}, loss.Dice{autograd.RegionOptions{Ignore: 255}}},
		Weights: []float32{1, 0.5},
	}
	fmt.Printf("%.4f\n", value(both))
	// Output: 0.4799
}

func TestLosses(t *testing.T) {
	const ln2 = 0.6931472
	ce, dice := loss.CrossEntropy{Ignore: autograd.NoIgnore}, loss.Dice{autograd.RegionOptions{Ignore: autograd.NoIgnore}}
	all := autograd.RegionOptions{Ignore: autograd.NoIgnore}
	diceWant := 1 - (2*0.5/1.5+2*1/2.5)/2
	for name, c := range map[string]struct {
		loss loss.Loss
		want float64
	}{
		"cross-entropy":     {ce, ln2 / 2},
		"ignore":            {loss.CrossEntropy{Ignore: 1}, ln2},
		"class weights":     {loss.CrossEntropy{Ignore: autograd.NoIgnore, Weights: []float32{3, 1}}, 3 * ln2 / 4},
		"smoothing":         {loss.CrossEntropy{Ignore: autograd.NoIgnore, Smoothing: 0.5}, (ln2 + 10) / 2},
		"dice":              {dice, diceWant},
		"jaccard":           {loss.Jaccard{RegionOptions: all}, 1 - (0.5+1/1.5)/2},
		"tversky":           {loss.Tversky{TverskyOptions: autograd.TverskyOptions{RegionOptions: all, Beta: 1, Gamma: 2}}, 0.0625},
		"mcc":               {loss.MCC{RegionOptions: autograd.RegionOptions{Ignore: autograd.NoIgnore, Eps: 1e-9}}, 1 - 1/math.Sqrt(3)},
		"lovasz":            {loss.Lovasz{Ignore: autograd.NoIgnore}, 0.375},
		"boundary":          {loss.Boundary{Ignore: autograd.NoIgnore, Classes: []int{1}}, 0.25},
		"hard pixels":       {loss.HardCrossEntropy{HardOptions: autograd.HardOptions{Ignore: autograd.NoIgnore, Keep: 0.5}}, ln2},
		"bce":               {loss.BCE{Ignore: autograd.NoIgnore, PosWeight: []float32{2, 1}}, 4 * ln2 / 4},
		"focal":             {loss.Focal{Ignore: autograd.NoIgnore, Gamma: 2}, ln2 / 8},
		"focal, each class": {loss.Focal{Ignore: autograd.NoIgnore, Gamma: 2, OneVsRest: true}, 3 * ln2 / 16},
		"generalized":       {loss.GeneralizedCrossEntropy{Ignore: autograd.NoIgnore, Q: 1}, 0.25},
		"symmetric":         {loss.SymmetricCrossEntropy{Ignore: autograd.NoIgnore, Alpha: 0.5, Beta: 2, LogZero: 4}, ln2/4 + 2},
		"bootstrapped":      {loss.BootstrappedCrossEntropy{Ignore: autograd.NoIgnore, Beta: 0.5}, ln2 / 2},
		"hard bootstrapped": {loss.BootstrappedCrossEntropy{Ignore: 0, Beta: 0.5, Hard: true}, 0},
		"sum":               {loss.Sum{Losses: []loss.Loss{ce, dice}, Weights: []float32{2, 3}}, ln2 + 3*diceWant},
		"sum of one":        {loss.Sum{Losses: []loss.Loss{ce}, Weights: []float32{1}}, ln2 / 2},
		"weighted sum of 1": {loss.Sum{Losses: []loss.Loss{ce}, Weights: []float32{4}}, 2 * ln2},
	} {
		assert.InDelta(t, c.want, value(c.loss), 1e-6, name)
	}
}

func TestDeep(t *testing.T) {
	tape := autograd.NewTape(autograd.Inference)
	outputs := []*autograd.Var{tape.Input(tensor.Dims(1, 4, 4, 2)), tape.Input(tensor.Dims(1, 2, 2, 2))}
	target := tape.Labels(tensor.Dims(1, 4, 4))
	deep := loss.Deep{Loss: loss.CrossEntropy{Ignore: autograd.NoIgnore}}
	y := tape.Output(deep.Forward(tape, outputs, autograd.NewTarget(target)))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	for i := range outputs[1].Value() {
		outputs[1].Value()[i] = float32(i%2) * 40 // all of class 1, where class 0 is right
	}
	tape.Forward()
	assert.InDelta(t, (2*math.Ln2+40)/3, y.Value()[0], 1e-5)
	assert.Equal(t, []float32{4. / 7, 2. / 7, 1. / 7}, loss.DeepWeights(3))
}

// TestCrossEntropyOfOneChannelIsBinary: a class that is there or not is two classes, one of which has logit 0.
func TestCrossEntropyOfOneChannelIsBinary(t *testing.T) {
	of := func(classes int, l loss.Loss, logits []float32) float64 {
		tape := autograd.NewTape(autograd.Inference)
		x, target := tape.Input(tensor.Dims(1, 1, 4, classes)), tape.Labels(tensor.Dims(1, 1, 4))
		copy(target.Indices, []uint8{0, 1, 1, 255})
		y := tape.Output(l.Forward(tape, x, autograd.NewTarget(target)))
		require.NoError(t, tape.Plan())
		defer tape.Free()
		x.Set(logits)
		tape.Forward()
		return float64(y.Value()[0])
	}
	for _, l := range []loss.Loss{
		loss.CrossEntropy{Ignore: 255}, loss.CrossEntropy{Ignore: 255, Smoothing: 0.25},
		loss.HardCrossEntropy{HardOptions: autograd.HardOptions{Ignore: 255, Keep: 0.67, Smoothing: 0.25}},
		loss.HardCrossEntropy{HardOptions: autograd.HardOptions{Ignore: 255, Keep: 0.34, Threshold: 0.5}},
	} {
		assert.InDelta(t, of(2, l, []float32{0, -1, 0, 2, 0, -3, 0, 9}), of(1, l, []float32{-1, 2, -3, 9}), 1e-6, "%+v", l)
	}
}

func TestFocalOfOneChannelIsSigmoid(t *testing.T) {
	tape := autograd.NewTape(autograd.Inference)
	x, target := tape.Input(tensor.Dims(1, 1, 1, 1)), tape.Labels(tensor.Dims(1, 1, 1))
	alpha := float32(0.25)
	y := tape.Output(loss.Focal{Ignore: 255, Gamma: 2, Alpha: &alpha}.Forward(tape, x, autograd.NewTarget(target)))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	tape.Forward()
	assert.InDelta(t, 0.75*0.25*math.Ln2, y.Value()[0], 1e-6)
}

// TestMixable holds what Mixable says to what the losses do.
func TestMixable(t *testing.T) {
	none := autograd.RegionOptions{Ignore: autograd.NoIgnore}
	ce := loss.CrossEntropy{Ignore: autograd.NoIgnore}
	for want, losses := range map[bool][]loss.Loss{
		true: {ce, loss.BCE{Ignore: 255}, loss.Focal{Ignore: 255}, loss.Focal{Ignore: 255, OneVsRest: true},
			loss.HardCrossEntropy{HardOptions: autograd.HardOptions{Ignore: 255}}, loss.Dice{RegionOptions: none},
			loss.GeneralizedCrossEntropy{Ignore: 255, Q: 0.7}, loss.SymmetricCrossEntropy{Ignore: 255, Alpha: 1, Beta: 1, LogZero: 4},
			loss.BootstrappedCrossEntropy{Ignore: 255, Beta: 0.9},
			loss.Jaccard{RegionOptions: none}, loss.Tversky{}, loss.MCC{RegionOptions: none},
			loss.Sum{Losses: []loss.Loss{ce, ce}, Weights: []float32{1, 1}}},
		false: {loss.Lovasz{}, loss.Boundary{},
			loss.Sum{Losses: []loss.Loss{ce, loss.Lovasz{}}, Weights: []float32{1, 1}}},
	} {
		for _, l := range losses {
			assert.Equal(t, want, loss.Mixable(l), "%T", l)
			tape := autograd.NewTape(autograd.Training)
			target := autograd.NewTarget(tape.Labels(tensor.Dims(1, 2, 2)))
			target.Mixed, target.Share = tape.Labels(tensor.Dims(1, 2, 2)), tensor.New(tensor.Float32, tensor.Dims(1, 2, 2))
			forward := func() { l.Forward(tape, tape.Input(tensor.Dims(1, 2, 2, 3)), target) }
			if want {
				assert.NotPanics(t, forward, "%T", l)
			} else {
				assert.Panics(t, forward, "%T", l)
			}
		}
	}
}
