package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/golden"
	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// unary, binary and accumulated lift a reference to the slices of an elementwise.
func unary(f func(x float64) (value, scale float64)) reference {
	return func(x []float64) (value, scale float64) { return f(x[0]) }
}

func binary(f func(x, y float64) (value, scale float64)) reference {
	return func(x []float64) (value, scale float64) { return f(x[0], x[1]) }
}

func accumulated(f func(x, dy float64) (value, scale float64)) reference {
	return func(x []float64) (value, scale float64) {
		value, scale = f(x[0], x[1])
		return x[2] + value, math.Abs(x[2]) + scale
	}
}

var actKernels = []elementwise{
	{"Exp", 2, func(x [][]float32) { kernels.Exp(x[0], x[1]) }, unary(ref.Exp), 2, "d7ad42013615ea66"},
	{"Sigmoid", 2, func(x [][]float32) { kernels.Sigmoid(x[0], x[1]) }, unary(ref.Sigmoid), 4, "80cc75ce1c63dc7a"},
	{"SiLU", 2, func(x [][]float32) { kernels.SiLU(x[0], x[1]) }, unary(ref.SiLU), 5, "b2ebac5c2659f944"},
	{"ReLU", 2, func(x [][]float32) { kernels.ReLU(x[0], x[1]) }, unary(ref.ReLU), 0, "72047e44364057c7"},
	{"SigmoidGrad", 3, func(x [][]float32) { kernels.SigmoidGrad(false, x[0], x[1], x[2]) },
		binary(ref.SigmoidGrad), 3, "7d31d00b5de2ed2e"},
	{"SigmoidGrad+", 3, func(x [][]float32) { kernels.SigmoidGrad(true, x[0], x[1], x[2]) },
		accumulated(ref.SigmoidGrad), 4, "035db5e98de0fff5"},
	{"SiLUGrad", 3, func(x [][]float32) { kernels.SiLUGrad(false, x[0], x[1], x[2]) },
		binary(ref.SiLUGrad), 8, "f3d2b71deba08811"},
	{"SiLUGrad+", 3, func(x [][]float32) { kernels.SiLUGrad(true, x[0], x[1], x[2]) },
		accumulated(ref.SiLUGrad), 9, "d639510349283845"},
	{"ReLUGrad", 3, func(x [][]float32) { kernels.ReLUGrad(false, x[0], x[1], x[2]) },
		binary(ref.ReLUGrad), 0, "e2f5485e1ae2ab49"},
	{"ReLUGrad+", 3, func(x [][]float32) { kernels.ReLUGrad(true, x[0], x[1], x[2]) },
		accumulated(ref.ReLUGrad), 1, "4b50a833d885b70e"},
}

func TestAct(t *testing.T)      { testElementwise(t, actKernels) }
func BenchmarkAct(b *testing.B) { benchmarkElementwise(b, actKernels) }

// every returns the floats from low to high whose bit patterns are stride apart.
func every(stride uint32, low, high float32) []float32 {
	var x []float32
	for _, sign := range []float32{1, -1} {
		for bits := uint64(0); bits < 0x7f800000; bits += uint64(stride) {
			if v := sign * math.Float32frombits(uint32(bits)); v >= low && v <= high {
				x = append(x, v)
			}
		}
	}
	return x
}

// maxULP returns the largest error of f on x in units in the last place of the float32 result.
func maxULP(f func(x, y []float32), want func(x float64) (value, scale float64), x []float32) float64 {
	y := make([]float32, len(x))
	f(x, y)
	worst := 0.0
	for i, v := range x {
		exact, _ := want(float64(v))
		ulp := math.Ldexp(1, max(math.Ilogb(exact), -126)-23)
		worst = max(worst, math.Abs(float64(y[i])-exact)/ulp)
	}
	return worst
}

func TestActAccuracy(t *testing.T) {
	for _, f := range []struct {
		name      string
		run       func(x, y []float32)
		want      func(x float64) (value, scale float64)
		low, high float32
		ulp       float64
	}{
		{"Exp", kernels.Exp, ref.Exp, -87.3, 88.7, 1},
		{"Log", kernels.Log, ref.Log, 0x1p-149, math.MaxFloat32, 1},
		{"Sigmoid", kernels.Sigmoid, ref.Sigmoid, -87.3, 100, 2.5},
		{"SiLU", kernels.SiLU, ref.SiLU, -80, 100, 3.5},
	} {
		t.Run(f.name, func(t *testing.T) {
			x := every(4001, f.low, f.high)
			assert.Greater(t, len(x), 250000)
			var worst golden.Worst
			worst.See("value", maxULP(f.run, f.want, x), f.ulp)
			worst.Report(t, "kernel "+f.name, "values, in units of the last place", golden.Float64)
		})
	}
}

func TestExpOutOfRange(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	odd := math.Float32frombits(0xff8001ff) // a signalling NaN with bits where the exponent is made
	kerneltest.EachISA(t, func(t *testing.T) {
		x := []float32{-inf, inf, nan, odd, -1e30, 1e30, 0, float32(math.Copysign(0, -1))}
		y := make([]float32, len(x))
		kernels.Exp(x, y)
		kerneltest.Equal(t, []float32{y[4], y[5], nan, nan, y[4], y[5], 1, 1}, y)
		assert.InEpsilon(t, math.Exp(-87.3), y[4], 1e-5)
		assert.InEpsilon(t, math.Exp(88.7), y[5], 1e-5)
		kernels.Sigmoid(x, y)
		kerneltest.Equal(t, []float32{y[0], 1, nan, nan, y[0], 1, 0.5, 0.5}, y)
	})
}

func TestLogOutOfRange(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	y := make([]float32, 6)
	kernels.Log([]float32{0, -1, -inf, nan, inf, 1}, y)
	kerneltest.Equal(t, []float32{-inf, nan, nan, nan, inf, 0}, y)
}

func TestActInPlace(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, f := range []func(x, y []float32){
			kernels.Exp, kernels.Log, kernels.Sigmoid, kernels.SiLU, kernels.ReLU,
		} {
			x, y := kerneltest.Floats(1, 37), make([]float32, 37)
			f(x, y)
			f(x, x)
			kerneltest.Equal(t, y, x)
		}
		x, dy, dx := kerneltest.Floats(1, 37), kerneltest.Floats(2, 37), make([]float32, 37)
		kernels.SiLUGrad(false, x, dy, dx)
		kernels.SiLUGrad(false, x, dy, dy)
		kerneltest.Equal(t, dx, dy)
	})
}
