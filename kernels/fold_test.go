package kernels_test

import (
	"math"
	"testing"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

// Fold sums what the definition says: along an axis the rows of the 4×4 window are row 2, 1+2, 0+1 and 0 of the 3×3 one.
func TestFold(t *testing.T) {
	const c, ic, oc = 3, 5, 7
	w := kerneltest.Floats(1, 9*ic*oc)
	folded := kerneltest.Guard(kerneltest.Floats(2, 16*c*oc), 1)
	for i := range kernels.FoldTasks {
		kernels.Fold(i, c, ic, oc, w, folded.X)
	}
	folded.Check(t)
	member := [4][3]float64{{0, 0, 1}, {0, 1, 1}, {1, 1, 0}, {1, 0, 0}}
	for at, got := range folded.X {
		a, b, i, o := at/(4*c*oc), at/(c*oc)%4, at/oc%c, at%oc
		want, scale := 0.0, 0.0
		for r := range 3 {
			for s := range 3 {
				term := member[a][r] * member[b][s] * float64(w[((r*3+s)*ic+i)*oc+o])
				want, scale = want+term, scale+math.Abs(term)
			}
		}
		kerneltest.Near(t, []float64{want}, []float64{scale}, 4, []float32{got})
	}
}

// Unfold is the adjoint of Fold: ⟨Fold w, g⟩ = ⟨w, Unfold g⟩, with g's channels swapped; and it adds.
func TestUnfold(t *testing.T) {
	const c, ic, oc = 70, 73, 5
	w, g := kerneltest.Floats(1, 9*ic*oc), kerneltest.Floats(2, 16*c*oc)
	folded, before := make([]float32, len(g)), kerneltest.Floats(3, len(w))
	for i := range kernels.FoldTasks {
		kernels.Fold(i, c, ic, oc, w, folded)
	}
	dw := kerneltest.Guard(before, 2)
	for i := range kernels.UnfoldTasks {
		kernels.Unfold(i, c, ic, oc, g, dw.X)
	}
	dw.Check(t)
	left, right, scale := 0.0, 0.0, 0.0
	for at, v := range folded {
		tap, i, o := at/(c*oc), at/oc%c, at%oc
		left += float64(v) * float64(g[(tap*oc+o)*c+i])
		scale += math.Abs(float64(v) * float64(g[(tap*oc+o)*c+i]))
	}
	for i, v := range dw.X {
		right += float64(w[i]) * (float64(v) - float64(before[i]))
	}
	if diff := math.Abs(left - right); !(diff <= 1e-6*scale) {
		t.Errorf("⟨Fold w, g⟩ = %v, ⟨w, Unfold g⟩ = %v", left, right)
	}
}
