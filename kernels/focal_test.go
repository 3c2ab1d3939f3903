package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

func TestFocal(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		var all [][]float32
		for i, k := range crossEntropyCases() {
			gamma := []float32{2, 0.5, 0, 1, 3.5}[i%5]
			x, target := k.data()
			dx := kerneltest.Guard(make([]float32, len(x)), 1)
			l := &kernels.SoftmaxLoss{C: k.c, Of: kernels.Focal{Gamma: gamma}, Weight: k.weight}
			loss, count := l.Loss(crossEntropyIgnore, x, target, dx.X)
			wantLoss, wantCount, want := focalReference(k, float64(gamma), x, target)
			assert.InDelta(t, wantLoss, loss, 2e-6*(1+wantLoss), "%+v", k)
			assert.InDelta(t, wantCount, count, 1e-6*wantCount)
			l.Grad(crossEntropyIgnore, x, target, 0.25, dx.X)
			kerneltest.Near(t, want, repeat(len(x), 4), k.c+40, dx.X)
			dx.Check(t)
			all = append(all, dx.X, []float32{float32(loss), float32(count)})
		}
		assert.Equal(t, "f56aabf8f4dec02a", kerneltest.Checksum(all...))
	})
}

func focalReference(k crossEntropyCase, gamma float64, x []float32, target kernels.Labels) (loss, count float64, dx []float64) {
	dx = make([]float64, len(x))
	p := ref.Softmax(k.c, x)
	for i := range target.Class {
		add := func(class uint8, w float64) {
			if k.weight != nil {
				w *= float64(k.weight[class])
			}
			pt := p[i*k.c+int(class)]
			rest := 0.0
			for j, v := range p[i*k.c:][:k.c] {
				if j != int(class) {
					rest += v
				}
			}
			ln := -math.Log1p(-rest)
			if rest > 0.5 {
				ln = -math.Log(pt)
			}
			loss += w * math.Pow(rest, gamma) * ln
			count += w
			slope := math.Pow(rest, gamma)
			if gamma > 0 {
				slope += gamma * pt * math.Pow(rest, gamma-1) * ln
			}
			if rest == 0 { // one class: nothing to learn
				return
			}
			for j, v := range p[i*k.c:][:k.c] {
				if j == int(class) {
					dx[i*k.c+j] -= 0.25 * w * slope * rest
				} else {
					dx[i*k.c+j] += 0.25 * w * slope * v
				}
			}
		}
		switch {
		case target.Ignored(i, crossEntropyIgnore):
		case k.mixed:
			add(target.Class[i], float64(target.Share[i]))
			add(target.Mixed[i], 1-float64(target.Share[i]))
		default:
			add(target.Class[i], 1)
		}
	}
	return loss, count, dx
}

func TestFocalOfCertainty(t *testing.T) {
	x, target, dx := []float32{60, 0}, kernels.Labels{Class: []uint8{0}}, make([]float32, 2)
	focal := func(gamma float32) *kernels.SoftmaxLoss {
		return &kernels.SoftmaxLoss{C: 2, Of: kernels.Focal{Gamma: gamma}}
	}
	loss, _ := focal(0).Loss(255, x, target, dx)
	assert.InEpsilon(t, math.Exp(-60), loss, 1e-4) // not rounded to 0
	focal(0.5).Grad(255, x, target, 1, dx)
	for _, v := range dx {
		assert.Less(t, math.Abs(float64(v)), 1e-6) // neither infinite nor NaN
	}
	assert.PanicsWithValue(t, "kernels: target 2; there are classes 0 to 1",
		func() { focal(2).Loss(255, x, kernels.Labels{Class: []uint8{2}}, dx) })
}
