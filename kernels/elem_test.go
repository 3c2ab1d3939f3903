package kernels_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// An elementwise is a kernel over slices of one length: some inputs, then outputs, which may be inputs as well.
// want gives an element of the last slice from those of all slices, and the scale of its error, which may be
// round units of 2⁻²⁴·scale; it is nil where values are tested elsewhere.
type elementwise struct {
	name     string
	slices   int
	run      func(x [][]float32)
	want     reference
	round    int
	checksum string // of all slices after a run
}

type reference func(x []float64) (value, scale float64)

const elemFactor = 0x1.333334p-2 // 0.3 as a float32

var elemKernels = []elementwise{
	{"Fill", 1, func(x [][]float32) { kernels.Fill(elemFactor, x[0]) },
		func([]float64) (value, scale float64) { return elemFactor, 0 }, 0, "6fa9dce33fdbd3b3"},
	{"Add", 3, func(x [][]float32) { kernels.Add(x[0], x[1], x[2]) },
		binary(ref.Add), 1, "32d7c8f1cf865719"},
	{"Accumulate", 2, func(x [][]float32) { kernels.Accumulate(x[0], x[1]) },
		binary(ref.Add), 1, "dfd4879b8c138453"},
	{"Mul", 3, func(x [][]float32) { kernels.Mul(x[0], x[1], x[2]) },
		binary(ref.Mul), 1, "6eb596495050ad87"},
	{"MulAccumulate", 3, func(x [][]float32) { kernels.MulAccumulate(x[0], x[1], x[2]) },
		func(x []float64) (value, scale float64) { return ref.MulAdd(x[0], x[1], x[2]) }, 2, "40c381d12edb5ad1"},
	{"Scale", 2, func(x [][]float32) { kernels.Scale(elemFactor, x[0], x[1]) },
		unary(func(x float64) (value, scale float64) { return ref.Mul(elemFactor, x) }), 1, "7c61fa33d1daf3d8"},
	{"Axpy", 2, func(x [][]float32) { kernels.Axpy(elemFactor, x[0], x[1]) },
		binary(func(x, y float64) (value, scale float64) { return ref.MulAdd(elemFactor, x, y) }), 2, "391e66f678a311df"},
}

func TestElem(t *testing.T)      { testElementwise(t, elemKernels) }
func BenchmarkElem(b *testing.B) { benchmarkElementwise(b, elemKernels) }

// testElementwise compares kernels with the reference, and every ISA with the generic one on odd sizes and
// addresses.
func testElementwise(t *testing.T, list []elementwise) {
	for _, k := range list {
		t.Run(k.name, func(t *testing.T) {
			kerneltest.EachISA(t, func(t *testing.T) {
				x := k.data(1009)
				if k.want != nil {
					k.testValue(t, x)
				} else {
					k.run(x)
				}
				assert.Equal(t, k.checksum, kerneltest.Checksum(x...), "checksum")
				assert.Zero(t, testing.AllocsPerRun(1, func() { k.run(x) }), "allocations")
				for _, n := range append(kerneltest.Sizes(8, 16, 32), 0, 64, 529) {
					for _, offset := range []int{0, 1, 3} {
						k.testSame(t, n, offset)
					}
				}
			})
		})
	}
}

// data returns slices of n numbers, most of them moderate, with every special among them beside every other.
func (k elementwise) data(n int) [][]float32 {
	special := kerneltest.Specials()
	x := make([][]float32, k.slices)
	for s := range x {
		x[s] = kerneltest.Floats(uint64(s+1), n)
		for i := range x[s] {
			x[s][i] *= 12
			if j := i - n + len(special)*len(special); j >= 0 && n > len(special) {
				x[s][i] = special[[]int{j, j / len(special)}[s%2]%len(special)]
			}
		}
	}
	return x
}

// testValue runs the kernel on x and compares what comes of finite numbers with the reference.
func (k elementwise) testValue(t *testing.T, x [][]float32) {
	want, scale := make([]float64, len(x[0])), make([]float64, len(x[0]))
	element := make([]float64, len(x))
	for i := range want {
		for s := range x {
			element[s] = float64(x[s][i])
		}
		want[i], scale[i] = k.want(element)
	}
	k.run(x)
	got := slices.Clone(x[len(x)-1])
	for i, v := range got {
		if !(scale[i] < math.MaxFloat32) { // here Near says nothing
			require.Equal(t, math.IsNaN(want[i]), v != v, "NaN at %d: %v, want %v", i, v, want[i])
			want[i], scale[i], got[i] = 0, 0, 0
		}
	}
	kerneltest.Near(t, want, scale, k.round-2, got)
}

// testSame compares the kernel on n numbers at an offset with the generic one.
func (k elementwise) testSame(t *testing.T, n, offset int) {
	t.Helper()
	want := k.data(n)
	restore := kernels.Limit(kernels.Generic)
	k.run(want)
	restore()
	var guards []*kerneltest.Guarded
	var got [][]float32
	for s, x := range k.data(n) {
		g := kerneltest.Guard(x, offset*(s+1))
		guards, got = append(guards, g), append(got, g.X)
	}
	k.run(got)
	for s := range got {
		guards[s].Check(t)
		kerneltest.Equal(t, want[s], got[s])
	}
}

// benchmarkElementwise measures kernels on 16384 numbers, which lie in the second cache.
func benchmarkElementwise(b *testing.B, list []elementwise) {
	const n = 16384
	for _, k := range list {
		x := make([][]float32, k.slices)
		for s := range x {
			x[s] = kerneltest.Floats(uint64(s+1), n)
		}
		for _, isa := range kernels.Supported() {
			b.Run(fmt.Sprintf("%s/%v", k.name, isa), func(b *testing.B) {
				defer kernels.Limit(isa)()
				b.SetBytes(int64(4 * n * k.slices))
				for b.Loop() {
					k.run(x)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			})
		}
	}
}

func TestSumSquares(t *testing.T) {
	x := kerneltest.Floats(1, 4099)
	kerneltest.EachISA(t, func(t *testing.T) {
		assert.InEpsilon(t, ref.SumSquares(x), kernels.SumSquares(x), 1e-13)
		assert.Equal(t, uint64(0x4095b71d90bd5d3b), math.Float64bits(kernels.SumSquares(x)), "bits")
		for _, n := range kerneltest.Sizes(8, 16, 32) {
			for offset := range 3 {
				restore := kernels.Limit(kernels.Generic)
				want := kernels.SumSquares(x[offset:][:n])
				restore()
				assert.Equal(t, want, kernels.SumSquares(x[offset:][:n]), "n = %d", n)
			}
		}
		assert.Zero(t, kernels.SumSquares(nil))
		assert.Equal(t, 2*math.MaxFloat32*math.MaxFloat32,
			kernels.SumSquares([]float32{math.MaxFloat32, -math.MaxFloat32}), "no overflow")
	})
}

func TestAllFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	kerneltest.EachISA(t, func(t *testing.T) {
		assert.True(t, kernels.AllFinite(nil))
		for _, n := range kerneltest.Sizes(8, 16) {
			g := kerneltest.Guard(kerneltest.Floats(1, n), 1) // the fences are NaN
			g.X[0] = math.MaxFloat32
			require.True(t, kernels.AllFinite(g.X), "n = %d", n)
			for i, v := range g.X {
				for _, bad := range []float32{nan, inf, -inf} {
					g.X[i] = bad
					require.False(t, kernels.AllFinite(g.X), "n = %d, %v at %d", n, bad, i)
					require.False(t, isFinite(kernels.SumSquares(g.X)), "n = %d, %v at %d", n, bad, i)
				}
				g.X[i] = v
			}
		}
	})
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func TestElemPanicsOnShortSlices(t *testing.T) {
	long, short := make([]float32, 3), make([]float32, 2)
	assert.Panics(t, func() { kernels.Add(long, short, long) })
	assert.Panics(t, func() { kernels.Add(long, long, short[:2:2]) })
	assert.Panics(t, func() { kernels.Axpy(1, long, short) })
}

func BenchmarkReduce(b *testing.B) {
	x := kerneltest.Floats(1, 16384)
	for _, isa := range kernels.Supported() {
		b.Run(fmt.Sprintf("SumSquares/%v", isa), func(b *testing.B) {
			defer kernels.Limit(isa)()
			b.SetBytes(int64(4 * len(x)))
			for b.Loop() {
				kernels.SumSquares(x)
			}
		})
		b.Run(fmt.Sprintf("AllFinite/%v", isa), func(b *testing.B) {
			defer kernels.Limit(isa)()
			b.SetBytes(int64(4 * len(x)))
			for b.Loop() {
				kernels.AllFinite(x)
			}
		})
	}
}

func ExampleAxpy() {
	y := []float32{1, 2, 3}
	kernels.Axpy(10, []float32{1, 1, 2}, y)
	fmt.Println(y)
	// Output: [11 12 23]
}
