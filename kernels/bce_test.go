package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

// A binaryCase is a loss of logits apart from each other, and the same in float64: of one logit x of class j that should
// have the probability t, with the loss's slope by x.
type binaryCase struct {
	name string
	c    int
	loss interface {
		Loss(x, t, scratch []float32) (loss, count float64)
		Grad(x, t []float32, scale float32, dx []float32)
	}
	weight    []float32
	reference func(x, t float64, j int) (loss, slope float64)
}

func binaryCases() []binaryCase {
	weight, positive := []float32{1, 0.5, 2}, []float32{3, 1, 0.25}
	return []binaryCase{
		{"bce", 1, &kernels.BCE{C: 1}, nil, func(x, t float64, _ int) (float64, float64) { return bceOf(x, t, 1) }},
		{"bce with all", 3, &kernels.BCE{C: 3, Smoothing: 0.125, PosWeight: positive, Weight: weight}, weight,
			func(x, t float64, j int) (float64, float64) {
				loss, slope := bceOf(x, t*0.875+(1-t)*0.125, float64(positive[j]))
				return loss * float64(weight[j]), slope * float64(weight[j])
			}},
		{"focal", 1, &kernels.SigmoidFocal{C: 1, Gamma: 2, On: 1, Off: 1}, nil,
			func(x, t float64, _ int) (float64, float64) { return focalOf(x, t, 2, 1, 1, 0) }},
		{"focal with all", 3, &kernels.SigmoidFocal{C: 3, Gamma: 1.5, On: 0.25, Off: 0.75, Weight: weight}, weight,
			func(x, t float64, j int) (float64, float64) {
				loss, slope := focalOf(x, t, 1.5, 0.25, 0.75, 0)
				return loss * float64(weight[j]), slope * float64(weight[j])
			}},
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func bceOf(x, t, positive float64) (loss, slope float64) {
	return positive*t*math.Log1p(math.Exp(-x)) + (1-t)*math.Log1p(math.Exp(x)),
		(1-t)*sigmoid(x) - positive*t*sigmoid(-x)
}

func focalOf(x, t, gamma, on, off, reduced float64) (loss, slope float64) {
	half := func(x float64) (loss, slope float64) {
		p, rest, ln := sigmoid(x), sigmoid(-x), math.Log1p(math.Exp(-x))
		switch {
		case p < reduced:
			return ln, -rest
		case reduced > 0:
			factor := math.Pow(rest/reduced, gamma)
			return factor * ln, -factor * (rest + gamma*p*ln)
		}
		return math.Pow(rest, gamma) * ln, -math.Pow(rest, gamma) * (rest + gamma*p*ln)
	}
	yes, yesSlope := half(x)
	no, noSlope := half(-x)
	return on*t*yes + off*(1-t)*no, on*t*yesSlope - off*(1-t)*noSlope
}

// binaryData returns logits between -30 and 30, and what they should be: 0, 1, something between, or ignored.
func binaryData(n int) (x, t []float32) {
	x, t = kerneltest.Floats(5, n), make([]float32, n)
	for i := range x {
		x[i] *= 30
		t[i] = []float32{0, 1, 1, 0, 0.25, -1, 0}[i%7]
	}
	return x, t
}

func TestBinaryLosses(t *testing.T) { testBinary(t, binaryCases(), "2a3dd6677dfc65a2") }

func TestBCEEach(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		x, want := binaryData(701)
		got := kerneltest.Guard(make([]float32, len(x)), 1)
		kernels.BCEEach(x, want, got.X)
		got.Check(t)
		for i, target := range want {
			each := -1.0
			if target >= 0 {
				each, _ = bceOf(float64(x[i]), float64(target), 1)
			}
			assert.InDelta(t, each, got.X[i], 1e-6*max(1, each))
		}
	})
}

func TestReducedFocal(t *testing.T) {
	testBinary(t, []binaryCase{
		{"half", 1, &kernels.SigmoidFocal{C: 1, Gamma: 2, On: 1, Off: 1, Reduced: 0.5}, nil,
			func(x, t float64, _ int) (float64, float64) { return focalOf(x, t, 2, 1, 1, 0.5) }},
		{"tenth", 3, &kernels.SigmoidFocal{C: 3, Gamma: 1.5, On: 0.25, Off: 0.75, Reduced: 0.125}, nil,
			func(x, t float64, _ int) (float64, float64) { return focalOf(x, t, 1.5, 0.25, 0.75, 0.125) }},
	}, "406fd90f667aad28")
}

func testBinary(t *testing.T, cases []binaryCase, checksum string) {
	kerneltest.EachISA(t, func(t *testing.T) {
		var all [][]float32
		for _, k := range cases {
			for _, rows := range []int{0, 1, 7, 701} {
				x, want := binaryData(rows * k.c)
				dx := kerneltest.Guard(make([]float32, len(x)), 1)
				loss, count := k.loss.Loss(x, want, dx.X)
				sum, counted, slopes := 0.0, 0.0, make([]float64, len(x))
				for i, target := range want {
					if target < 0 {
						continue
					}
					l, slope := k.reference(float64(x[i]), float64(target), i%k.c)
					sum, slopes[i] = sum+l, 0.5*slope
					if k.weight == nil {
						counted++
					} else {
						counted += float64(k.weight[i%k.c])
					}
				}
				assert.InDelta(t, sum, loss, 1e-6*sum, k.name)
				assert.Equal(t, counted, count, k.name)
				k.loss.Grad(x, want, 0.5, dx.X)
				kerneltest.Near(t, slopes, repeat(len(x), 4), 8, dx.X)
				dx.Check(t)
				all = append(all, dx.X, []float32{float32(loss)})
			}
		}
		assert.Equal(t, checksum, kerneltest.Checksum(all...))
	})
}

// TestBinaryLossesKeepSmallLosses: a pixel that is right beyond doubt has a loss near e^-x, which is not rounded to 0.
func TestBinaryLossesKeepSmallLosses(t *testing.T) {
	x, want, scratch := []float32{30}, []float32{1}, make([]float32, 1)
	for _, l := range []interface {
		Loss(x, t, scratch []float32) (loss, count float64)
	}{&kernels.BCE{C: 1}, &kernels.BCE{C: 1, Weight: []float32{1}}, &kernels.SigmoidFocal{C: 1, On: 1}} {
		loss, _ := l.Loss(x, want, scratch)
		assert.InEpsilon(t, math.Exp(-30), loss, 1e-2)
	}
}
