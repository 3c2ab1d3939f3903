package kernels_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// logits returns rows of c numbers between -12 and 12.
func logits(key uint64, rows, c int) []float32 {
	x := kerneltest.Floats(key, rows*c)
	for i := range x {
		x[i] *= 12
	}
	return x
}

// repeat returns n times v.
func repeat(n int, v float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}

var softmaxShapes = [][2]int{{0, 5}, {1, 1}, {3, 2}, {37, 11}, {130, 16}, {7, 21}, {2, 256}, {129, 3}}

func TestSoftmaxValue(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, s := range softmaxShapes {
			rows, c := s[0], s[1]
			n := rows * c
			x, dy := logits(1, rows, c), kerneltest.Floats(2, n)
			y, dx := kerneltest.Guard(make([]float32, n), 1), kerneltest.Guard(make([]float32, n), 3)

			kernels.Softmax(rows, c, x, y.X)
			want, scale := ref.Softmax(c, x), ref.LogSoftmax(c, x)
			for i, ln := range scale {
				scale[i] = want[i] * (1 - ln) // x - max is rounded before its exponential
			}
			kerneltest.Near(t, want, scale, c+6, y.X)
			kernels.SoftmaxGrad(rows, c, false, y.X, dy, dx.X)
			kerneltest.Near(t, ref.SoftmaxGrad(c, y.X, dy), repeat(n, 2), c+6, dx.X)

			kernels.LogSoftmax(rows, c, x, y.X)
			kerneltest.Near(t, ref.LogSoftmax(c, x), repeat(n, 32), c+6, y.X)
			kernels.LogSoftmaxGrad(rows, c, false, y.X, dy, dx.X)
			kerneltest.Near(t, ref.LogSoftmaxGrad(c, y.X, dy), repeat(n, float64(c)), c+6, dx.X)
			y.Check(t)
			dx.Check(t)
		}
	})
}

func TestSoftmaxGradAccumulates(t *testing.T) {
	const rows, c = 5, 11
	x, dy := logits(1, rows, c), kerneltest.Floats(2, rows*c)
	y := make([]float32, rows*c)
	kernels.Softmax(rows, c, x, y)
	for _, grad := range []func(rows, c int, accumulate bool, y, dy, dx []float32){
		kernels.SoftmaxGrad, kernels.LogSoftmaxGrad,
	} {
		want, got := make([]float32, rows*c), kerneltest.Floats(3, rows*c)
		grad(rows, c, false, y, dy, want)
		kernels.Accumulate(got, want)
		grad(rows, c, true, y, dy, got)
		kerneltest.Equal(t, want, got)
	}
}

// TestSoftmaxSameBits compares every ISA with one checksum of all functions.
func TestSoftmaxSameBits(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		var all [][]float32
		for _, s := range softmaxShapes {
			rows, c := s[0], s[1]
			x, n := logits(4, rows, c), rows*c
			y := make([]float32, 4*n)
			p, ln, dp, dln := y[:n], y[n:2*n], y[2*n:3*n], y[3*n:4*n]
			kernels.Softmax(rows, c, x, p)
			kernels.LogSoftmax(rows, c, x, ln)
			kernels.SoftmaxGrad(rows, c, true, p, x, dp)
			kernels.LogSoftmaxGrad(rows, c, true, ln, x, dln)
			all = append(all, y)
		}
		assert.Equal(t, "cb1f20093f29d486", kerneltest.Checksum(all...))
	})
}

func BenchmarkSoftmax(b *testing.B) {
	k := crossEntropyCase{rows: 4096, c: 11}
	x, target := k.data()
	y, norm := make([]float32, len(x)), make([]float32, 2*k.rows)
	for _, isa := range kernels.Supported() {
		for name, run := range map[string]func(){
			"Softmax":          func() { kernels.Softmax(k.rows, k.c, x, y) },
			"LogSoftmax":       func() { kernels.LogSoftmax(k.rows, k.c, x, y) },
			"CrossEntropy":     func() { k.forward(x, target, norm) },
			"CrossEntropyGrad": func() { k.backward(x, target, norm, y) },
		} {
			b.Run(fmt.Sprintf("%s/%v", name, isa), func(b *testing.B) {
				defer kernels.Limit(isa)()
				b.SetBytes(int64(8 * len(x)))
				for b.Loop() {
					run()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/element")
			})
		}
	}
}
