package ref

import "math"

// Want returns what the probabilities of c classes should be, -1 where they do not count: labels are class indices, or 0
// and 1 for each class if perClass. share of labels, and the rest of mixed, count; without mixed labels do.
func Want(c, ignore int, perClass bool, labels, mixed []uint8, share []float32) []float64 {
	rows := len(labels)
	if perClass {
		rows /= c
	}
	want := make([]float64, rows*c)
	for i := range want {
		at, one := i/c, i%c
		if perClass {
			at, one = i, 1
		}
		is := func(label uint8, share float64) {
			switch {
			case int(label) == ignore:
				want[i] = math.Inf(-1)
			case int(label) == one:
				want[i] += share
			}
		}
		if mixed == nil {
			is(labels[at], 1)
		} else {
			is(labels[at], float64(share[i/c]))
			is(mixed[at], 1-float64(share[i/c]))
		}
		want[i] = max(want[i], -1)
	}
	return want
}

// Probabilities returns the softmax of rows of c logits if classes exclude each other, else the sigmoid.
func Probabilities(c int, exclusive bool, x []float32) []float64 {
	if exclusive {
		return Softmax(c, x)
	}
	p := make([]float64, len(x))
	for i, v := range x {
		p[i] = 1 / (1 + math.Exp(-float64(v)))
	}
	return p
}

// Overlap returns, for class j of c and over what counts, Σ p·want with the products as (p + want - |p-want|)/2, Σ p,
// Σ want and how many there are.
func Overlap(c, j int, p, want []float64) (both, predicted, actual, pixels float64) {
	for i := j; i < len(p); i += c {
		if want[i] < 0 {
			continue
		}
		both += (p[i] + want[i] - math.Abs(p[i]-want[i])) / 2
		predicted += p[i]
		actual += want[i]
		pixels++
	}
	return both, predicted, actual, pixels
}
