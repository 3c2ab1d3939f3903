package kernels

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// channel16Kernels are the kernels on a map x, a second one y and factors, writing to z.
var channel16Kernels = map[string]func(rows, c int, stream bool, x, y, z []uint16, a, b, k []float32){
	"affine": func(rows, c int, stream bool, x, _, z []uint16, a, b, _ []float32) {
		ChannelAffine16(rows, c, stream, x, a, b, z)
	},
	"relu": func(rows, c int, stream bool, x, _, z []uint16, a, b, _ []float32) {
		ChannelAffineReLU16(rows, c, stream, x, a, b, z)
	},
	"silu": func(rows, c int, stream bool, x, _, z []uint16, a, b, _ []float32) {
		ChannelAffineSiLU16(rows, c, stream, x, a, b, z)
	},
	"scale": func(rows, c int, _ bool, x, _, z []uint16, a, _, _ []float32) { channelScale16(rows, c, x, a, z) },
	"grad": func(rows, c int, stream bool, x, y, z []uint16, a, b, k []float32) {
		BatchNormGrad16(rows, c, stream, x, y, a, b, k, z)
	},
}

// channel16Floats are the kernels of channel.go that they round the results of.
var channel16Floats = map[string]func(rows, c int, x, y, z, a, b, k []float32){
	"affine": func(rows, c int, x, _, z, a, b, _ []float32) { channelAffineGeneric(rows, c, false, x, a, b, z) },
	"relu":   func(rows, c int, x, _, z, a, b, _ []float32) { channelAffineReLUGeneric(rows, c, false, x, a, b, z) },
	"silu": func(rows, c int, x, _, z, a, b, _ []float32) {
		channelAffineGeneric(rows, c, false, x, a, b, z)
		for i, v := range z {
			z[i] = v * sigmoid16Of(v)
		}
	},
	"scale": func(rows, c int, x, _, z, a, _, _ []float32) { channelScaleGeneric(rows, c, false, x, a, z) },
	"grad":  func(rows, c int, x, y, z, a, b, k []float32) { batchNormGradGeneric(rows, c, false, x, y, a, b, k, z) },
}

// quiet16 makes all that are no numbers one: processors choose differently which of two they keep.
func quiet16(x []uint16) []uint16 {
	y := append([]uint16(nil), x...)
	for i, v := range y {
		if v&0x7fff > 0x7f80 {
			y[i] = 0x7fc0
		}
	}
	return y
}

// A kernel of maps in bfloat16 is that of float32 between widening and rounding, to the last bit, and writes no more than its map.
func TestChannel16(t *testing.T) {
	for name, kernel := range channel16Kernels {
		for _, c := range []int{1, 3, 11, 16, 24, 40, 48, 300, 515} {
			for _, rows := range []int{0, 1, 2, 7, 130} {
				n := rows * c
				x, y := bf16Inputs(n, 4), bf16Inputs(n, 5)
				a, b, k := bf16Inputs(c, 6), bf16Inputs(c, 7), bf16Inputs(c, 8)
				x16, y16 := make([]uint16, n), make([]uint16, n)
				bf16SplitGeneric(x, x16, nil)
				bf16SplitGeneric(y, y16, nil)
				bfloatToGeneric(x16, x)
				bfloatToGeneric(y16, y)
				z, want := make([]float32, n), make([]uint16, n+1)
				channel16Floats[name](rows, c, x, y, z, a, b, k)
				narrow16Generic(z, want)
				want[n] = 7
				for _, isa := range Supported() {
					for _, stream := range []bool{false, true} {
						t.Run(fmt.Sprint(name, isa, stream, rows, c), func(t *testing.T) {
							defer Limit(isa)()
							got := make([]uint16, n+1)
							got[n] = 7
							kernel(rows, c, stream, x16, y16, got, a, b, k)
							require.Empty(t, cmp.Diff(quiet16(want), quiet16(got)))
						})
					}
				}
			}
		}
	}
}

// The sigmoid of maps in bfloat16 is within 1e-5, and NaN of NaN.
func TestSigmoid16(t *testing.T) {
	for x := -86.0; x < 90; x += 0.00137 {
		want := 1 / (1 + math.Exp(-float64(float32(x))))
		if e := math.Abs(float64(sigmoid16Of(float32(x)))/want - 1); !(e <= 1e-5) {
			t.Fatalf("σ(%v) has an error of %v", x, e)
		}
	}
	require.True(t, math.IsNaN(float64(float32(math.NaN())*sigmoid16Of(float32(math.NaN())))))
	require.Equal(t, float32(0), 1e-30*sigmoid16Of(float32(math.Inf(-1))))
}
