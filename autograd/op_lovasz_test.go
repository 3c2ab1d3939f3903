package autograd_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestLovasz(t *testing.T) {
	for name, c := range map[string]struct {
		size               []int
		perClass, perImage bool
	}{
		"softmax":                {[]int{2, 3, 2, 3}, false, false},
		"softmax, per image":     {[]int{2, 3, 2, 3}, false, true},
		"softmax, absent":        {[]int{1, 3, 4, 12}, false, false},
		"hinge":                  {[]int{2, 3, 4, 1}, false, false},
		"hinge, per image":       {[]int{3, 3, 2, 1}, false, true},
		"hinge for each class":   {[]int{2, 3, 3, 3}, true, false},
		"hinge, both, per image": {[]int{2, 3, 2, 3}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			target := targetOf(c.perClass, false, c.size...)
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(2, c.size...)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.Lovasz(t, in[0], target.Target, 255, c.perImage)
				},
				Reference: func(in [][]float32) []float64 {
					images := 1
					if c.perImage {
						images = c.size[0]
					}
					return []float64{lovaszReference(target, images, in[0])}
				},
			})
		})
	}
}

func lovaszReference(target lossTarget, images int, x []float32) float64 {
	p := ref.Probabilities(target.classes, target.exclusive, x)
	total, counted := 0.0, 0.0
	n := len(p) / images
	for g := range images {
		sum, classes := 0.0, 0.0
		for j := range target.classes {
			var errors []float64
			var is []bool
			for i := g*n + j; i < (g+1)*n; i += target.classes {
				switch want := target.want[i]; {
				case want < 0:
					continue
				case target.exclusive:
					errors = append(errors, math.Abs(want-p[i]))
				default:
					errors = append(errors, max(0, 1-float64(x[i])*(2*want-1)))
				}
				is = append(is, target.want[i] == 1)
			}
			if len(errors) > 0 && (slices.Contains(is, true) || !target.exclusive) {
				sum += extension(errors, is)
				classes++
			}
		}
		if classes > 0 {
			total += sum / classes
			counted++
		}
	}
	return total / counted
}

// extension is the Lovász extension of the Jaccard loss, by its definition: the loss of the set of the i worst pixels,
// times by how much the error falls after them.
func extension(errors []float64, is []bool) (loss float64) {
	order := make([]int, len(errors))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(errors[b], errors[a]) })
	for k, i := range order {
		fall := errors[i]
		if k+1 < len(order) {
			fall -= errors[order[k+1]]
		}
		wrong := order[:k+1] // as if these were the mistakes
		missed, union := 0.0, 0.0
		for at, yes := range is {
			if yes {
				union++
				if slices.Contains(wrong, at) {
					missed++
				}
			} else if slices.Contains(wrong, at) {
				union++
			}
		}
		loss += fall * (1 - (positives(is)-missed)/union)
	}
	return loss
}

func positives(is []bool) (n float64) {
	for _, yes := range is {
		if yes {
			n++
		}
	}
	return n
}

func TestLovaszMistakes(t *testing.T) {
	target := targetOf(false, true, 1, 2, 3, 4)
	assert.PanicsWithValue(t, "autograd: lovasz: mixed targets have no Jaccard loss", func() {
		tape := autograd.NewTape(autograd.Training)
		autograd.Lovasz(tape, tape.Input(tensor.Dims(1, 2, 3, 4)), target.Target, 255, false)
	})
}
