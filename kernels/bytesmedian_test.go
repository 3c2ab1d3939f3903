package kernels_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

func TestByteMedian(t *testing.T) {
	scratch := make([]uint8, kernels.ByteMedianScratch)
	for _, k := range []int{3, 5, 7} {
		for _, step := range []int{1, 3, 4, 40} {
			for _, n := range append(kerneltest.Sizes(32, 64), 300) {
				rows := make([][]uint8, k)
				for r := range rows {
					rows[r] = someBytes(uint64(60+r), n+(k-1)*step+r)[r:]
					if step == 4 {
						for i := range rows[r] { // many that are equal
							rows[r][i] &= 3
						}
					}
				}
				kerneltest.EachISA(t, func(t *testing.T) {
					y := fenced(t, n, n%5, func(y []uint8) { kernels.ByteMedian(step, rows, scratch, y) })
					for i, v := range y {
						var window []uint8
						for _, row := range rows {
							for c := range k {
								window = append(window, row[i+c*step])
							}
						}
						slices.Sort(window)
						require.Equal(t, window[k*k/2], v, "%d rows, step %d, n %d: %d", k, step, n, i)
					}
				})
			}
		}
	}
	require.Panics(t, func() { kernels.ByteMedian(1, make([][]uint8, 4), scratch, nil) })
	require.Panics(t, func() { kernels.ByteMedian(1, [][]uint8{{1, 2, 3}, {1, 2, 3}, {1, 2}}, scratch, make([]uint8, 1)) })
}

// TestByteMedianSorts gives the network of 5 all of what makes a column of zeros and ones in order, which is all there is to
// go wrong in a merge.
func TestByteMedianSorts(t *testing.T) {
	scratch := make([]uint8, kernels.ByteMedianScratch)
	rows := make([][]uint8, 5)
	for code := range 6 * 6 * 6 * 6 * 6 {
		for c := range 5 {
			n := code / []int{1, 6, 36, 216, 1296}[c] % 6
			for r := range rows {
				rows[r] = append(rows[r], uint8(boolInt(r >= 5-n)))
			}
		}
	}
	kerneltest.EachISA(t, func(t *testing.T) {
		y := make([]uint8, len(rows[0])-4)
		kernels.ByteMedian(1, rows, scratch, y)
		for i := 0; i < len(y); i += 5 {
			ones := 0
			for _, row := range rows {
				for _, v := range row[i : i+5] {
					ones += int(v)
				}
			}
			require.Equal(t, boolInt(ones > 12), int(y[i]), "columns at %d", i)
		}
	})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func BenchmarkByteMedian(b *testing.B) {
	const n = 1536
	scratch, y := make([]uint8, kernels.ByteMedianScratch), make([]uint8, n)
	for _, k := range []int{3, 5, 7} {
		rows := make([][]uint8, k)
		for r := range rows {
			rows[r] = someBytes(uint64(r), n+3*k)
		}
		for _, isa := range kernels.Supported() {
			b.Run(fmt.Sprintf("%d/%v", k, isa), func(b *testing.B) {
				defer kernels.Limit(isa)()
				b.SetBytes(n)
				for b.Loop() {
					kernels.ByteMedian(3, rows, scratch, y)
				}
			})
		}
	}
}
