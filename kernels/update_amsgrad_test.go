package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// TestAMSGradValue lets gradients shrink, so that the largest second moment lies behind.
func TestAMSGradValue(t *testing.T) {
	const n, steps = 133, 20
	s := familyStep
	s.Beta2 = 0.5
	p, m, v, most := kerneltest.Floats(9, n), make([]float32, n), make([]float32, n), make([]float32, n)
	want, wm, wv, wmost, scale := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range p {
		want[i], scale[i] = float64(p[i]), 20
	}
	for step := range steps {
		g := kerneltest.Floats(uint64(step), n)
		for i := range g {
			g[i] /= float32(step + 1)
		}
		kernels.AMSGrad(s, g, p, m, v, most)
		for i := range want {
			before := want[i]
			_, wm[i], wv[i] = ref.Adam(ref.AdamStep(s), float64(g[i]), before, wm[i], wv[i])
			wmost[i] = max(wmost[i], wv[i])
			sum := s.Scale*float64(g[i]) + s.Decay*before
			want[i] = s.Keep*before - (s.Rate*wm[i]+s.Ahead*sum)/(math.Sqrt(wmost[i])/s.Root+s.Eps)
		}
	}
	kerneltest.Near(t, want, scale, 3*steps, p)
	kerneltest.Near(t, wmost, scale, 5*steps, most)
	assert.Less(t, v[7], most[7]/2, "the largest lies behind")
}
