package kernels_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

func TestSortDescending(t *testing.T) {
	for _, n := range []int{0, 1, 2, 33, 5000} {
		x := kerneltest.Floats(3, n)
		keys, order, want := make([]uint32, n), make([]uint32, n), make([]uint32, n)
		for i := range x {
			x[i] = float32(math.Abs(math.Trunc(float64(x[i])*200)) / 3) // with ties
			if i%50 == 7 {
				x[i] = float32(math.Inf(1))
			}
			keys[i], order[i], want[i] = kernels.SortKey(x[i]), uint32(i), uint32(i)
		}
		slices.SortStableFunc(want, func(a, b uint32) int { return cmp.Compare(kernels.SortKey(x[b]), kernels.SortKey(x[a])) })
		kernels.SortDescending(keys, order, make([]uint32, 2*n))
		assert.Equal(t, want, order)
		for i, k := range keys {
			assert.Equal(t, kernels.SortKey(x[order[i]]), k)
		}
	}
}

func TestNthLargest(t *testing.T) {
	keys := make([]uint32, 3000)
	for i, x := range kerneltest.Floats(3, len(keys)) {
		keys[i] = kernels.SortKey(float32(math.Abs(math.Trunc(float64(x)*500)) * 1e-3)) // with ties
	}
	sorted := slices.Clone(keys)
	slices.SortFunc(sorted, func(a, b uint32) int { return cmp.Compare(b, a) })
	for _, n := range []int{1, 2, 17, 1500, 2999, 3000} {
		key, ties := kernels.NthLargest(keys, n)
		assert.Equal(t, sorted[n-1], key)
		assert.Equal(t, n-slices.Index(sorted, key), ties)
	}
}
