package autograd_test

import (
	"math"
	"slices"
	"testing"

	"tessera/autograd"
)

// A robustLoss is a loss, and its value of a pixel: p are the probabilities of all classes, and class is the label.
type robustLoss struct {
	build     func(t *autograd.Tape, x *autograd.Var, target autograd.Target, weights []float32) *autograd.Var
	reference func(p []float64, class int) float64
}

var robustLosses = map[string]robustLoss{
	"generalized": {func(t *autograd.Tape, x *autograd.Var, target autograd.Target, weights []float32) *autograd.Var {
		return autograd.GeneralizedCrossEntropy(t, x, target, 255, 0.7, weights)
	}, func(p []float64, class int) float64 { return (1 - math.Pow(p[class], 0.7)) / 0.7 }},
	"symmetric": {func(t *autograd.Tape, x *autograd.Var, target autograd.Target, weights []float32) *autograd.Var {
		return autograd.SymmetricCrossEntropy(t, x, target, 255, 0.5, 2, 4, weights)
	}, func(p []float64, class int) float64 { return -0.5*math.Log(p[class]) + 8*(1-p[class]) }},
	"soft bootstrap": {func(t *autograd.Tape, x *autograd.Var, target autograd.Target, weights []float32) *autograd.Var {
		return autograd.BootstrappedCrossEntropy(t, x, target, 255, 0.75, false, weights)
	}, func(p []float64, class int) float64 {
		own := 0.0
		for _, v := range p {
			own -= v * math.Log(v)
		}
		return -0.75*math.Log(p[class]) + 0.25*own
	}},
	"hard bootstrap": {func(t *autograd.Tape, x *autograd.Var, target autograd.Target, weights []float32) *autograd.Var {
		return autograd.BootstrappedCrossEntropy(t, x, target, 255, 0.75, true, weights)
	}, func(p []float64, class int) float64 { return -0.75*math.Log(p[class]) - 0.25*math.Log(slices.Max(p)) }},
}

func TestRobustLosses(t *testing.T) {
	for name, loss := range robustLosses {
		for _, c := range []struct {
			name            string
			size            []int
			perClass, mixed bool
			weights         []float32
		}{
			{"classes", []int{2, 3, 4, 5}, false, false, nil},
			{"classes, weights, mixed", []int{2, 3, 4, 5}, false, true, []float32{1, 0.5, 2, 0.25, 1.5}},
			{"many blocks", []int{2, 13, 7, 320}, false, false, nil},
			{"one channel", []int{2, 3, 4, 1}, false, false, nil},
			{"one channel, mixed", []int{2, 3, 4, 1}, false, true, []float32{2}},
			{"for each class", []int{2, 3, 4, 3}, true, false, []float32{1, 0.5, 2}},
		} {
			if name == "hard bootstrap" && c.size[3] > 100 {
				continue // the grid has equal logits then, where the largest has no slope
			}
			t.Run(name+" "+c.name, func(t *testing.T) {
				target := targetOf(c.perClass, c.mixed, c.size...)
				lossCase(t, target, c.size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
					return loss.build(t, x, target.Target, c.weights)
				}, func(p []float64) float64 { return loss.mean(target, c.weights, p) })
			})
		}
	}
}

// mean returns the weighted mean of a loss over what counts.
func (l robustLoss) mean(target lossTarget, weights []float32, p []float64) float64 {
	sum, count, c := 0.0, 0.0, target.classes
	for i, want := range target.want {
		if want < 0 {
			continue
		}
		w := 1.0
		if weights != nil {
			w = float64(weights[i%c])
		}
		if target.exclusive {
			sum += w * want * l.reference(p[i/c*c:][:c], i%c)
			count += w * want
			continue
		}
		both := []float64{1 - p[i], p[i]}
		sum += w * (want*l.reference(both, 1) + (1-want)*l.reference(both, 0))
		count += w
	}
	return sum / count
}
