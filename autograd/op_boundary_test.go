package autograd_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/tensor"
)

func TestBoundary(t *testing.T) {
	for name, c := range map[string]struct {
		size     []int
		perClass bool
		classes  []int
	}{
		"one channel":    {[]int{2, 5, 6, 1}, false, nil},
		"classes":        {[]int{2, 5, 6, 5}, false, nil},
		"some classes":   {[]int{2, 5, 6, 5}, false, []int{3, 1}},
		"for each class": {[]int{2, 5, 6, 3}, true, nil},
		"many blocks":    {[]int{2, 13, 7, 320}, false, []int{0, 1, 2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			target := targetOf(c.perClass, false, c.size...)
			phi, counts := boundaryMaps(target, c.size, c.classes)
			lossCase(t, target, c.size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
				return autograd.Boundary(t, x, target.Target, 255, c.classes)
			}, func(p []float64) float64 {
				sum := 0.0
				for i, v := range p {
					sum += v * phi[i]
				}
				return sum / counts
			})
		})
	}
}

// boundaryMaps looks at all pairs of pixels: the distances of those that count, 0 elsewhere, and how many count.
func boundaryMaps(target lossTarget, size, classes []int) (phi []float64, counts float64) {
	h, w, c := size[1], size[2], size[3]
	phi = make([]float64, len(target.want))
	for i, want := range target.want {
		if want < 0 || classes != nil && !slices.Contains(classes, i%c) {
			continue
		}
		counts++
		image, least := i/(h*w*c), math.Inf(1)
		at := i / c % (h * w)
		for other := range h * w {
			k := (image*h*w+other)*c + i%c
			if (target.want[k] == 1) != (want == 1) {
				dy, dx := float64(other/w-at/w), float64(other%w-at%w)
				least = min(least, math.Sqrt(dy*dy+dx*dx))
			}
		}
		switch {
		case math.IsInf(least, 1):
		case want == 1:
			phi[i] = 1 - least
		default:
			phi[i] = least
		}
	}
	return phi, counts
}

func TestBoundaryMistakes(t *testing.T) {
	target := targetOf(false, true, 1, 2, 3, 4)
	assert.PanicsWithValue(t, "autograd: boundary: mixed targets have no boundary", func() {
		tape := autograd.NewTape(autograd.Training)
		autograd.Boundary(tape, tape.Input(tensor.Dims(1, 2, 3, 4)), target.Target, 255, nil)
	})
}
