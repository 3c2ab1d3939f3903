package kernels_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

func poolProblems() []dwProblem {
	list := []dwProblem{
		dwSquare(2, 64, 16, 3, 2, 1, 1, 1), dwSquare(1, 3, 9, 2, 2, 1, 0, 0), dwSquare(2, 5, 8, 3, 1, 2, 2, 2),
		dwSquare(1, 7, 7, 2, 3, 1, 0, 1), dwSquare(1, 4, 1, 1, 1, 1, 0, 0),
		{3, 6, kernels.Window{IH: 5, IW: 30, KH: 3, KW: 4, SH: 1, SW: 2, DH: 2, DW: 1, PT: 1, PL: 0, PB: 0, PR: 3}},
		dwSquare(1, 300, 14, 5, 1, 1, 2, 2),
	}
	for _, c := range kerneltest.Sizes(8, 16, 32) {
		list = append(list, dwSquare(1, c, 6, 3, 2, 1, 1, 1))
	}
	return list
}

// poolRun computes all directions; the gradients add to what dx holds.
type poolRun struct{ max, average, maxGrad, averageGrad []float32 }

func newPoolRun(t *testing.T, p dwProblem, countPadding bool, x, dy []float32) (r poolRun) {
	t.Helper()
	pool := kernels.NewPool(p.n, p.c, p.Window)
	guards := make([]*kerneltest.Guarded, 4)
	for i, n := range []int{len(dy), len(dy), len(x), len(x)} {
		guards[i] = kerneltest.Guard(kerneltest.Floats(9, n), i)
	}
	r = poolRun{guards[0].X, guards[1].X, guards[2].X, guards[3].X}
	scratch := kerneltest.Guard(make([]float32, pool.GradScratch()), 1)
	for i := pool.Tasks() - 1; i >= 0; i-- {
		pool.Max(i, x, r.max)
		pool.Average(i, countPadding, x, r.average)
	}
	for i := pool.GradTasks() - 1; i >= 0; i-- {
		pool.MaxGrad(i, countPadding, x, r.max, dy, r.maxGrad, scratch.X)
		pool.AverageGrad(i, countPadding, countPadding, dy, r.averageGrad, scratch.X)
	}
	for _, g := range append(guards, scratch) {
		g.Check(t)
	}
	return r
}

// poolData gives x few values, so that windows have several maxima.
func poolData(p dwProblem) (x, dy []float32) {
	x = kerneltest.Floats(1, p.n*p.IH*p.IW*p.c)
	for i := range x {
		x[i] = float32(int(4*x[i])) / 4
	}
	return x, kerneltest.Floats(2, p.n*p.OH()*p.OW()*p.c)
}

func TestPoolValues(t *testing.T) {
	for _, p := range poolProblems() {
		x, dy := poolData(p)
		got := newPoolRun(t, p, false, x, dy)
		taps := p.KH * p.KW
		want, _ := ref.MaxPool(p.n, p.c, p.Window, x)
		for i := range want {
			assert.Equal(t, want[i], float64(got.max[i]))
		}
		want, scale := ref.AveragePool(p.n, p.c, p.Window, false, x)
		kerneltest.Near(t, want, scale, taps, got.average)
		want, scale = ref.MaxPoolGrad(p.n, p.c, p.Window, x, dy)
		kerneltest.Near(t, want, scale, taps, got.maxGrad)
		want, scale = ref.AveragePoolGrad(p.n, p.c, p.Window, false, dy)
		kerneltest.Near(t, want, scale, taps, got.averageGrad)

		pool, y := kernels.NewPool(p.n, p.c, p.Window), make([]float32, len(dy))
		for i := range pool.Tasks() {
			pool.Average(i, true, x, y)
		}
		want, scale = ref.AveragePool(p.n, p.c, p.Window, true, x)
		kerneltest.Near(t, want, scale, taps, y)
	}
}

func TestPoolSameBits(t *testing.T) {
	for _, p := range poolProblems() {
		x, dy := poolData(p)
		copy(x[len(x)/2:], kerneltest.Specials())
		var want *poolRun
		kerneltest.EachISA(t, func(t *testing.T) {
			got := newPoolRun(t, p, true, x, dy)
			if want == nil {
				want = &got
			}
			kerneltest.Equal(t, want.max, got.max)
			kerneltest.Equal(t, want.average, got.average)
			kerneltest.Equal(t, want.maxGrad, got.maxGrad)
			kerneltest.Equal(t, want.averageGrad, got.averageGrad)
		})
	}
}

func TestPoolChecksum(t *testing.T) {
	p := dwSquare(2, 19, 11, 3, 2, 1, 1, 1)
	x, dy := poolData(p)
	kerneltest.EachISA(t, func(t *testing.T) {
		r := newPoolRun(t, p, true, x, dy)
		assert.Equal(t, "f71fba2d2bb1baf1", kerneltest.Checksum(r.max, r.average, r.maxGrad, r.averageGrad))
	})
}

func TestPoolFirstMaximum(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		p := kernels.NewPool(1, 1, kernels.Window{IH: 2, IW: 2, KH: 2, KW: 2, SH: 1, SW: 1, DH: 1, DW: 1})
		x, y, dx := []float32{1, 5, 5, 5}, make([]float32, 1), make([]float32, 4)
		p.Max(0, x, y)
		p.MaxGrad(0, false, x, y, []float32{3}, dx, make([]float32, p.GradScratch()))
		assert.Equal(t, []float32{0, 3, 0, 0}, dx)
	})
}

func TestPoolAllocatesNothing(t *testing.T) {
	p := dwSquare(1, 8, 6, 3, 2, 1, 1, 1)
	pool := kernels.NewPool(p.n, p.c, p.Window)
	x, dy := poolData(p)
	scratch := make([]float32, pool.GradScratch())
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		pool.Max(0, x, dy)
		pool.Average(0, false, x, dy)
		pool.MaxGrad(0, false, x, dy, dy, x, scratch)
		pool.AverageGrad(0, false, false, dy, x, scratch)
	}))
}

func TestGlobalAverage(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, c := range []int{1, 19, 64} {
			const pixels = 50
			x, y, scratch := kerneltest.Floats(1, pixels*c), make([]float32, c), make([]float32, c)
			kernels.GlobalAverage(pixels, c, x, y)
			want, scale, _ := ref.AdaptiveAverage(pixels, 1, 1, 1, c, x)
			kerneltest.Near(t, want, scale, pixels, y)

			dx := make([]float32, pixels*c)
			kernels.GlobalAverageGrad(pixels, c, false, y, dx, scratch)
			kernels.GlobalAverageGrad(pixels, c, true, y, dx, scratch)
			for i, v := range dx {
				assert.Equal(t, 2*(y[i%c]/pixels), v)
			}
		}
	})
}

func TestAdaptiveAverage(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, s := range [][4]int{{8, 8, 1, 1}, {8, 8, 6, 6}, {7, 5, 3, 2}, {2, 3, 5, 7}, {6, 6, 6, 6}} {
			const c = 19
			ih, iw, oh, ow := s[0], s[1], s[2], s[3]
			x, y := kerneltest.Floats(1, ih*iw*c), make([]float32, oh*ow*c)
			dx, scratch := make([]float32, ih*iw*c), make([]float32, c)
			kernels.AdaptiveAverage(ih, iw, oh, ow, c, x, y)
			want, scale, matrix := ref.AdaptiveAverage(ih, iw, oh, ow, c, x)
			kerneltest.Near(t, want, scale, ih*iw, y)
			kernels.AdaptiveAverageGrad(ih, iw, oh, ow, c, false, y, dx, scratch)
			want, scale = ref.Matrix(ih*iw, oh*ow, c, ref.Transposed(oh*ow, ih*iw, matrix), y)
			kerneltest.Near(t, want, scale, oh*ow, dx)
		}
	})
}

// ExamplePool takes the maximum of each 2×2 block of a 2×4 image.
func ExamplePool() {
	p := kernels.NewPool(1, 1, kernels.Window{IH: 2, IW: 4, KH: 2, KW: 2, SH: 2, SW: 2, DH: 1, DW: 1})
	x, y := []float32{1, 2, 5, 0, 4, 3, 1, 7}, make([]float32, 2)
	for task := range p.Tasks() {
		p.Max(task, x, y)
	}
	fmt.Println(y)
	// Output: [4 7]
}

func BenchmarkPool(b *testing.B) {
	p := dwSquare(1, 64, 128, 3, 2, 1, 1, 1)
	pool := kernels.NewPool(p.n, p.c, p.Window)
	x, dy := poolData(p)
	y, dx, scratch := make([]float32, len(dy)), make([]float32, len(x)), make([]float32, pool.GradScratch())
	run := func(name string, isa kernels.ISA, tasks int, task func(i int)) {
		b.Run(fmt.Sprintf("%s/%v", name, isa), func(b *testing.B) {
			defer kernels.Limit(isa)()
			b.SetBytes(int64(4 * (len(x) + len(y))))
			for b.Loop() {
				for i := range tasks {
					task(i)
				}
			}
		})
	}
	for _, isa := range kernels.Supported() {
		run("max", isa, pool.Tasks(), func(i int) { pool.Max(i, x, y) })
		run("average", isa, pool.Tasks(), func(i int) { pool.Average(i, false, x, y) })
		run("maxgrad", isa, pool.GradTasks(), func(i int) { pool.MaxGrad(i, false, x, y, dy, dx, scratch) })
		run("averagegrad", isa, pool.GradTasks(), func(i int) { pool.AverageGrad(i, false, false, dy, dx, scratch) })
	}
}
