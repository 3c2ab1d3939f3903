package predict

import (
	"fmt"
	"math"

	"tessera/internal/parallel"
	"tessera/kernels"
)

// A Merge makes one prediction of several.
type Merge string

const (
	MeanMerge   Merge = "mean"   // mean of probabilities
	GMeanMerge  Merge = "gmean"  // geometric mean of probabilities; those of a softmax sum up to 1 again
	LogitsMerge Merge = "logits" // mean of logits, then the activation
)

// Merges are all of them.
var Merges = []Merge{MeanMerge, GMeanMerge, LogitsMerge}

func (m Merge) check() error {
	switch m {
	case "", MeanMerge, GMeanMerge, LogitsMerge:
		return nil
	}
	return fmt.Errorf("merge: no %q; there are: %s, %s, %s", m, MeanMerge, GMeanMerge, LogitsMerge)
}

// A blend adds up what views see. Values are added as whole multiples of 2⁻⁴⁰ in float64, which is exact for sums below 8192, so
// that the order of views makes no difference: a d4 mean of a turned picture has the bits of the turned mean.
type blend struct {
	merge   Merge
	flags   bool // probabilities are sigmoids
	h, w, c int
	sums    []float64
	seen    []int32 // views that a pixel of any of the pictures is in
	values  []float32
}

const (
	blendUnit  = 1 << 40
	smallestP  = 0x1p-126 // what a probability of zero counts as in a geometric mean
	blendChunk = 16 << 10 // values a task
)

// reset makes room for n pictures of h×w pixels and c classes, all of them zero.
func (b *blend) reset(n, h, w, c int) {
	b.h, b.w, b.c = h, w, c
	b.sums, b.values = grown(b.sums, n*h*w*c), grown(b.values, n*h*w*c)
	b.seen = grown(b.seen, h*w)
	clear(b.sums)
	clear(b.seen)
}

// grown returns a slice of n values, whatever they are.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// saw counts a view of the window.
func (b *blend) saw(y, x, h, w int) {
	for i := y; i < y+h; i++ {
		for j := x; j < x+w; j++ {
			b.seen[i*b.w+j]++
		}
	}
}

// add adds what a view saw in the h×w window at (y, x) of each picture: values are of the window turned. They may be changed.
func (b *blend) add(y, x, h, w int, turn Symmetry, values [][]float32) {
	if b.merge == GMeanMerge {
		parallel.For(len(values), func(i, _ int) { logarithms(values[i]) })
	}
	th, tw := turn.Size(h, w)
	first, perRow, perColumn := turn.Inverse().lattice(th, tw)
	band := max(1, blendChunk/(w*b.c)) // rows a task
	bands := (h + band - 1) / band
	parallel.For(len(values)*bands, func(task, _ int) {
		i, top := task/bands, task%bands*band
		for r := top; r < min(top+band, h); r++ {
			sums := b.sums[((i*b.h+y+r)*b.w+x)*b.c:][:w*b.c]
			b.addRow(sums, values[i], (first+r*perRow)*b.c, perColumn*b.c)
		}
	})
}

// addRow adds the values of pixels that are step apart.
func (b *blend) addRow(sums []float64, values []float32, at, step int) {
	for ; len(sums) > 0; sums = sums[b.c:] {
		to := sums[:b.c]
		for k, v := range values[at : at+b.c] {
			to[k] += math.RoundToEven(float64(v) * blendUnit)
		}
		at += step
	}
}

// logarithms replaces probabilities by their logarithms.
func logarithms(values []float32) {
	for k, p := range values {
		if p < smallestP {
			values[k] = smallestP
		}
	}
	kernels.Log(values, values)
}

// mean returns the merged probabilities, valid until the next reset.
func (b *blend) mean() []float32 {
	pixels := len(b.sums) / b.c
	size := max(1, blendChunk/b.c)
	parallel.For((pixels+size-1)/size, func(task, _ int) {
		from, to := task*size, min((task+1)*size, pixels)
		for p := from; p < to; p++ {
			n := float64(b.seen[p%(b.h*b.w)]) * blendUnit
			for k := p * b.c; k < (p+1)*b.c; k++ {
				b.values[k] = float32(b.sums[k] / n)
			}
		}
		part := b.values[from*b.c : to*b.c]
		switch {
		case b.merge == MeanMerge || b.merge == "":
		case !b.flags: // the softmax of mean logarithms is their exponential, brought to a sum of 1
			kernels.Softmax(to-from, b.c, part, part)
		case b.merge == GMeanMerge:
			kernels.Exp(part, part)
		default:
			kernels.Sigmoid(part, part)
		}
	})
	return b.values
}
