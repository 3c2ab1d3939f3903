package kernels_test

import (
	"fmt"
	"testing"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// An upConv is the definition: a convolution of the enlarged image.
type upConv struct{ n, h, w, ic, oc int }

func (p upConv) large() ref.Conv { return conv(p.n, 2*p.h, 2*p.w, p.ic, p.oc, 3, 1) }

// enlarge repeats every pixel of x twice along both axes.
func (p upConv) enlarge(x []float32) []float32 {
	large := make([]float32, 4*len(x))
	for i := range large {
		ch, at := i%p.ic, i/p.ic
		col, row, image := at%(2*p.w), at/(2*p.w)%(2*p.h), at/(4*p.w*p.h)
		large[i] = x[((image*p.h+row/2)*p.w+col/2)*p.ic+ch]
	}
	return large
}

// gather is the adjoint of enlarge.
func (p upConv) gather(large []float64) []float64 {
	x := make([]float64, len(large)/4)
	for i, v := range large {
		ch, at := i%p.ic, i/p.ic
		col, row, image := at%(2*p.w), at/(2*p.w)%(2*p.h), at/(4*p.w*p.h)
		x[((image*p.h+row/2)*p.w+col/2)*p.ic+ch] += v
	}
	return x
}

var upConvs = []upConv{
	{1, 1, 1, 3, 5}, {2, 3, 4, 16, 16}, {1, 5, 7, 24, 11}, {1, 2, 130, 72, 33}, {3, 4, 1, 8, 40}, {1, 6, 50, 20, 64},
	{2, 5, 4, 100, 90}, // in two parts
}

// With whole numbers the transforms round nowhere, so that the result is exactly what the definition says.
func TestUpConvIsTheDefinition(t *testing.T) {
	for _, p := range upConvs {
		nx, nw, ny := p.n*p.h*p.w*p.ic, 9*p.ic*p.oc, 4*p.n*p.h*p.w*p.oc
		x, w, dy := whole(1, nx, 1), whole(2, nw, 1), whole(3, ny, 1)
		y0, dx0, dw0 := whole(4, ny, 1), whole(5, nx, 1), whole(6, nw, 1)
		t.Run(fmt.Sprint(p), func(t *testing.T) {
			large := p.enlarge(x)
			y, _ := p.large().Forward(large, w)
			dlarge, _ := p.large().GradInput(dy, w)
			dw, _ := p.large().GradWeight(large, dy)
			kerneltest.EachISA(t, func(t *testing.T) {
				r := runTasks(t, kernels.NewUpConv(p.n, p.h, p.w, p.ic, p.oc), x, w, dy, y0, dx0, dw0)
				exact(t, y0, r.y)(y, nil)
				exact(t, dx0, r.dx)(p.gather(dlarge), nil)
				exact(t, dw0, r.dw)(dw, nil)
			})
		})
	}
}

// One checksum holds for every ISA and build.
func TestUpConvChecksum(t *testing.T) {
	const want = "e81e260c1413466f"
	kerneltest.EachISA(t, func(t *testing.T) {
		var all [][]float32
		for _, p := range upConvs {
			nx, nw, ny := p.n*p.h*p.w*p.ic, 9*p.ic*p.oc, 4*p.n*p.h*p.w*p.oc
			r := runTasks(t, kernels.NewUpConv(p.n, p.h, p.w, p.ic, p.oc), kerneltest.Floats(1, nx), kerneltest.Floats(2, nw),
				kerneltest.Floats(3, ny), make([]float32, ny), make([]float32, nx), make([]float32, nw))
			all = append(all, r.y, r.dx, r.dw)
		}
		if got := kerneltest.Checksum(all...); got != want {
			t.Errorf("checksum %s, want %s", got, want)
		}
	})
}
