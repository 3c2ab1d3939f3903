// Package ensemble makes one prediction of several: it combines what members say of the same pixels, finds how much each
// member should count from predictions that are out of fold, and judges whether that is worth anything on images which it was
// not found on.
//
// Nothing here knows models or files of images: members are probabilities, pixel by pixel.
package ensemble

import (
	"fmt"
	"math"
	"slices"

	"tessera/internal/parallel"
	"tessera/kernels"
)

// A Method is how probabilities become one.
type Method string

const (
	Mean   Method = "mean"   // weighted mean of probabilities
	Logits Method = "logits" // weighted mean of logits, then softmax or sigmoid
	GMean  Method = "gmean"  // weighted geometric mean; those of classes that exclude each other sum up to 1 again
)

// Methods are all of them.
var Methods = []Method{Mean, Logits, GMean}

// Floor is what a smaller probability counts as where logarithms are taken. Out-of-fold files hold probabilities in 8 bits,
// so that half a step, 1/510, is what they can tell from zero: with a floor near it, weights are fitted for the function that
// predicts later, and no member has a veto.
const Floor = 1.0 / 1024

// ParseMethod returns the method of a name; an empty one is Mean.
func ParseMethod(name string) (Method, error) {
	if name == "" {
		return Mean, nil
	}
	if m := Method(name); slices.Contains(Methods, m) {
		return m, nil
	}
	return "", fmt.Errorf("no way to combine called %q; there are: %s, %s, %s", name, Mean, Logits, GMean)
}

// A Combiner makes one prediction of those of several members.
type Combiner struct {
	Method  Method    // empty is Mean
	Flags   bool      // probabilities are sigmoids, one a class, and need not sum up to 1
	Weights []float64 // of the members; only their ratios matter, and a member of weight 0 is not looked at
}

// CheckWeights returns an error unless there is a weight for each member, none is negative or not finite, and one is above 0.
func CheckWeights(weights []float64, members int) error {
	if len(weights) != members {
		return fmt.Errorf("%d weights for %d members", len(weights), members)
	}
	sum := 0.0
	for _, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("weights %v; allowed: 0 or more", weights)
		}
		sum += w
	}
	if !(sum > 0) || math.IsInf(sum, 1) {
		return fmt.Errorf("weights %v: one must be above 0", weights)
	}
	return nil
}

// Equal returns weights that are all the same.
func Equal(members int) []float64 {
	w := make([]float64, members)
	for i := range w {
		w[i] = 1 / float64(members)
	}
	return w
}

// chunk is how many values a task has.
const chunk = 16 << 10

// Combine writes the combination of the members' probabilities, each pixels×classes, to out, which may be the first of
// them and none of the others. A single member that counts is copied bit for bit. Members are added in their order, and each product and sum is rounded to
// float32: another order may change the last bits. It panics if CheckWeights would complain or lengths differ.
//
// Of classes that exclude each other, Logits and GMean are one function: a softmax forgets what its logits have in common, so
// the softmax of mean logits is the geometric mean of the probabilities, brought to a sum of 1. Of flags they are not: Logits is
// the sigmoid of the mean log odds, and GMean the bare geometric mean, which is lower. Both are computed from logarithms, so
// that nothing underflows however many members there are.
func (c Combiner) Combine(classes int, members [][]float32, out []float32) {
	if err := CheckWeights(c.Weights, len(members)); err != nil {
		panic("ensemble: Combine: " + err.Error())
	}
	weights, used := c.shares(members, len(out))
	if len(used) == 1 {
		copy(out, used[0])
		return
	}
	size := max(1, chunk/classes) * classes
	scratch := make([][]float32, parallel.Workers())
	parallel.For((len(out)+size-1)/size, func(task, worker int) {
		from, to := task*size, min((task+1)*size, len(out))
		if scratch[worker] == nil && c.logs() {
			scratch[worker] = make([]float32, 2*size)
		}
		part := out[from:to]
		for i, p := range used {
			x := c.feature(p[from:to], scratch[worker])
			if i == 0 {
				kernels.Scale(weights[i], x, part)
			} else {
				kernels.Axpy(weights[i], x, part)
			}
		}
		c.finish(classes, part)
	})
}

// logs tells whether what is added is logarithms.
func (c Combiner) logs() bool { return c.Method == Logits || c.Method == GMean }

// shares returns the members that count and their weights, which sum up to 1.
func (c Combiner) shares(members [][]float32, length int) (weights []float32, used [][]float32) {
	sum := 0.0
	for _, w := range c.Weights {
		sum += w
	}
	for i, p := range members {
		if len(p) != length {
			panic(fmt.Sprintf("ensemble: Combine: member %d has %d values for %d", i, len(p), length))
		}
		if c.Weights[i] > 0 {
			weights, used = append(weights, float32(c.Weights[i]/sum)), append(used, p)
		}
	}
	return weights, used
}

// feature returns what is added of a member: probabilities, their logarithms, or of flags their log odds. Scratch is twice as
// long as p, or longer.
func (c Combiner) feature(p, scratch []float32) []float32 {
	if !c.logs() {
		return p
	}
	x, y := scratch[:len(p)], scratch[len(scratch)/2:][:len(p)]
	for i, v := range p {
		x[i] = max(v, Floor)
	}
	kernels.Log(x, x)
	if !c.Flags || c.Method == GMean {
		return x
	}
	for i, v := range p {
		y[i] = max(1-v, Floor)
	}
	kernels.Log(y, y)
	kernels.Axpy(-1, y, x)
	return x
}

// finish makes probabilities of sums.
func (c Combiner) finish(classes int, sums []float32) {
	switch {
	case !c.logs():
	case !c.Flags:
		kernels.Softmax(len(sums)/classes, classes, sums, sums)
	case c.Method == GMean:
		kernels.Exp(sums, sums)
	default:
		kernels.Sigmoid(sums, sums)
	}
}
