package golden

import (
	"fmt"
	"math"
	"strings"

	"tessera/internal/random"
)

const (
	// Gain keeps the standard deviation of every activation of the U-Net between 0.2 and 1.1.
	Gain = 2.375
	// cell is the side of the flat squares that give pictures and labels their large shapes.
	cell = 8
)

// Weights returns the generated values of one entry of a state dict, in PyTorch's order, by the last part
// of its name:
//
//	weight, rank 2 and more   uniform with variance Gain/fan-in, the fan-in being the product of shape[1:]
//	weight, rank 1            0.8 … 1.2
//	bias, running_mean        -0.1 … 0.1
//	running_var               0.5 … 1.5
//	num_batches_tracked       7
//
// It panics on any other name. tools/golden/weights.py computes the same bits.
func Weights(name string, shape []int) []float32 { return WeightsOf(name, shape, Gain) }

// WeightsOf is Weights with another gain.
func WeightsOf(name string, shape []int, gain float64) []float32 {
	value := rule(name, shape, gain)
	s := newSequence(name)
	values := make([]float32, product(shape))
	for i := range values {
		values[i] = float32(value(s.at(i)))
	}
	return values
}

// rule returns what an entry makes of a number in [0, 1).
func rule(name string, shape []int, gain float64) func(u float64) float64 {
	switch kind := name[strings.LastIndexByte(name, '.')+1:]; {
	case kind == "num_batches_tracked":
		return func(float64) float64 { return 7 }
	case kind == "running_mean" || kind == "bias":
		return func(u float64) float64 { return (2*u - 1) * 0.1 }
	case kind == "running_var":
		return func(u float64) float64 { return 0.5 + u }
	case kind == "weight" && len(shape) >= 2:
		bound := math.Sqrt(3 * gain / float64(product(shape[1:])))
		return func(u float64) float64 { return (2*u - 1) * bound }
	case kind == "weight" && len(shape) == 1:
		return func(u float64) float64 { return 0.8 + float64(0.4*u) }
	}
	panic(fmt.Sprintf("golden: no rule for %s %v", name, shape))
}

// Direction returns n numbers in [-1, 1) that belong to a name: what gradients are projected on.
func Direction(name string, n int) []float64 {
	s := newSequence(name)
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(2*float64(s.at(i))) - 1
	}
	return x
}

// Input returns the first n pictures of the series, n×c×h×w: what the goldens feed to models.
func Input(n, c, h, w int) []float32 { return Pictures(0, n, c, h, w) }

// Pictures returns pictures first … first+n-1 of an endless series, n×c×h×w: flat squares in (-1, 1), noise
// in (-0.5, 0.5) on them.
func Pictures(first, n, c, h, w int) []float32 {
	x := make([]float32, 0, n*c*h*w)
	for i := first; i < first+n; i++ {
		coarse := cells{newSequence(fmt.Sprintf("picture.%d.coarse", i)), h, w}
		fine := newSequence(fmt.Sprintf("picture.%d.fine", i))
		for j := range c * h * w {
			x = append(x, float32(float64(2*coarse.at(j))-1+(float64(fine.at(j))-0.5)))
		}
	}
	return x
}

// Values returns n multiples of 1/64 from -1 to below 1.
func Values(name string, n int) []float64 {
	s := newSequence(name)
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(math.Floor(s.at(i)*128)/64) - 1
	}
	return x
}

// Labels returns n masks, n×h×w, of flat squares of 0 … classes. The value classes itself is to be ignored.
func Labels(n, h, w, classes int) []int {
	u := cells{newSequence("labels"), h, w}
	y := make([]int, n*h*w)
	for i := range y {
		y[i] = int(u.at(i) * float64(classes+1))
	}
	return y
}

// cells are planes h×w in which every square of cell pixels has one number of the sequence.
type cells struct {
	sequence
	h, w int
}

func (c cells) at(i int) float64 {
	x, y, plane := i%c.w, i/c.w%c.h, i/c.w/c.h
	rows, columns := (c.h+cell-1)/cell, (c.w+cell-1)/cell
	return c.sequence.at((plane*rows+y/cell)*columns + x/cell)
}

// sequence is an endless sequence of numbers: SplitMix64 from a start of its own.
type sequence uint64

// newSequence starts a sequence at the 64-bit FNV-1a hash of its name.
func newSequence(name string) sequence {
	h := uint64(0xcbf29ce484222325)
	for _, b := range []byte(name) {
		h = (h ^ uint64(b)) * 0x100000001b3
	}
	return sequence(h)
}

// at returns number i: the top 24 bits of the mixed state as a fraction in [0, 1), which float32 holds
// exactly.
func (s sequence) at(i int) float64 {
	return float64(random.At(uint64(s), i)>>40) / (1 << 24)
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
