package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

func someReals(key uint64, n int, scale float64) []float64 {
	x := make([]float64, n)
	for i, v := range kerneltest.Floats(key, n) {
		x[i] = float64(v) * scale
	}
	return x
}

func TestProjectPoints(t *testing.T) {
	m := [9]float64{1.1, -0.2, 3, 0.3, 0.9, -7, 1e-3, -2e-4, 1}
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range append(kerneltest.Sizes(8, 16), 100) {
			x, y := someReals(101, n+1, 500), someReals(102, n+1, 300)
			u, v := append([]float64{}, x...), append([]float64{}, y...)
			kernels.ProjectPoints(&m, u[:n], v[:n])
			for i := range n {
				s := 1 / (float64(m[6]*x[i]) + float64(m[7]*y[i]) + m[8])
				wantX := (float64(m[0]*x[i]) + float64(m[1]*y[i]) + m[2]) * s
				wantY := (float64(m[3]*x[i]) + float64(m[4]*y[i]) + m[5]) * s
				require.Equal(t, [2]float64{wantX, wantY}, [2]float64{u[i], v[i]}, "n %d: %d", n, i)
			}
			require.Equal(t, []float64{x[n], y[n]}, []float64{u[n], v[n]})
		}
		x, y := make([]float64, 8), make([]float64, 8)
		kernels.ProjectPoints(&[9]float64{1, 0, 0, 0, 1, 1, 0, 0, 0}, x, y)
		require.True(t, math.IsNaN(x[3]) && math.IsInf(y[3], 1), "points at the horizon")
	})
}

func TestPlacesOf(t *testing.T) {
	special := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1 << 22, -1 << 22, 1<<22 - 1, 1 - 1<<22, 0, 0.5, 0.5 + 1./512, 0.5 - 1./512, 1e300, -1e300, 3.25}
	want := []int32{-1 << 30, 1 << 30, -1 << 30, 1 << 30, -1 << 30, 1<<30 - 384, 128 - 1<<30, -128, 0, 1, 0, 1 << 30, -1 << 30, 704}
	kerneltest.EachISA(t, func(t *testing.T) {
		for shift := range len(special) {
			x := append(append([]float64{}, special[shift:]...), special[:shift]...)
			p := make([]int32, len(x))
			kernels.PlacesOf(x, p)
			for i, v := range p {
				require.Equal(t, want[(i+shift)%len(want)], v, "%v", x[i])
			}
		}
		for _, n := range append(kerneltest.Sizes(8, 16), 300) {
			x, p := someReals(103, n, 2000), make([]int32, n+1)
			p[n] = 9
			kernels.PlacesOf(x, p[:n])
			for i, v := range x {
				require.Equal(t, int32(math.Floor(v*256-128+0.5)), p[i])
			}
			require.Equal(t, int32(9), p[n])
		}
	})
}
