package autograd_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/tensor"
)

func TestHardCrossEntropy(t *testing.T) {
	for name, c := range map[string]struct {
		size []int
		h    autograd.HardOptions
	}{
		"a third":     {[]int{2, 3, 4, 5}, autograd.HardOptions{Keep: 0.34}},
		"one":         {[]int{2, 3, 4, 5}, autograd.HardOptions{}},
		"all":         {[]int{2, 3, 4, 5}, autograd.HardOptions{Keep: 1}},
		"threshold":   {[]int{2, 3, 4, 5}, autograd.HardOptions{Keep: 0.1, Threshold: 0.2}},
		"many blocks": {[]int{2, 13, 7, 320}, autograd.HardOptions{Keep: 0.5}},
	} {
		t.Run(name, func(t *testing.T) {
			target := targetOf(false, false, c.size...)
			c.h.Ignore = 255
			lossCase(t, target, c.size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
				return autograd.HardCrossEntropy(t, x, target.Target, c.h)
			}, func(p []float64) float64 {
				var right []float64
				for i, want := range target.want {
					if want == 1 {
						right = append(right, p[i])
					}
				}
				slices.Sort(right)
				n := max(1, int(c.h.Keep*float64(len(right))))
				for n < len(right) && right[n] < c.h.Threshold {
					n++
				}
				sum := 0.0
				for _, v := range right[:n] {
					sum -= math.Log(v)
				}
				return sum / float64(n)
			})
		})
	}
}

func TestHardCrossEntropyHasSettingsOfCrossEntropy(t *testing.T) {
	size, weights := []int{2, 3, 4, 5}, []float32{1, 0.5, 2, 0.25, 1.5}
	target := targetOf(false, false, size...)
	h := autograd.HardOptions{Ignore: 255, Keep: 0.5, Smoothing: 0.125, Weights: weights}
	lossCase(t, target, size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
		return autograd.HardCrossEntropy(t, x, target.Target, h)
	}, func(p []float64) float64 {
		var rows []int
		right := func(r int) float64 { return p[r*5+int(target.Labels.Indices[r])] }
		for r, class := range target.Labels.Indices {
			if class != 255 {
				rows = append(rows, r)
			}
		}
		slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(right(a), right(b)) })
		labels := slices.Repeat([]uint8{255}, len(target.Labels.Indices))
		for _, r := range rows[:len(rows)/2] {
			labels[r] = target.Labels.Indices[r]
		}
		sum, count := 0.0, 0.0
		for r, class := range labels {
			if class == 255 {
				continue
			}
			count += float64(weights[class])
			for j := range 5 {
				q := float64(weights[j]) * 0.125 / 5
				if j == int(class) {
					q += float64(weights[j]) * 0.875
				}
				sum -= q * math.Log(p[r*5+j])
			}
		}
		return sum / count
	})
}

func TestHardPixelsNeedAByteToSkip(t *testing.T) {
	assert.PanicsWithValue(t, "autograd: hard cross-entropy of more than 255 classes needs one to ignore", func() {
		tape := autograd.NewTape(autograd.Training)
		labels := tensor.New(tensor.Uint8, tensor.Dims(1, 1, 1))
		autograd.HardCrossEntropy(tape, tape.Input(tensor.Dims(1, 1, 1, 256)), autograd.NewTarget(labels),
			autograd.HardOptions{Ignore: autograd.NoIgnore})
	})
}
