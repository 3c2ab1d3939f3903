package kernels_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

// crossEntropyCase is one call; odd numbers choose what it has.
type crossEntropyCase struct {
	rows, c   int
	smoothing float32
	weight    []float32
}

func crossEntropyCases() (list []crossEntropyCase) {
	for i, s := range softmaxShapes {
		k := crossEntropyCase{rows: s[0], c: s[1]}
		if i%2 == 1 {
			k.smoothing = 0.1
		}
		if i%3 != 0 {
			k.weight = kerneltest.Floats(7, k.c)
			for j, w := range k.weight {
				k.weight[j] = 1 + w/2
			}
		}
		list = append(list, k)
	}
	return list
}

const crossEntropyIgnore = 255

// data returns logits and targets, every fifth of them to be ignored.
func (k crossEntropyCase) data() (x []float32, target []uint8) {
	target = make([]uint8, k.rows)
	for i := range target {
		target[i] = uint8((i * 7) % min(k.c, 255))
		if i%5 == 3 {
			target[i] = crossEntropyIgnore
		}
	}
	return logits(4, k.rows, k.c), target
}

func (k crossEntropyCase) run(x []float32, target []uint8, dx []float32) (loss, count float64) {
	return kernels.CrossEntropy(k.rows, k.c, crossEntropyIgnore, k.smoothing, k.weight, x, target, 0.25, dx)
}

func TestCrossEntropyValue(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, k := range crossEntropyCases() {
			x, target := k.data()
			dx := kerneltest.Guard(make([]float32, len(x)), 1)
			loss, count := k.run(x, target, dx.X)
			wantLoss, wantCount, want := ref.CrossEntropy(k.c, crossEntropyIgnore, float64(k.smoothing),
				k.weight, x, target, 0.25)
			assert.InDelta(t, wantLoss, loss, 1e-6*(1+wantLoss), "%+v", k)
			assert.InDelta(t, wantCount, count, 1e-9)
			kerneltest.Near(t, want, repeat(len(x), 1), k.c+6, dx.X)
			dx.Check(t)
			forward, _ := k.run(x, target, nil)
			assert.Equal(t, loss, forward, "without dx")
			assert.Zero(t, testing.AllocsPerRun(1, func() { k.run(x, target, dx.X) }), "allocations")
		}
	})
}

func TestCrossEntropySpecials(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		call := func(x []float32, target uint8) (float64, []float32) {
			dx := make([]float32, len(x))
			loss, _ := kernels.CrossEntropy(1, len(x), -1, 0, nil, x, []uint8{target}, 1, dx)
			forward, _ := kernels.CrossEntropy(1, len(x), -1, 0, nil, x, []uint8{target}, 1, nil)
			require.Equal(t, math.Float64bits(loss), math.Float64bits(forward))
			return loss, dx
		}
		inf := float32(math.Inf(1))
		for at := range 3 {
			x := []float32{1, 2, 3}
			x[at] = float32(math.NaN())
			loss, dx := call(x, 0)
			assert.True(t, math.IsNaN(loss), "NaN at %d", at)
			assert.True(t, dx[at] != dx[at], "NaN at %d", at)
		}
		loss, _ := call([]float32{0, -inf, 0}, 1)
		assert.Equal(t, math.Inf(1), loss, "an impossible target")
		loss, dx := call([]float32{1000, -1000}, 0)
		assert.Zero(t, loss)
		assert.InDeltaSlice(t, []float32{0, 0}, dx, 1e-37)
		assert.PanicsWithValue(t, "kernels: CrossEntropy: target 2; there are classes 0 to 1, and -1 to ignore",
			func() { call([]float32{1, 2}, 2) })
	})
}

// TestSoftmaxSameBits compares every ISA with one checksum of all functions.
func TestSoftmaxSameBits(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		var all [][]float32
		for _, k := range crossEntropyCases() {
			x, target := k.data()
			n := len(x)
			y := make([]float32, 5*n)
			p, ln, dp, dln, dx := y[:n], y[n:2*n], y[2*n:3*n], y[3*n:4*n], y[4*n:]
			kernels.Softmax(k.rows, k.c, x, p)
			kernels.LogSoftmax(k.rows, k.c, x, ln)
			kernels.SoftmaxGrad(k.rows, k.c, true, p, x, dp)
			kernels.LogSoftmaxGrad(k.rows, k.c, true, ln, x, dln)
			loss, count := k.run(x, target, dx)
			all = append(all, y, []float32{float32(loss), float32(count)})
		}
		assert.Equal(t, "b18d172537a34be3", kerneltest.Checksum(all...))
	})
}

func BenchmarkSoftmax(b *testing.B) {
	k := crossEntropyCase{rows: 4096, c: 11}
	x, target := k.data()
	y := make([]float32, len(x))
	for _, isa := range kernels.Supported() {
		for name, run := range map[string]func(){
			"Softmax":              func() { kernels.Softmax(k.rows, k.c, x, y) },
			"LogSoftmax":           func() { kernels.LogSoftmax(k.rows, k.c, x, y) },
			"CrossEntropy":         func() { k.run(x, target, y) },
			"CrossEntropy/forward": func() { k.run(x, target, nil) },
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

func ExampleCrossEntropy() {
	logits := []float32{2, 0, 0, 3} // two pixels of two classes
	loss, count := kernels.CrossEntropy(2, 2, 255, 0, nil, logits, []uint8{0, 1}, 1, nil)
	fmt.Printf("%.4f\n", loss/count)
	// Output: 0.0878
}
