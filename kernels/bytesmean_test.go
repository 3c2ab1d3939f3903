package kernels_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

func TestByteMean(t *testing.T) {
	for k := 1; k <= 15; k += 2 {
		kerneltest.EachISA(t, func(t *testing.T) {
			for _, n := range append(kerneltest.Sizes(32, 64), 255*15+1) {
				rows := make([][]uint8, k)
				for r := range rows {
					rows[r] = someBytes(uint64(70+r), n+r)[r:]
				}
				if n > 255*15 { // sums of every value
					for i := range n {
						for r, left := 0, i; r < k; r++ {
							rows[r][i] = uint8(min(left, 255))
							left -= int(rows[r][i])
						}
					}
				}
				y := fenced(t, n, n%5, func(y []uint8) { kernels.ByteMean(rows, y) })
				for i, v := range y {
					sum := 0
					for _, row := range rows {
						sum += int(row[i])
					}
					require.Equal(t, math.Floor(float64(sum)/float64(k)+0.5), float64(v), "%d rows, n %d: %d", k, n, i)
				}
			}
		})
	}
	require.Panics(t, func() { kernels.ByteMean(make([][]uint8, 2), nil) })
	require.Panics(t, func() { kernels.ByteMean([][]uint8{{1}, {1}, {}}, make([]uint8, 1)) })
}

func BenchmarkByteMean(b *testing.B) {
	const n = 1536
	y := make([]uint8, n)
	for _, k := range []int{3, 7} {
		rows := make([][]uint8, k)
		for r := range rows {
			rows[r] = someBytes(uint64(r), n)
		}
		for _, isa := range kernels.Supported() {
			b.Run(fmt.Sprintf("%d/%v", k, isa), func(b *testing.B) {
				defer kernels.Limit(isa)()
				b.SetBytes(n)
				for b.Loop() {
					kernels.ByteMean(rows, y)
				}
			})
		}
	}
}
