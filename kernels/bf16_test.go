package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// bf16Inputs returns every kind of number: of all exponents, ties, denormals, infinities and NaN.
func bf16Inputs(n int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 7))
	x := make([]float32, n)
	for i := range x {
		x[i] = math.Float32frombits(rng.Uint32())
		if i%3 == 0 {
			x[i] = math.Float32frombits(rng.Uint32()&^0xffff | 0x8000)
		}
		if i%5 == 0 {
			x[i] = float32(rng.NormFloat64())
		}
	}
	return x
}

func TestBF16Of(t *testing.T) {
	for _, c := range []struct {
		x    float32
		want uint16
	}{
		{1, 0x3f80}, {-2, 0xc000}, {1.00390625, 0x3f80}, {1.01171875, 0x3f82}, {1.003907, 0x3f81},
		{math.MaxFloat32, 0x7f80}, {float32(math.Inf(-1)), 0xff80}, {0, 0},
	} {
		require.Equal(t, c.want, bf16Of(c.x), "%v", c.x)
	}
	require.Equal(t, uint16(0x7fc0), bf16Of(float32(math.NaN())))
	for _, x := range bf16Inputs(10000, 1) {
		hi := bf16Of(x)
		sum := float64(math.Float32frombits(uint32(hi)<<16)) + float64(math.Float32frombits(uint32(bf16Rest(x, hi))<<16))
		if e := math.Abs(sum - float64(x)); math.Abs(float64(x)) < 1e38 && !(e <= 0x1p-16*math.Abs(float64(x))+1.2e-38) {
			t.Fatalf("%v: two parts make %v", x, sum)
		}
	}
}

// Pairs that begin a row earlier are those of rows after a row of zeros.
func TestBF16Late(t *testing.T) {
	const pairs, n = 5, 19
	rows := make([]uint16, (2*pairs+1)*n)
	bf16SplitGeneric(bf16Inputs(2*pairs*n, 4), rows[n:], nil)
	x, want, got := make([]uint16, 2*pairs*n), make([]uint16, 2*pairs*n), make([]uint16, 2*pairs*n)
	bf16PairOfGeneric(pairs, n, n, rows[n:], x)
	bf16PairOfGeneric(pairs, n, n, rows, want)
	bf16.fn.late(pairs, n, pairsOf(x), pairsOf(got))
	require.Empty(t, cmp.Diff(want, got))
}

func TestBF16EqualsGeneric(t *testing.T) {
	for _, isa := range Supported()[1:] {
		for _, n := range []int{0, 1, 15, 16, 17, 32, 48, 100} {
			for _, both := range []bool{false, true} {
				t.Run(fmt.Sprint(isa, n, both), func(t *testing.T) {
					defer Limit(isa)()
					x := bf16Inputs(n, 2)
					rest := 0
					if both {
						rest = n
					}
					a, b, c, d := make([]uint16, n), make([]uint16, rest), make([]uint16, n), make([]uint16, rest)
					bf16SplitGeneric(x, a, b)
					bf16.fn.split(x, c, d)
					require.Empty(t, cmp.Diff(a, c))
					require.Empty(t, cmp.Diff(b, d))
					const pairs, gap = 3, 5
					x = bf16Inputs(2*pairs*(n+gap), 3)
					a, b, c, d = make([]uint16, 2*pairs*n), make([]uint16, 2*pairs*rest), make([]uint16, 2*pairs*n), make([]uint16, 2*pairs*rest)
					bf16PairGeneric(pairs, n, n+gap, x, a, b)
					bf16.fn.pair(pairs, n, n+gap, x, c, d)
					require.Empty(t, cmp.Diff(a, c))
					require.Empty(t, cmp.Diff(b, d))
					halves := make([]uint16, len(x))
					bf16SplitGeneric(x, halves, nil)
					bf16.fn.pairOf(pairs, n, n+gap, halves, c)
					require.Empty(t, cmp.Diff(a, c))
					if n == 0 {
						return
					}
					b, d = make([]uint16, 2*pairs*n+2), make([]uint16, 2*pairs*n+2)
					b[2*pairs*n], d[2*pairs*n] = 7, 7
					bf16LateGeneric(pairs, n, pairsOf(a), pairsOf(b))
					bf16.fn.late(pairs, n, pairsOf(a), pairsOf(d))
					require.Empty(t, cmp.Diff(b, d))
				})
			}
		}
		for _, s := range [][2]int{{1, 1}, {16, 4}, {15, 9}, {33, 18}, {48, 3}} {
			defer Limit(isa)()
			rows, cols, ldx, ldy := s[0], s[1], s[1]+3, s[0]+2
			x := make([]uint32, rows*ldx)
			for i := range x {
				x[i] = uint32(i) * 2654435761
			}
			a, b := make([]uint32, cols*ldy), make([]uint32, cols*ldy)
			bf16TransposeGeneric(rows, cols, ldx, ldy, x, a)
			bf16.fn.transpose(rows, cols, ldx, ldy, x, b)
			require.Empty(t, cmp.Diff(a, b), s)
		}
	}
}
