package kernels

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParsePrecision(t *testing.T) {
	for i, name := range Precisions() {
		p, err := ParsePrecision(name)
		require.NoError(t, err)
		assert.Equal(t, Precision(i), p)
		assert.Equal(t, name, p.String())
	}
	_, err := ParsePrecision("fp8")
	assert.EqualError(t, err, `no precision "fp8"; there are: fp32, fp16, bf16, bf16x3`)
}

// A unit says what multiplies, and why that is not AMX where the processor has it.
func TestBfloat16Unit(t *testing.T) {
	for _, isa := range Supported() {
		restore := Limit(isa)
		u := Bfloat16Unit()
		switch isa {
		case AMX:
			assert.Equal(t, Unit{ISA: AMX}, u)
		case AVX512:
			assert.Equal(t, AVX512, u.ISA)
			assert.Equal(t, 2, u.Slowness)
		default:
			assert.Equal(t, Generic, u.ISA)
			assert.Equal(t, 50, u.Slowness)
		}
		if isa != AMX && supported[AMX] {
			assert.Equal(t, "SEGTRAIN_ISA="+isa.String()+" leaves AMX out", u.Reason)
		}
		restore()
	}
	defer func(reason string) { tilesRefused = reason }(tilesRefused)
	defer Limit(Generic)()
	tilesRefused = "Linux refuses the state of AMX's tiles: no space left on device"
	assert.Equal(t, tilesRefused, Bfloat16Unit().Reason)
}

// What was computed with SEGTRAIN_ISA or on another processor is the same; what is rounded otherwise is not.
func TestPrecisionsDiffer(t *testing.T) {
	x, w := make([]float32, 64), make([]float32, 64*64)
	for i := range w {
		x[i%64], w[i] = 1+float32(i%7)/300, 1-float32(i%11)/900
	}
	var results []float32
	for _, p := range []Precision{Float32, BFloat16, BFloat16x3} {
		c := p.NewConv(1, 32, 64, 1, Window{IH: 1, IW: 2, KH: 1, KW: 1, SH: 1, SW: 1, DH: 1, DW: 1})
		packed, scratch, y := make([]float32, c.ForwardPacked()), make([]float32, c.Scratch()), make([]float32, 128)
		for i := range c.PackForwardTasks() {
			c.PackForward(i, w, packed)
		}
		for i := range c.ForwardTasks() {
			c.Forward(i, false, x, packed, y, scratch)
		}
		results = append(results, y[5])
	}
	assert.NotEqual(t, results[0], results[1])
	assert.InEpsilon(t, results[0], results[1], 1e-2)
	assert.InEpsilon(t, results[0], results[2], 1e-5)
}
