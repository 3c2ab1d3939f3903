package kernels_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

// someBytes returns n bytes of noise.
func someBytes(key uint64, n int) []uint8 {
	x := make([]uint8, n)
	for i, v := range kerneltest.Floats(key, n) {
		x[i] = uint8(math.Float32bits(v) >> 9)
	}
	return x
}

// fenced calls f with n bytes that lie offset from a boundary, and looks that none beside them changed.
func fenced(t *testing.T, n, offset int, f func(y []uint8)) []uint8 {
	t.Helper()
	all := make([]uint8, n+offset+64)
	for i := range all {
		all[i] = 0xa5
	}
	y := all[offset+1:][:n:n]
	f(y)
	for i, v := range all {
		if i <= offset || i > offset+n {
			require.Equal(t, uint8(0xa5), v, "n %d: byte %d is beside the slice", n, i)
		}
	}
	return y
}

func TestByteTable(t *testing.T) {
	table := [256]uint8(someBytes(1, 256))
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range append(kerneltest.Sizes(32, 64), 256, 700) {
			x := someBytes(2, n)
			for i := range min(n, 256) {
				x[i] = uint8(i)
			}
			y := fenced(t, n, n%3, func(y []uint8) { kernels.ByteTable(&table, x, y) })
			for i, v := range x {
				require.Equal(t, table[v], y[i], "n %d: %d", n, v)
			}
			kernels.ByteTable(&table, x, x)
			require.Equal(t, x, y, "in place")
		}
	})
}

func TestByteExchange(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range kerneltest.Sizes(32, 64) {
			a, b := someBytes(3, n), someBytes(4, n)
			lo := append([]uint8{}, a...)
			hi := fenced(t, n, 1, func(y []uint8) { copy(y, b); kernels.ByteExchange(lo, y) })
			for i := range n {
				require.Equal(t, min(a[i], b[i]), lo[i])
				require.Equal(t, max(a[i], b[i]), hi[i])
			}
		}
	})
}

func TestByteTaps(t *testing.T) {
	tests := []struct {
		shift int
		w     []int16
	}{{1, []int16{2}}, {15, []int16{10923, 10922, 10923}}, {11, []int16{-2048, -3, 9000, -700, -2048, -1}},
		{22, []int16{32767, 1, -30000, 32767}}, {8, []int16{255, -255, 255, -255, 256}}, {15, []int16{32767, 32767, 32767, -32768, -32768, -32768, 1}}}
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, tt := range tests {
			for _, n := range kerneltest.Sizes(32, 64) {
				rows := make([][]uint8, len(tt.w))
				for k := range rows {
					rows[k] = someBytes(uint64(5+k), n+k)[k:]
				}
				y := fenced(t, n, 2, func(y []uint8) { kernels.ByteTaps(tt.shift, tt.w, rows, y) })
				for i := range n {
					var sum float64
					for k, w := range tt.w {
						sum += float64(w) * float64(rows[k][i])
					}
					want := math.Floor(sum/float64(int(1)<<tt.shift) + 0.5)
					require.Equal(t, min(max(want, 0), 255), float64(y[i]), "%v: n %d, %d", tt, n, i)
				}
			}
		}
	})
	require.Panics(t, func() { kernels.ByteTaps(1, []int16{1}, [][]uint8{{1}}, make([]uint8, 2)) })
	require.Panics(t, func() { kernels.ByteTaps(0, []int16{1}, [][]uint8{{1}}, make([]uint8, 1)) })
}

func TestBytesAndFloats(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	special := []float32{nan, -nan, inf, -inf, -1, 2, 0, float32(math.Copysign(0, -1)), 1, 1e-45, 0.5 / 255, 1.5 / 255}
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range append(kerneltest.Sizes(32, 64), 256) {
			x, f := make([]uint8, n), make([]float32, n)
			for i := range x {
				x[i] = uint8(i)
			}
			kernels.BytesToFloats(x, f)
			for i, v := range x {
				require.Equal(t, float32(v)/255, f[i])
			}
			y := fenced(t, n, 0, func(y []uint8) { kernels.FloatsToBytes(f, y) })
			require.Equal(t, x, y, "there and back")
			for i := range f {
				f[i] = special[i%len(special)]
				if i >= len(special) {
					f[i] = float32(i)/200 - 0.1
				}
			}
			y = fenced(t, n, 3, func(y []uint8) { kernels.FloatsToBytes(f, y) })
			for i, v := range f {
				want := uint8(0)
				if v > 0 {
					want = uint8(float32(min(v, 1)*255) + 0.5)
				}
				require.Equal(t, want, y[i], "%v", v)
			}
		}
	})
}

func BenchmarkBytes(b *testing.B) {
	const n = 1536
	x, y, f := someBytes(1, n), make([]uint8, n), make([]float32, n)
	table := [256]uint8(someBytes(2, 256))
	rows := [][]uint8{x, x, x, x, x}
	w := []int16{1, 2, 3, 4, 5}
	for _, isa := range kernels.Supported() {
		run := func(name string, once func()) {
			b.Run(fmt.Sprintf("%s/%v", name, isa), func(b *testing.B) {
				defer kernels.Limit(isa)()
				b.SetBytes(n)
				for b.Loop() {
					once()
				}
			})
		}
		run("Table", func() { kernels.ByteTable(&table, x, y) })
		run("Exchange", func() { kernels.ByteExchange(x, y) })
		run("Taps5", func() { kernels.ByteTaps(4, w, rows, y) })
		run("ToFloats", func() { kernels.BytesToFloats(x, f) })
		run("OfFloats", func() { kernels.FloatsToBytes(f, y) })
	}
}
