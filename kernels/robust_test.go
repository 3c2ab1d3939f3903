package kernels_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// A rowLoss is a loss of rows of logits, and its value for the logarithms of a row's softmax and a class, in float64.
type rowLoss struct {
	loss interface {
		Loss(ignore int, x []float32, target kernels.Labels, scratch []float32) (loss, count float64)
		Grad(ignore int, x []float32, target kernels.Labels, scale float32, dx []float32)
	}
	reference func(ln []float64, class int) float64
}

func rowLosses(c int, weight []float32) map[string]rowLoss {
	bootstrap := func(hard bool) kernels.Bootstrap {
		return kernels.Bootstrap{C: c, Beta: 0.75, Hard: hard, Weight: weight}
	}
	return map[string]rowLoss{
		"gce": {&kernels.SoftmaxLoss{C: c, Of: kernels.GCE{Q: 0.7}, Weight: weight}, func(ln []float64, class int) float64 {
			return -math.Expm1(0.7*ln[class]) / 0.7
		}},
		"sce": {&kernels.SoftmaxLoss{C: c, Of: kernels.SCE{Alpha: 0.5, Beta: 2, LogZero: 4}, Weight: weight}, func(ln []float64, class int) float64 {
			return -0.5*ln[class] - 8*math.Expm1(ln[class])
		}},
		"bootstrap, soft": {&kernels.SoftmaxBootstrap{Bootstrap: bootstrap(false)}, func(ln []float64, class int) float64 {
			own := 0.0
			for _, v := range ln {
				own -= math.Exp(v) * v
			}
			return -0.75*ln[class] + 0.25*own
		}},
		"bootstrap, hard": {&kernels.SoftmaxBootstrap{Bootstrap: bootstrap(true)}, func(ln []float64, class int) float64 {
			return -0.75*ln[class] - 0.25*slices.Max(ln)
		}},
	}
}

// TestRobustLosses compares values with float64, and slopes with differences of values in float64.
func TestRobustLosses(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		var all [][]float32
		for _, k := range crossEntropyCases() {
			x, target := k.data()
			for _, name := range []string{"gce", "sce", "bootstrap, soft", "bootstrap, hard"} {
				l := rowLosses(k.c, k.weight)[name]
				dx := kerneltest.Guard(make([]float32, len(x)), 1)
				loss, count := l.loss.Loss(crossEntropyIgnore, x, target, dx.X)
				wantLoss, wantCount, want := l.of(k, x, target)
				assert.InDelta(t, wantLoss, loss, 2e-6*(1+wantLoss), "%s %+v", name, k)
				assert.InDelta(t, wantCount, count, 1e-6*wantCount)
				l.loss.Grad(crossEntropyIgnore, x, target, 0.25, dx.X)
				for i, v := range dx.X {
					if !(math.Abs(want[i]-float64(v)) <= 2e-6) {
						t.Fatalf("%s %+v: slope %d is %v, want %v", name, k, i, v, want[i])
					}
				}
				dx.Check(t)
				all = append(all, slices.Clone(dx.X), []float32{float32(loss), float32(count)})
			}
		}
		assert.Equal(t, "0ba4a97829e90a05", kerneltest.Checksum(all...))
	})
}

// of returns the loss of a case, its weights, and a quarter of its slopes.
func (l rowLoss) of(k crossEntropyCase, x []float32, target kernels.Labels) (loss, count float64, dx []float64) {
	dx = make([]float64, len(x))
	for i := range target.Class {
		if target.Ignored(i, crossEntropyIgnore) {
			continue
		}
		row := make([]float64, k.c)
		for j, v := range x[i*k.c:][:k.c] {
			row[j] = float64(v)
		}
		classes, shares := []uint8{target.Class[i]}, []float64{1}
		if k.mixed {
			classes, shares = append(classes, target.Mixed[i]), []float64{float64(target.Share[i]), 1 - float64(target.Share[i])}
		}
		value := func() (sum float64) {
			ln := logSoftmax(row)
			for n, class := range classes {
				sum += k.weightOf(class) * shares[n] * l.reference(ln, int(class))
			}
			return sum
		}
		for n, class := range classes {
			count += k.weightOf(class) * shares[n]
		}
		loss += value()
		for j, v := range row {
			const h = 1e-4
			row[j] = v + h
			up := value()
			row[j] = v - h
			dx[i*k.c+j] = 0.25 * (up - value()) / (2 * h)
			row[j] = v
		}
	}
	return loss, count, dx
}

func (k crossEntropyCase) weightOf(class uint8) float64 {
	if k.weight == nil {
		return 1
	}
	return float64(k.weight[class])
}

func logSoftmax(x []float64) []float64 {
	most, sum := slices.Max(x), 0.0
	for _, v := range x {
		sum += math.Exp(v - most)
	}
	out := make([]float64, len(x))
	for j, v := range x {
		out[j] = v - most - math.Log(sum)
	}
	return out
}

// TestOneClassIsCertain: with a single class there is nothing to be wrong about.
func TestOneClassIsCertain(t *testing.T) {
	for name, l := range rowLosses(1, nil) {
		dx := make([]float32, 1)
		loss, count := l.loss.Loss(-1, []float32{3}, kernels.Labels{Class: []uint8{0}}, dx)
		assert.Equal(t, []float64{0, 1}, []float64{loss, count}, name)
		l.loss.Grad(-1, []float32{3}, kernels.Labels{Class: []uint8{0}}, 1, dx)
		assert.Equal(t, []float32{0}, dx, name)
	}
	assert.Equal(t, []float64{1}, ref.Softmax(1, []float32{3}))
}

func robustBinaryCases() []binaryCase {
	weight := []float32{1, 0.5, 2}
	return []binaryCase{
		{"gce", 1, &kernels.SigmoidLoss{C: 1, Of: kernels.GCE{Q: 0.7}}, nil,
			func(x, t float64, _ int) (float64, float64) { return gceOf(x, t, 0.7) }},
		{"sce with weights", 3, &kernels.SigmoidLoss{C: 3, Of: kernels.SCE{Alpha: 0.5, Beta: 2, LogZero: 4}, Weight: weight}, weight,
			func(x, t float64, j int) (float64, float64) {
				loss, slope := sceOf(x, t)
				return loss * float64(weight[j]), slope * float64(weight[j])
			}},
		{"soft bootstrap", 1, &kernels.SigmoidBootstrap{Bootstrap: kernels.Bootstrap{C: 1, Beta: 0.75}}, nil,
			func(x, t float64, _ int) (float64, float64) {
				return bootstrapOf(x, t, sigmoid(x), -sigmoid(x)*sigmoid(-x)*x)
			}},
		{"hard bootstrap with weights", 3, &kernels.SigmoidBootstrap{Bootstrap: kernels.Bootstrap{C: 3, Beta: 0.75, Hard: true, Weight: weight}},
			weight, func(x, t float64, j int) (float64, float64) {
				own, slope := 1.0, -sigmoid(-x)
				if x <= 0 {
					own, slope = 0, sigmoid(x)
				}
				loss, slope := bootstrapOf(x, t, own, slope)
				return loss * float64(weight[j]), slope * float64(weight[j])
			}},
	}
}

// bothHalves returns what a loss of what is there, with its slope by the logit, is for a target of both.
func bothHalves(x, t float64, of func(x float64) (loss, slope float64)) (loss, slope float64) {
	yes, yesSlope := of(x)
	no, noSlope := of(-x)
	return t*yes + (1-t)*no, t*yesSlope - (1-t)*noSlope
}

func gceOf(x, t, q float64) (loss, slope float64) {
	return bothHalves(x, t, func(x float64) (float64, float64) {
		ln := -math.Log1p(math.Exp(-x))
		return -math.Expm1(q*ln) / q, -math.Exp(q*ln) * sigmoid(-x)
	})
}

func sceOf(x, t float64) (loss, slope float64) {
	return bothHalves(x, t, func(x float64) (float64, float64) {
		p, rest := sigmoid(x), sigmoid(-x)
		return 0.5*math.Log1p(math.Exp(-x)) + 8*rest, -(0.5 + 8*p) * rest
	})
}

// bootstrapOf has the model's own target, and the slope of its part of the loss.
func bootstrapOf(x, t, own, ownSlope float64) (loss, slope float64) {
	label, labelSlope := bceOf(x, t, 1)
	self, _ := bceOf(x, own, 1)
	return 0.75*label + 0.25*self, 0.75*labelSlope + 0.25*ownSlope
}

func TestRobustBinaryLosses(t *testing.T) { testBinary(t, robustBinaryCases(), "70a2c4a6e70402fa") }
