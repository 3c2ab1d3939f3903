package kernels_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

// TestMatMul multiplies matrices that lie in larger ones, plain and transposed, on every ISA: values against float64, what
// lies between the rows of c untouched, and the same bits everywhere.
func TestMatMul(t *testing.T) {
	var sums []string
	kerneltest.EachISA(t, func(t *testing.T) {
		var all [][]float32
		for _, size := range [][3]int{{1, 1, 1}, {3, 5, 7}, {12, 16, 9}, {13, 17, 4}, {31, 33, 2}, {64, 40, 33}, {5, 70, 64}} {
			m, n, k := size[0], size[1], size[2]
			for _, p := range []kernels.MatMul{
				{M: m, N: n, K: k, ARow: k + 3, ACol: 1, BRow: n + 2, BCol: 1, CRow: n + 1},
				{M: m, N: n, K: k, ARow: 1, ACol: m + 1, BRow: 1, BCol: k + 2, CRow: n},
				{M: m, N: n, K: k, ARow: 2, ACol: 2 * m, BRow: 3, BCol: 3*k + 1, CRow: n + 4},
			} {
				for _, accumulate := range []bool{false, true} {
					all = append(all, checkMatMul(t, p.Prepare(), accumulate))
				}
			}
		}
		sums = append(sums, kerneltest.Checksum(all...))
	})
	for _, s := range sums {
		assert.Equal(t, sums[0], s)
	}
}

// checkMatMul runs a product on random numbers between fences and returns what c holds after it.
func checkMatMul(t *testing.T, p *kernels.MatMul, accumulate bool) []float32 {
	t.Helper()
	a := kerneltest.Guard(kerneltest.Floats(1, (p.M-1)*p.ARow+(p.K-1)*p.ACol+1), 1)
	b := kerneltest.Guard(kerneltest.Floats(2, (p.K-1)*p.BRow+(p.N-1)*p.BCol+1), 2)
	before := kerneltest.Floats(3, (p.M-1)*p.CRow+p.N)
	c := kerneltest.Guard(append([]float32(nil), before...), 3)
	scratch := kerneltest.Guard(make([]float32, p.Scratch()), 0)
	p.Run(accumulate, a.X, b.X, c.X, scratch.X)
	want, scale := make([]float64, len(before)), make([]float64, len(before))
	for at, v := range before {
		i, j := at/p.CRow, at%p.CRow
		if accumulate || j >= p.N {
			want[at], scale[at] = float64(v), math.Abs(float64(v))
		}
		for k := 0; j < p.N && k < p.K; k++ {
			product := float64(a.X[i*p.ARow+k*p.ACol]) * float64(b.X[k*p.BRow+j*p.BCol])
			want[at] += product
			scale[at] += math.Abs(product)
		}
		if j >= p.N {
			assert.Equal(t, v, c.X[at], "between rows")
		}
	}
	kerneltest.Near(t, want, scale, p.K, c.X)
	for _, g := range []*kerneltest.Guarded{a, b, c, scratch} {
		g.Check(t)
	}
	return c.X
}

func TestMatMulPanics(t *testing.T) {
	for _, p := range []kernels.MatMul{
		{}, {M: 1, N: 1, K: 1, ARow: 1, ACol: 1, BRow: 1, BCol: 0, CRow: 1},
		{M: 1, N: 2, K: 1, ARow: 1, ACol: 1, BRow: 1, BCol: 1, CRow: 1},
	} {
		assert.Panics(t, func() { p.Prepare() }, fmt.Sprint(p))
	}
}
