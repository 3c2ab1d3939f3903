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

// halves are all there are.
func halves() []uint16 {
	h := make([]uint16, 1<<16)
	for i := range h {
		h[i] = uint16(i)
	}
	return h
}

func TestF16ToF32(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		h := halves()
		y := make([]float32, len(h))
		kernels.F16ToF32(h, y)
		for i, v := range y {
			want := ref.Half(h[i])
			if want != want {
				quiet := uint32(i&0x8000)<<16 | 0x7fc00000 | uint32(i&0x3ff)<<13 // sign and payload stay
				require.Equal(t, quiet, math.Float32bits(v), "%04x", i)
				continue
			}
			require.Equal(t, math.Float32bits(float32(want)), math.Float32bits(v), "%04x: %v", i, v)
		}
		back := make([]uint16, len(h))
		kernels.F32ToF16(y, back)
		for i, b := range back {
			want := h[i]
			if v := y[i]; v != v {
				want |= 0x200
			}
			require.Equal(t, want, b)
		}
	})
}

// TestF32ToF16 rounds what lies on, just below and just above the middle of two neighbouring halves.
func TestF32ToF16(t *testing.T) {
	var x []float32
	var want []uint16
	add := func(v float64, h uint16) {
		x, want = append(x, float32(v), float32(-v)), append(want, h, h|0x8000)
	}
	for h := range uint16(0x7c00) {
		next := ref.Half(h + 1)
		if h == 0x7bff {
			next = 65536
		}
		middle := (ref.Half(h) + next) / 2
		require.Equal(t, middle, float64(float32(middle)))
		add(middle, h+h&1)
		add(float64(math.Nextafter32(float32(middle), 0)), h)
		add(float64(math.Nextafter32(float32(middle), 1e9)), h+1)
	}
	add(math.Inf(1), 0x7c00)
	add(math.MaxFloat32, 0x7c00)
	add(1e-45, 0)
	kerneltest.EachISA(t, func(t *testing.T) {
		y := make([]uint16, len(x))
		kernels.F32ToF16(x, y)
		for i := range y {
			require.Equal(t, want[i], y[i], "%x = %v", math.Float32bits(x[i]), x[i])
		}
	})
}

func TestHalfSameEverywhere(t *testing.T) {
	x := make([]float32, 0, 1<<16)
	for bits := uint64(0); bits < 1<<32; bits += 65521 { // NaN of all kinds too
		x = append(x, math.Float32frombits(uint32(bits)))
	}
	restore := kernels.Limit(kernels.Generic)
	want := make([]uint16, len(x))
	kernels.F32ToF16(x, want)
	restore()
	kerneltest.EachISA(t, func(t *testing.T) {
		got := make([]uint16, len(x))
		kernels.F32ToF16(x, got)
		require.Equal(t, want, got)
		for _, n := range kerneltest.Sizes(8, 16) {
			for offset := range 3 {
				got := make([]uint16, n+2)
				got[0], got[n+1] = 0xabcd, 0xabcd
				kernels.F32ToF16(x[7000+offset:][:n], got[1:])
				assert.Equal(t, want[7000+offset:][:n], got[1:n+1])
				assert.Equal(t, []uint16{0xabcd, 0xabcd}, []uint16{got[0], got[n+1]}, "fences")
				g := kerneltest.Guard(make([]float32, n), offset)
				kernels.F16ToF32(want[offset:][:n], g.X)
				g.Check(t)
			}
		}
	})
}

// What is limited is finite, and is what F32ToF16 makes of it where that is; NaN stays NaN.
func TestF32ToF16Clamped(t *testing.T) {
	var x []float32
	for bits := uint64(0); bits < 1<<32; bits += 65521 {
		x = append(x, math.Float32frombits(uint32(bits)))
	}
	inf := float32(math.Inf(1))
	x = append(x, inf, -inf, 65504, 65519, 65520, -65520, 65505, math.MaxFloat32, 5e-8, -3e-8, 0)
	plain := make([]uint16, len(x))
	kernels.F32ToF16(x, plain)
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range append(kerneltest.Sizes(8, 16), len(x)) {
			from, got := x[len(x)-n:], make([]uint16, n+1)
			got[n] = 0xabcd
			kernels.F32ToF16Clamped(from, got[:n])
			for i, v := range from {
				want := plain[len(x)-n+i]
				if want&0x7fff == 0x7c00 {
					want--
				}
				require.Equal(t, want, got[i], "%x = %v", math.Float32bits(v), v)
			}
			require.Equal(t, uint16(0xabcd), got[n])
		}
	})
}

func BenchmarkHalf(b *testing.B) {
	x, h := kerneltest.Floats(1, 16384), make([]uint16, 16384)
	for _, isa := range kernels.Supported() {
		b.Run(fmt.Sprintf("F32ToF16/%v", isa), func(b *testing.B) {
			defer kernels.Limit(isa)()
			b.SetBytes(int64(6 * len(x)))
			for b.Loop() {
				kernels.F32ToF16(x, h)
			}
		})
		b.Run(fmt.Sprintf("F16ToF32/%v", isa), func(b *testing.B) {
			defer kernels.Limit(isa)()
			b.SetBytes(int64(6 * len(x)))
			for b.Loop() {
				kernels.F16ToF32(h, x)
			}
		})
	}
}
