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

// A dwProblem is a depthwise convolution to test.
type dwProblem struct {
	n, c int
	kernels.Window
}

// dwSquare is a problem on square images with a square window, padded by before and after.
func dwSquare(n, c, size, k, stride, dilation, before, after int) dwProblem {
	return dwProblem{n, c, kernels.Window{IH: size, IW: size, KH: k, KW: k, SH: stride, SW: stride,
		DH: dilation, DW: dilation, PT: before, PL: before, PB: after, PR: after}}
}

func (p dwProblem) String() string { return fmt.Sprintf("%d×%d %+v", p.n, p.c, p.Window) }

// dwProblems holds EfficientNet-B0's layers on small images, every number of channels around a vector, odd shapes, and
// some of several tasks and chunks.
func dwProblems() []dwProblem {
	list := []dwProblem{
		dwSquare(2, 32, 16, 3, 1, 1, 1, 1), dwSquare(2, 96, 16, 3, 2, 1, 0, 1), dwSquare(1, 144, 8, 3, 1, 1, 1, 1),
		dwSquare(2, 144, 8, 5, 2, 1, 1, 2), dwSquare(1, 40, 8, 5, 1, 1, 2, 2), dwSquare(3, 16, 4, 5, 2, 1, 1, 2),
		dwSquare(1, 24, 9, 3, 1, 2, 2, 2), dwSquare(1, 8, 11, 3, 2, 2, 2, 1), dwSquare(1, 17, 13, 5, 3, 2, 3, 4),
		dwSquare(2, 5, 5, 1, 1, 1, 0, 0), dwSquare(2, 5, 5, 1, 2, 1, 0, 0), dwSquare(1, 20, 7, 7, 1, 1, 3, 3),
		dwSquare(1, 16, 6, 2, 4, 1, 0, 0), dwSquare(1, 3, 1, 3, 1, 1, 1, 1), dwSquare(130, 4, 5, 3, 1, 1, 1, 1),
		dwSquare(1, 330, 8, 5, 1, 1, 2, 2), dwSquare(2, 33, 30, 3, 1, 1, 1, 1),
		{2, 19, kernels.Window{IH: 5, IW: 23, KH: 2, KW: 4, SH: 1, SW: 2, DH: 2, DW: 1, PT: 1, PL: 0, PB: 0, PR: 3}},
		{1, 80, kernels.Window{IH: 40, IW: 50, KH: 5, KW: 3, SH: 2, SW: 1, DH: 1, DW: 3, PT: 2, PL: 3, PB: 2, PR: 2}},
		{1, 9, kernels.Window{IH: 4, IW: 4, KH: 2, KW: 2, SH: 4, SW: 3, DH: 2, DW: 2, PT: 3, PL: 5, PB: 3, PR: 4}},
	}
	for _, c := range kerneltest.Sizes(8, 16, 32) {
		list = append(list, dwSquare(1, c, 5, 3, 1, 1, 1, 1), dwSquare(1, c, 6, 5, 1, 1, 2, 2))
	}
	return list
}

// dwRun is everything that the convolution and its gradients are computed from and write. The gradients add to what
// their slices hold.
type dwRun struct {
	x, w, dy, y, dx, dw []float32
	guards              []*kerneltest.Guarded
}

func newDWRun(p dwProblem, offset int) *dwRun {
	in, out, taps := p.n*p.IH*p.IW*p.c, p.n*p.OH()*p.OW()*p.c, p.KH*p.KW*p.c
	r := &dwRun{}
	guard := func(key uint64, n int) []float32 {
		g := kerneltest.Guard(kerneltest.Floats(key, n), offset)
		r.guards = append(r.guards, g)
		return g.X
	}
	r.x, r.w, r.dy = guard(1, in), guard(2, taps), guard(3, out)
	r.y, r.dx, r.dw = guard(4, out), guard(5, in), guard(6, taps)
	return r
}

// all computes every direction, tasks from the last to the first.
func (r *dwRun) all(t *testing.T, p dwProblem, accumulate bool) {
	t.Helper()
	d := kernels.NewDWConv(p.n, p.c, p.Window)
	nan := func(n int) *kerneltest.Guarded {
		g := kerneltest.Guard(make([]float32, n), 3)
		for i := range g.X {
			g.X[i] = float32(math.NaN())
		}
		return g
	}
	scratch := nan(max(d.ForwardScratch(), d.GradInputScratch(), d.GradWeightScratch()))
	partial := nan(d.PartialFloats())
	for i := d.ForwardTasks() - 1; i >= 0; i-- {
		d.Forward(i, r.x, r.w, r.y, scratch.X)
	}
	for i := d.GradInputTasks() - 1; i >= 0; i-- {
		d.GradInput(i, accumulate, r.dy, r.w, r.dx, scratch.X)
	}
	for i := d.GradWeightTasks() - 1; i >= 0; i-- {
		d.GradWeight(i, r.x, r.dy, partial.X, scratch.X)
	}
	for i := d.ReduceTasks() - 1; i >= 0; i-- {
		d.Reduce(i, partial.X, r.dw)
	}
	for _, g := range append(r.guards, scratch, partial) {
		g.Check(t)
	}
}

func TestDWConvValues(t *testing.T) {
	for _, p := range dwProblems() {
		r := newDWRun(p, 0)
		clear(r.dw)
		r.all(t, p, false)
		pixels := p.n * p.OH() * p.OW()
		want, scale := ref.DWConv(p.n, p.c, p.Window, r.x, r.w)
		kerneltest.Near(t, want, scale, p.KH*p.KW, r.y)
		dx, dxScale := ref.DWConvGradInput(p.n, p.c, p.Window, r.dy, r.w)
		kerneltest.Near(t, dx, dxScale, p.KH*p.KW, r.dx)
		dw, dwScale := ref.DWConvGradWeight(p.n, p.c, p.Window, r.x, r.dy)
		kerneltest.Near(t, dw, dwScale, pixels, r.dw)

		// The gradients are adjoint: <Ax, dy> = <x, A'dy> for both arguments of A.
		forward := dwInner(r.y, r.dy)
		bound := 1e-6 * float64(p.KH*p.KW) * math.Sqrt(float64(pixels*p.c))
		assert.InDelta(t, forward, dwInner(r.x, r.dx), bound, "%v", p)
		assert.InDelta(t, forward, dwInner(r.w, r.dw), bound, "%v", p)
	}
}

func dwInner(x, y []float32) (s float64) {
	for i := range x {
		s += float64(x[i]) * float64(y[i])
	}
	return s
}

func TestDWConvSameBits(t *testing.T) {
	for _, p := range dwProblems() {
		want := newDWRun(p, 0)
		func() {
			defer kernels.Limit(kernels.Generic)()
			want.all(t, p, true)
		}()
		kerneltest.EachISA(t, func(t *testing.T) {
			got := newDWRun(p, p.c%7)
			got.all(t, p, true)
			kerneltest.Equal(t, want.y, got.y)
			kerneltest.Equal(t, want.dx, got.dx)
			kerneltest.Equal(t, want.dw, got.dw)
		})
		if t.Failed() {
			t.Fatal(p)
		}
	}
}

func TestDWConvSpecials(t *testing.T) {
	p := dwSquare(1, 23, 7, 3, 1, 1, 1, 1)
	specials := kerneltest.Specials()
	run := func(t *testing.T) *dwRun {
		r := newDWRun(p, 0)
		for i := range r.x {
			r.x[i], r.dy[i] = specials[i%len(specials)], specials[(i+i/len(specials))%len(specials)]
		}
		r.all(t, p, true)
		return r
	}
	var want *dwRun
	kerneltest.EachISA(t, func(t *testing.T) {
		got := run(t)
		if want == nil {
			want = got
		}
		kerneltest.Equal(t, want.y, got.y)
		kerneltest.Equal(t, want.dx, got.dx)
		kerneltest.Equal(t, want.dw, got.dw)
	})
}

// FuzzDWConv tries windows of every geometry against the reference and the generic kernels.
func FuzzDWConv(f *testing.F) {
	f.Add(uint8(4), uint8(17), uint64(0))
	f.Add(uint8(9), uint8(40), uint64(0x0123456789))
	f.Fuzz(func(t *testing.T, size, c uint8, key uint64) {
		draw := func(n uint64) int {
			v := key % n
			key /= n
			return int(v)
		}
		p := dwProblem{1 + draw(2), 1 + int(c)%50, kernels.Window{
			IH: 1 + int(size)%16, IW: 1 + int(size)/16, KH: 1 + draw(5), KW: 1 + draw(5), SH: 1 + draw(4), SW: 1 + draw(4),
			DH: 1 + draw(3), DW: 1 + draw(3), PT: draw(5), PL: draw(5), PB: draw(5), PR: draw(5),
		}}
		if p.Check() != nil {
			t.Skip()
		}
		want, got := newDWRun(p, 0), newDWRun(p, 1)
		func() {
			defer kernels.Limit(kernels.Generic)()
			want.all(t, p, false)
		}()
		got.all(t, p, false)
		kerneltest.Equal(t, want.y, got.y)
		kerneltest.Equal(t, want.dx, got.dx)
		kerneltest.Equal(t, want.dw, got.dw)
		y, scale := ref.DWConv(p.n, p.c, p.Window, got.x, got.w)
		kerneltest.Near(t, y, scale, p.KH*p.KW, got.y)
		dx, scale := ref.DWConvGradInput(p.n, p.c, p.Window, got.dy, got.w)
		kerneltest.Near(t, dx, scale, p.KH*p.KW, got.dx)
	})
}

func TestDWConvChecksum(t *testing.T) {
	p := dwSquare(3, 21, 15, 5, 2, 1, 1, 2)
	kerneltest.EachISA(t, func(t *testing.T) {
		r := newDWRun(p, 0)
		r.all(t, p, true)
		assert.Equal(t, "35fbdcb51e7a1b8d", kerneltest.Checksum(r.y, r.dx, r.dw))
	})
}

func TestDWConvPanics(t *testing.T) {
	good := dwSquare(1, 4, 5, 3, 1, 1, 1, 1)
	assert.Panics(t, func() { kernels.NewDWConv(1, 4, kernels.Window{}) })
	assert.Panics(t, func() { kernels.NewDWConv(0, 4, good.Window) })
	d := kernels.NewDWConv(1, 4, good.Window)
	r := newDWRun(good, 0)
	assert.Panics(t, func() { d.Forward(0, r.x[:99:99], r.w, r.y, make([]float32, d.ForwardScratch())) })
}

func TestDWConvAllocatesNothing(t *testing.T) {
	p := dwSquare(1, 32, 8, 3, 2, 1, 0, 1)
	d, r := kernels.NewDWConv(p.n, p.c, p.Window), newDWRun(p, 0)
	scratch := make([]float32, max(d.ForwardScratch(), d.GradInputScratch(), d.GradWeightScratch()))
	partial := make([]float32, d.PartialFloats())
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		d.Forward(0, r.x, r.w, r.y, scratch)
		d.GradInput(0, true, r.dy, r.w, r.dx, scratch)
		d.GradWeight(0, r.x, r.dy, partial, scratch)
		d.Reduce(0, partial, r.dw)
	}))
}

// ExampleDWConv sums each pixel of a 3×3 image of one channel with its neighbours.
func ExampleDWConv() {
	d := kernels.NewDWConv(1, 1, kernels.Window{IH: 3, IW: 3, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1,
		PT: 1, PL: 1, PB: 1, PR: 1})
	x, y := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}, make([]float32, 9)
	w := []float32{1, 1, 1, 1, 1, 1, 1, 1, 1}
	scratch := make([]float32, d.ForwardScratch())
	for task := range d.ForwardTasks() {
		d.Forward(task, x, w, y, scratch)
	}
	fmt.Println(y)
	// Output: [12 21 16 27 45 33 24 39 28]
}

func BenchmarkDWConv(b *testing.B) {
	for _, p := range []dwProblem{
		dwSquare(1, 32, 128, 3, 1, 1, 1, 1), dwSquare(1, 96, 128, 3, 2, 1, 0, 1), dwSquare(1, 144, 64, 5, 2, 1, 1, 2),
		dwSquare(1, 240, 32, 5, 1, 1, 2, 2), dwSquare(8, 1152, 8, 5, 1, 1, 2, 2),
	} {
		name := fmt.Sprintf("%d×%d×%d k%ds%d", p.n, p.IH, p.c, p.KH, p.SH)
		for _, isa := range kernels.Supported() {
			dwBenchmark(b, name, isa, p)
		}
	}
}

func dwBenchmark(b *testing.B, name string, isa kernels.ISA, p dwProblem) {
	d, r := kernels.NewDWConv(p.n, p.c, p.Window), newDWRun(p, 0)
	scratch := make([]float32, max(d.ForwardScratch(), d.GradInputScratch(), d.GradWeightScratch()))
	partial := make([]float32, d.PartialFloats())
	run := func(direction string, tasks int, task func(i int)) {
		b.Run(fmt.Sprintf("%s/%s/%v", name, direction, isa), func(b *testing.B) {
			defer kernels.Limit(isa)()
			for b.Loop() {
				for i := range tasks {
					task(i)
				}
			}
			flops := 2 * float64(p.KH*p.KW*p.n*p.OH()*p.OW()*p.c) * float64(b.N)
			b.ReportMetric(flops/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*tasks), "µs/task")
		})
	}
	run("forward", d.ForwardTasks(), func(i int) { d.Forward(i, r.x, r.w, r.y, scratch) })
	run("input", d.GradInputTasks(), func(i int) { d.GradInput(i, false, r.dy, r.w, r.dx, scratch) })
	run("weight", d.GradWeightTasks(), func(i int) { d.GradWeight(i, r.x, r.dy, partial, scratch) })
}
