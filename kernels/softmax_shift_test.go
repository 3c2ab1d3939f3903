package kernels

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestSoftmaxShift compares every instruction set with the generic one, bit for bit, with numbers that are hard to order.
func TestSoftmaxShift(t *testing.T) {
	inf := float32(math.Inf(1))
	hard := []float32{float32(math.Copysign(0, -1)), 0, -1e-42, 1e-42, -inf, inf, -3, 7, float32(math.NaN()), -math.MaxFloat32}
	for _, isa := range Supported() {
		t.Run(isa.String(), func(t *testing.T) {
			defer Limit(isa)()
			for _, c := range []int{1, 2, 11, 16, 17, 33, 150} {
				const rows = 37
				x := make([]float32, rows*c)
				for i := range x {
					x[i] = float32((i*7919+c)%1000)/50 - 10
					switch i / c % 4 {
					case 1:
						x[i] = -x[i] * x[i]
					case 2:
						x[i] = hard[(i*7+i/c)%8]
					case 3:
						x[i] = hard[(i*3+i/c)%len(hard)]
					}
				}
				wantNorm, want := make([]float32, 2*rows), make([]float32, rows*c)
				softmaxMostGeneric(rows, c, x, wantNorm, want)
				norm, y, other, by := make([]float32, 2*rows), make([]float32, rows*c+1), make([]float32, rows*c), make([]float32, rows*c)
				softmaxShift.fn.most(rows, c, x, norm, y)
				softmaxShift.fn.most(rows, c, x, nil, other)
				softmaxShift.fn.by(rows, c, x, norm, by)
				assert.Equal(t, bitsOf(wantNorm), bitsOf(norm), "%d", c)
				assert.Zero(t, y[rows*c])
				for _, got := range [][]float32{y[:rows*c], other, by} {
					for i, v := range got {
						if v == v || want[i] == want[i] { // a NaN is as good as another
							assert.Equal(t, math.Float32bits(want[i]), math.Float32bits(v), "%d at %d", c, i)
						}
					}
				}
			}
		})
	}
}
