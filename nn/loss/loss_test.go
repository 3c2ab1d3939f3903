package loss_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/nn/loss"
	"tessera/tensor"
)

// value returns a loss of two pixels with two classes: logits 0 and 0, 0 and 40, targets 0 and 1.
func value(l loss.Loss) float32 {
	tape := autograd.NewTape(autograd.Inference)
	x := tape.Input(tensor.Dims(1, 1, 2, 2))
	target := tape.Labels(tensor.Dims(1, 1, 2))
	y := tape.Output(l.Forward(tape, x, target))
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
		Losses:  []loss.Loss{loss.CrossEntropy{Ignore: 255}, loss.Dice{Ignore: 255}},
		Weights: []float32{1, 0.5},
	}
	fmt.Printf("%.4f\n", value(both))
	// Output: 0.4799
}

func TestLosses(t *testing.T) {
	const ln2 = 0.6931472
	ce, dice := loss.CrossEntropy{Ignore: autograd.NoIgnore}, loss.Dice{Ignore: autograd.NoIgnore}
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
		"sum":               {loss.Sum{Losses: []loss.Loss{ce, dice}, Weights: []float32{2, 3}}, ln2 + 3*diceWant},
		"sum of one":        {loss.Sum{Losses: []loss.Loss{ce}, Weights: []float32{1}}, ln2 / 2},
		"weighted sum of 1": {loss.Sum{Losses: []loss.Loss{ce}, Weights: []float32{4}}, 2 * ln2},
	} {
		assert.InDelta(t, c.want, value(c.loss), 1e-6, name)
	}
}
