package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// whole returns n whole numbers times step, small enough that sums of products have no rounding.
func whole(seed uint64, n int, step float32) []float32 {
	x := kerneltest.Floats(seed, n)
	for i, v := range x {
		x[i] = step * float32(math.Round(float64(3*v)))
	}
	return x
}

// With whole numbers the transforms round nowhere, so that tiles give exactly what the definition says.
func TestTilesAreTheDefinition(t *testing.T) {
	for _, p := range []ref.Conv{
		conv(1, 4, 4, 16, 16, 3, 1), conv(2, 7, 5, 24, 40, 3, 1), conv(1, 1, 2, 16, 19, 3, 1), conv(1, 5, 6, 21, 29, 3, 1),
		conv(1, 3, 246, 72, 16, 3, 1), // several chunks of tiles in a band, and blocks of channels
	} {
		nx, nw, ny := p.N*p.IH*p.IW*p.IC, p.KH*p.KW*p.IC*p.OC, p.N*p.OH()*p.OW()*p.OC
		x, w, dy := whole(1, nx, 1), whole(2, nw, 4), whole(3, ny, 4)
		y0, dx0, dw0 := whole(4, ny, 1), whole(5, nx, 1), whole(6, nw, 1)
		kerneltest.EachISA(t, func(t *testing.T) {
			r := runConv(t, p, x, w, dy, y0, dx0, dw0)
			exact(t, y0, r.y)(p.Forward(x, w))
			exact(t, dx0, r.dx)(p.GradInput(dy, w))
			exact(t, dw0, r.dw)(p.GradWeight(x, dy))
		})
	}
}

func exact(t *testing.T, start, got []float32) func(sum, scale []float64) {
	return func(sum, _ []float64) {
		t.Helper()
		for i, s := range start {
			if want := sum[i] + float64(s); float64(got[i]) != want {
				t.Fatalf("value %d is %v, not %v", i, got[i], want)
			}
		}
	}
}

// The error of tiles is at most three times that of the plain sum, which fewer channels than tiles take have.
func TestTilesAreAccurate(t *testing.T) {
	p, few := conv(1, 16, 16, 64, 16, 3, 1), conv(1, 16, 16, 64, 8, 3, 1)
	x, w := kerneltest.Floats(1, 16*16*64), kerneltest.Floats(2, 9*64*16)
	wFew := make([]float32, 0, len(w)/2)
	for i := 0; i < len(w); i += 16 {
		wFew = append(wFew, w[i:i+8]...)
	}
	rms := func(p ref.Conv, w []float32) float64 {
		y := make([]float32, 16*16*p.OC)
		got := runConv(t, p, x, w, y, y, make([]float32, len(x)), make([]float32, len(w)))
		want, _ := p.Forward(x, w)
		sum := 0.0
		for i, v := range want {
			sum += (float64(got.y[i]) - v) * (float64(got.y[i]) - v)
		}
		return math.Sqrt(sum / float64(len(want)))
	}
	tiles, plain := rms(p, w), rms(few, wFew)
	assert.Greater(t, tiles, plain/3)
	assert.Less(t, tiles, 3*plain)
	t.Logf("tiles %.2g, plain %.2g", tiles, plain)
}

// Tiles save products, and only where there are channels enough for them.
func TestTilesSaveProducts(t *testing.T) {
	window := conv(1, 8, 6, 1, 1, 3, 1).Window
	definition := func(ic, oc int) int { return 2 * 9 * 8 * 6 * ic * oc }
	assert.Equal(t, definition(32, 16)*4/9, kernels.NewConv(1, 32, 16, 1, window).FLOPs())
	assert.Equal(t, definition(3, 16), kernels.NewConv(1, 3, 16, 1, window).FLOPs())
	assert.Equal(t, definition(32, 8), kernels.NewConv(1, 32, 8, 1, window).FLOPs())
	grouped := kernels.NewConv(1, 32, 32, 2, window)
	assert.Equal(t, definition(16, 32), grouped.FLOPs())
}
