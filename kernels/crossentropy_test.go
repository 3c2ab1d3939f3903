package kernels_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// crossEntropyCase is one call; odd numbers choose what it has.
type crossEntropyCase struct {
	rows, c   int
	smoothing float32
	weight    []float32
	mixed     bool
}

func crossEntropyCases() (list []crossEntropyCase) {
	for i, s := range softmaxShapes {
		k := crossEntropyCase{rows: s[0], c: s[1], mixed: i%4 >= 2}
		if i%2 == 1 {
			k.smoothing = 0.1
		}
		if i%3 != 0 {
			k.weight = kerneltest.Floats(7, k.c)
			for j, w := range k.weight {
				k.weight[j] = 1 + w/2
			}
		}
		list = append(list, k)
	}
	return list
}

const crossEntropyIgnore = 255

// data returns logits and targets, every fifth of them to be ignored.
func (k crossEntropyCase) data() (x []float32, target kernels.Labels) {
	target.Class = make([]uint8, k.rows)
	for i := range target.Class {
		target.Class[i] = uint8((i * 7) % min(k.c, 255))
		if i%5 == 3 {
			target.Class[i] = crossEntropyIgnore
		}
	}
	if k.mixed {
		target.Mixed, target.Share = make([]uint8, k.rows), make([]float32, k.rows)
		for i := range target.Mixed {
			target.Mixed[i], target.Share[i] = uint8((i*5)%min(k.c, 255)), float32(i%8)/8
		}
	}
	return logits(4, k.rows, k.c), target
}

func (k crossEntropyCase) forward(x []float32, target kernels.Labels, norm []float32) (loss, count float64) {
	return kernels.CrossEntropy(k.rows, k.c, crossEntropyIgnore, k.smoothing, k.weight, x, target, norm, crossEntropyScratch)
}

func (k crossEntropyCase) backward(x []float32, target kernels.Labels, norm, dx []float32) {
	kernels.CrossEntropyGrad(k.rows, k.c, crossEntropyIgnore, k.smoothing, k.weight, x, target, norm, 0.25, dx)
}

// reference adds up what both classes of mixed rows make of them.
func (k crossEntropyCase) reference(x []float32, target kernels.Labels) (loss, count float64, dx []float64) {
	dx = make([]float64, len(x))
	for i := range target.Class {
		add := func(class uint8, share float64) {
			row := x[i*k.c:][:k.c]
			l, n, d := ref.CrossEntropy(k.c, crossEntropyIgnore, float64(k.smoothing), k.weight, row, []uint8{class}, 0.25)
			loss, count = loss+share*l, count+share*n
			for j, v := range d {
				dx[i*k.c+j] += share * v
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

var crossEntropyScratch = make([]float32, kernels.CrossEntropyRows*256)

func TestCrossEntropyValue(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, k := range crossEntropyCases() {
			x, target := k.data()
			dx, norm := kerneltest.Guard(make([]float32, len(x)), 1), kerneltest.Guard(make([]float32, 2*k.rows), 2)
			loss, count := k.forward(x, target, norm.X)
			k.backward(x, target, norm.X, dx.X)
			wantLoss, wantCount, want := k.reference(x, target)
			assert.InDelta(t, wantLoss, loss, 1e-6*(1+wantLoss), "%+v", k)
			assert.InDelta(t, wantCount, count, 1e-9)
			kerneltest.Near(t, want, repeat(len(x), 1), k.c+6, dx.X)
			dx.Check(t)
			norm.Check(t)
			assert.Zero(t, testing.AllocsPerRun(1, func() {
				k.forward(x, target, norm.X)
				k.backward(x, target, norm.X, dx.X)
			}), "allocations")
		}
	})
}

func TestCrossEntropySameBits(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		var all [][]float32
		for _, k := range crossEntropyCases() {
			x, target := k.data()
			dx, norm := make([]float32, len(x)), make([]float32, 2*k.rows)
			loss, count := k.forward(x, target, norm)
			k.backward(x, target, norm, dx)
			all = append(all, norm, dx, []float32{float32(loss), float32(count)})
		}
		assert.Equal(t, "13af3aefd933b7df", kerneltest.Checksum(all...))
	})
}

func TestCrossEntropySpecials(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		call := func(x []float32, target uint8) (float64, []float32) {
			k := crossEntropyCase{rows: 1, c: len(x)}
			labels, norm, dx := kernels.Labels{Class: []uint8{target}}, make([]float32, 2), make([]float32, len(x))
			loss, _ := k.forward(x, labels, norm)
			kernels.CrossEntropyGrad(1, k.c, -1, 0, nil, x, labels, norm, 1, dx)
			return loss, dx
		}
		inf := float32(math.Inf(1))
		for at := range 3 {
			x := []float32{1, 2, 3}
			x[at] = float32(math.NaN())
			loss, dx := call(x, 0)
			assert.True(t, math.IsNaN(loss), "NaN at %d", at)
			assert.True(t, dx[at] != dx[at], "NaN at %d", at)
		}
		loss, _ := call([]float32{0, -inf, 0}, 1)
		assert.Equal(t, math.Inf(1), loss, "an impossible target")
		loss, dx := call([]float32{1000, -1000}, 0)
		assert.Zero(t, loss)
		assert.InDeltaSlice(t, []float32{0, 0}, dx, 1e-37)
		assert.PanicsWithValue(t, "kernels: CrossEntropy: target 2; there are classes 0 to 1, and 255 to ignore",
			func() { call([]float32{1, 2}, 2) })
	})
}

func ExampleCrossEntropy() {
	logits := []float32{2, 0, 0, 3} // two pixels of two classes
	target := kernels.Labels{Class: []uint8{0, 1}}
	loss, count := kernels.CrossEntropy(2, 2, 255, 0, nil, logits, target, make([]float32, 4), make([]float32, 4))
	fmt.Printf("%.4f\n", loss/count)
	// Output: 0.0878
}
