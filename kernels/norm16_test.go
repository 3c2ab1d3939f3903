package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// gaussian returns random numbers.
func gaussian(n int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 11))
	x := make([]float32, n)
	for i := range x {
		x[i] = 3 * float32(rng.NormFloat64())
	}
	return x
}

// Denormal numbers become zeros of their sign, and others are rounded as ever, on every processor.
func TestNarrow16(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 17, 1000, narrow16Call + 3} {
		x := bf16Inputs(n, 12)
		if n > 4 {
			x[0], x[1], x[2], x[3] = 0x1p-127, -0x1p-149, float32(math.Copysign(0, -1)), 0x1p-126
		}
		want := make([]uint16, n+1)
		want[n] = 3
		for i, v := range x {
			if want[i] = bf16Of(v); math.Abs(float64(v)) < 0x1p-126 {
				want[i] &= 0x8000
			}
		}
		for _, isa := range Supported() {
			t.Run(fmt.Sprint(isa, n), func(t *testing.T) {
				defer Limit(isa)()
				got := make([]uint16, n+1)
				got[n] = 3
				Narrow16(x, got)
				require.Empty(t, cmp.Diff(want, got))
			})
		}
	}
}

// Sums of what is rounded are those of generic Go, to the last bit, and what is rounded is too.
func TestNorm16EqualsGeneric(t *testing.T) {
	for _, c := range []int{1, 7, 16, 24, 48, 515} {
		for _, rows := range []int{1, 3, 40} {
			x, dy, a, b, mean := gaussian(rows*c, 1), gaussian(rows*c, 2), gaussian(c, 3), gaussian(c, 4), gaussian(c, 5)
			x16 := make([]uint16, rows*c)
			bf16SplitGeneric(x, x16, nil)
			run := func(act Gate16) [][]float32 {
				s1, s2, s3, s4 := gaussian(c, 6), gaussian(c, 7), gaussian(c, 8), gaussian(c, 9)
				y, dz := make([]uint16, rows*c+1), make([]uint16, rows*c+1)
				y[rows*c], dz[rows*c] = 5, 5
				ChannelMoments16(rows, c, x, mean, s1, s2, y)
				NormGradSums16(act, rows, c, x16, a, b, mean, dy, s3, s4, dz)
				results := [][]float32{s1, s2, s3, s4}
				keep := func(list ...[]uint16) {
					for _, v := range list {
						wide := make([]float32, len(v))
						bfloatToGeneric(v, wide)
						results = append(results, wide)
					}
				}
				keep(y, dz)
				NormGradSumsMore16(act, rows, c, x16, a, b, mean, a, s3, s4, dz)
				ScaleGrad16(rows, c, x16, a, dy, s2, y)
				keep(y, dz)
				return results
			}
			for act := Gate16None; act <= Gate16SiLU; act++ {
				restore := Limit(Generic)
				want := run(act)
				restore()
				for _, isa := range Supported()[1:] {
					t.Run(fmt.Sprint(isa, act, rows, c), func(t *testing.T) {
						defer Limit(isa)()
						require.Empty(t, cmp.Diff(want, run(act)))
					})
				}
			}
		}
	}
}

// The sums are those of the kernels of float32 on the same numbers, and the gradient is that of the activation.
func TestNorm16Values(t *testing.T) {
	const rows, c = 40, 24
	x, dy, a, b, mean := gaussian(rows*c, 1), gaussian(rows*c, 2), gaussian(c, 3), gaussian(c, 4), gaussian(c, 5)
	x16, dz := make([]uint16, rows*c), make([]uint16, rows*c)
	bf16SplitGeneric(x, x16, nil)
	bfloatToGeneric(x16, x)
	for act := Gate16None; act <= Gate16SiLU; act++ {
		want, s1, s2, t1, t2 := make([]float32, rows*c), make([]float32, c), make([]float32, c), make([]float32, c), make([]float32, c)
		for i, v := range x {
			z, slope := float64(v)*float64(a[i%c])+float64(b[i%c]), 1.0
			switch s := 1 / (1 + math.Exp(-z)); {
			case act == Gate16ReLU && z <= 0:
				slope = 0
			case act == Gate16SiLU:
				slope = s * (1 + z*(1-s))
			}
			want[i] = float32(float64(dy[i]) * slope)
		}
		BatchNormGradSums(rows, c, x, want, mean, s1, s2)
		NormGradSums16(act, rows, c, x16, a, b, mean, dy, t1, t2, dz)
		for i, v := range want {
			if e := math.Abs(float64(bf16Wide(dz[i]) - v)); !(e <= 0x1p-8*math.Abs(float64(v))+1e-4) {
				t.Fatalf("%v: gradient %d is %v, want %v", act, i, bf16Wide(dz[i]), v)
			}
		}
		for j := range c {
			require.InDelta(t, s1[j], t1[j], 2e-3)
			require.InDelta(t, s2[j], t2[j], 2e-2)
		}
	}
}

// What is added to a gradient on the way is as if it had been there, and a scaled image has the gradients of a product.
func TestNorm16More(t *testing.T) {
	const rows, c = 9, 20
	x, dy, a, b, mean, add := gaussian(rows*c, 1), gaussian(rows*c, 2), gaussian(c, 3), gaussian(c, 4), gaussian(c, 5), gaussian(c, 6)
	x16, dz, want, sum := make([]uint16, rows*c), make([]uint16, rows*c), make([]uint16, rows*c), make([]float32, rows*c)
	bf16SplitGeneric(x, x16, nil)
	bf16SplitGeneric(dy, dz, nil)
	for i := range sum {
		sum[i] = bf16Wide(dz[i]) + add[i%c]
	}
	s1, s2, t1, t2 := make([]float32, c), make([]float32, c), make([]float32, c), make([]float32, c)
	NormGradSums16(Gate16SiLU, rows, c, x16, a, b, mean, sum, s1, s2, want)
	NormGradSumsMore16(Gate16SiLU, rows, c, x16, a, b, mean, add, t1, t2, dz)
	require.Equal(t, [][]float32{s1, s2}, [][]float32{t1, t2})
	require.Equal(t, want, dz)

	dot, dx := make([]float32, c), make([]uint16, rows*c)
	ScaleGrad16(rows, c, x16, a, dy, dot, dx)
	for j := range c {
		exact := 0.0
		for i := j; i < rows*c; i += c {
			exact += float64(bf16Wide(x16[i])) * float64(dy[i])
			require.Equal(t, narrow16Of(dy[i]*a[j]), dx[i])
		}
		require.InDelta(t, exact, float64(dot[j]), 1e-4)
	}
}

// BenchmarkNorm16 times what goes over maps in bfloat16, of 96 channels, in the second-level cache and beyond the last one.
func BenchmarkNorm16(b *testing.B) {
	const c = 96
	for _, rows := range []int{1 << 10, 1 << 17} {
		n := rows * c
		x, y, z := make([]uint16, n), make([]uint16, n), make([]uint16, n)
		f, a := make([]float32, 1<<10*c), make([]float32, c)
		for i := range a {
			a[i] = 1
		}
		for i := range x {
			x[i], y[i] = uint16(0x3f80+i%128), 0x3f80
		}
		sub := func(name string, bytes int, run func()) {
			b.Run(fmt.Sprint(name, "/", rows), func(b *testing.B) {
				b.SetBytes(int64(bytes * n))
				for b.Loop() {
					run()
				}
			})
		}
		stream := Streams(n)
		sub("affine", 4, func() { ChannelAffine16(rows, c, stream, x, a, a, z) })
		sub("silu", 4, func() { ChannelAffineSiLU16(rows, c, stream, x, a, a, z) })
		sub("grad", 6, func() { BatchNormGrad16(rows, c, stream, x, y, a, a, a, z) })
		tasks := func(run func(at int)) func() {
			return func() {
				for at := 0; at < n; at += len(f) {
					run(at)
				}
			}
		}
		sub("moments", 6, tasks(func(at int) { ChannelMoments16(1<<10, c, f, a, a, a, z[at:]) }))
		sub("narrow", 6, tasks(func(at int) { F32ToBF16(f, z[at:at+len(f)]) }))
		sub("widen", 6, tasks(func(at int) { BF16ToF32(x[at:at+len(f)], f) }))
		sub("relusums", 8, tasks(func(at int) { NormGradSums16(Gate16ReLU, 1<<10, c, x[at:], a, a, a, f, a, a, z[at:]) }))
		sub("silusums", 8, tasks(func(at int) { NormGradSums16(Gate16SiLU, 1<<10, c, x[at:], a, a, a, f, a, a, z[at:]) }))
	}
}
