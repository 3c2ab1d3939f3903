package kernels_test

import (
	"fmt"
	"math"
	"testing"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// convProblems are shapes around tiles and borders, and those of real layers made small.
var convProblems = []ref.Conv{
	conv(1, 1, 1, 1, 1, 1, 1),
	conv(2, 3, 5, 7, 9, 1, 1),
	conv(1, 16, 20, 96, 37, 1, 1),
	conv(3, 5, 7, 33, 17, 3, 1),
	conv(1, 13, 11, 8, 32, 3, 1),
	conv(2, 8, 8, 32, 16, 3, 1),
	conv(1, 9, 9, 4, 11, 3, 1),
	conv(1, 40, 30, 3, 48, 3, 2),
	conv(2, 7, 9, 16, 24, 3, 1),
	conv(1, 12, 11, 40, 35, 3, 1),
	conv(1, 1, 1, 24, 16, 3, 1),
	conv(1, 40, 31, 72, 56, 3, 1),
	conv(1, 5, 7, 270, 250, 1, 1), // in two parts
	conv(2, 5, 6, 70, 99, 3, 1),
	{N: 1, IC: 16, OC: 16, Groups: 1, Window: kernels.Window{IH: 6, IW: 8, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1,
		PT: 0, PL: 2, PB: 2, PR: 0}},
	conv(1, 8, 9, 5, 31, 5, 2),
	conv(2, 7, 5, 6, 70, 5, 1),
	{N: 2, IC: 6, OC: 9, Groups: 3, Window: kernels.Window{IH: 9, IW: 8, KH: 3, KW: 2, SH: 2, SW: 1, DH: 1, DW: 2,
		PT: 0, PL: 1, PB: 2, PR: 3}},
	{N: 1, IC: 4, OC: 4, Groups: 1, Window: kernels.Window{IH: 12, IW: 11, KH: 3, KW: 3, SH: 1, SW: 1, DH: 4, DW: 4,
		PT: 4, PL: 4, PB: 4, PR: 4}},
	{N: 1, IC: 101, OC: 79, Groups: 1, Window: kernels.Window{IH: 5, IW: 5, KH: 3, KW: 3, SH: 1, SW: 1, DH: 2, DW: 1,
		PT: 2, PL: 1, PB: 2, PR: 1}},
	{N: 1, IC: 2, OC: 3, Groups: 1, Window: kernels.Window{IH: 5, IW: 5, KH: 1, KW: 1, SH: 3, SW: 3, DH: 1, DW: 1,
		PT: 2, PL: 2, PB: 2, PR: 2}},
}

// conv is a k×k convolution of n h×w images, padded as EfficientNet pads: to ceil(h/stride) outputs.
func conv(n, h, w, ic, oc, k, stride int) ref.Conv {
	p := k - stride
	if h%stride != 0 || p < 0 {
		p = k - 1
	}
	return ref.Conv{N: n, IC: ic, OC: oc, Groups: 1, Window: kernels.Window{IH: h, IW: w, KH: k, KW: k, SH: stride,
		SW: stride, DH: 1, DW: 1, PT: p / 2, PL: p / 2, PB: p - p/2, PR: p - p/2}}
}

// convRun holds the results of all three directions, computed through the tasks.
type convRun struct{ y, dx, dw []float32 }

func runConv(t *testing.T, p ref.Conv, x, w, dy, y0, dx0, dw0 []float32) convRun {
	t.Helper()
	return runConvIn(t, kernels.Float32, p, x, w, dy, y0, dx0, dw0)
}

func runConvIn(t *testing.T, precision kernels.Precision, p ref.Conv, x, w, dy, y0, dx0, dw0 []float32) convRun {
	t.Helper()
	return runTasks(t, precision.NewConv(p.N, p.IC, p.OC, p.Groups, p.Window), x, w, dy, y0, dx0, dw0)
}

func runTasks(t *testing.T, c *kernels.Conv, x, w, dy, y0, dx0, dw0 []float32) convRun {
	t.Helper()
	scratch := kerneltest.Guard(kerneltest.Floats(8, c.Scratch()), 3)
	for i := range scratch.X { // of a task before this one: numbers that no sum survives
		scratch.X[i] = float32(math.NaN())
	}
	dirty := func(n int) *kerneltest.Guarded { return kerneltest.Guard(kerneltest.Floats(9, n), 1) }
	packed, back, partial := dirty(c.ForwardPacked()), dirty(c.BackPacked()), dirty(c.Partial())
	y, dx, dw := kerneltest.Guard(y0, 1), kerneltest.Guard(dx0, 2), kerneltest.Guard(dw0, 3)
	in, grad := kerneltest.Guard(x, 1), kerneltest.Guard(dy, 2)

	backwards(c.PackForwardTasks(), func(i int) { c.PackForward(i, w, packed.X) })
	backwards(c.PackBackTasks(), func(i int) { c.PackBack(i, w, back.X) })
	backwards(c.ForwardTasks(), func(i int) { c.Forward(i, true, in.X, packed.X, y.X, scratch.X) })
	backwards(c.GradInputTasks(), func(i int) { c.GradInput(i, true, grad.X, back.X, dx.X, scratch.X) })
	backwards(c.GradWeightTasks(), func(i int) { c.GradWeight(i, in.X, grad.X, partial.X, scratch.X) })
	backwards(c.ReduceTasks(), func(i int) { c.Reduce(i, partial.X, dw.X) })
	for _, g := range []*kerneltest.Guarded{scratch, packed, back, partial, y, dx, dw} {
		g.Check(t)
	}
	return convRun{y.X, dx.X, dw.X}
}

// backwards runs tasks last first: their order must not matter.
func backwards(n int, task func(i int)) {
	for i := n - 1; i >= 0; i-- {
		task(i)
	}
}

func TestConv(t *testing.T) {
	for _, p := range convProblems {
		nx, nw, ny := p.N*p.IH*p.IW*p.IC, p.KH*p.KW*p.IC/p.Groups*p.OC, p.N*p.OH()*p.OW()*p.OC
		x, w, dy := kerneltest.Floats(1, nx), kerneltest.Floats(2, nw), kerneltest.Floats(3, ny)
		y0, dx0, dw0 := kerneltest.Floats(4, ny), kerneltest.Floats(5, nx), kerneltest.Floats(6, nw)
		t.Run(fmt.Sprintf("%+v", p), func(t *testing.T) {
			var first *convRun
			kerneltest.EachISA(t, func(t *testing.T) {
				r := runConv(t, p, x, w, dy, y0, dx0, dw0)
				if first != nil {
					kerneltest.Equal(t, first.y, r.y)
					kerneltest.Equal(t, first.dx, r.dx)
					kerneltest.Equal(t, first.dw, r.dw)
					return
				}
				first = &r
				near(t, p.KH*p.KW*p.IC, y0, r.y)(p.Forward(x, w))
				near(t, p.KH*p.KW*p.OC, dx0, r.dx)(p.GradInput(dy, w))
				near(t, ny/p.OC, dw0, r.dw)(p.GradWeight(x, dy))
			})
		})
	}
}

// near compares got with start plus a sum that the reference gives.
func near(t *testing.T, terms int, start, got []float32) func(sum, scale []float64) {
	return func(sum, scale []float64) {
		t.Helper()
		for i, s := range start {
			sum[i] += float64(s)
			scale[i] += max(float64(s), -float64(s))
		}
		kerneltest.Near(t, sum, scale, terms+8, got)
	}
}

// One checksum holds for every ISA and build: the law of the same bits.
func TestConvChecksum(t *testing.T) {
	const want = "398e62b00c76511c"
	kerneltest.EachISA(t, func(t *testing.T) {
		var all [][]float32
		for _, p := range convProblems {
			nx, nw, ny := p.N*p.IH*p.IW*p.IC, p.KH*p.KW*p.IC/p.Groups*p.OC, p.N*p.OH()*p.OW()*p.OC
			r := runConv(t, p, kerneltest.Floats(1, nx), kerneltest.Floats(2, nw), kerneltest.Floats(3, ny),
				make([]float32, ny), make([]float32, nx), make([]float32, nw))
			all = append(all, r.y, r.dx, r.dw)
		}
		if got := kerneltest.Checksum(all...); got != want {
			t.Errorf("checksum %s, want %s", got, want)
		}
	})
}

func TestConvRefusesImpossibleGeometry(t *testing.T) {
	for name, f := range map[string]func(){
		"window": func() {
			kernels.NewConv(1, 1, 1, 1, kernels.Window{IH: 2, IW: 2, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1})
		},
		"stride": func() { kernels.NewConv(1, 1, 1, 1, kernels.Window{IH: 2, IW: 2, KH: 1, KW: 1, DH: 1, DW: 1}) },
		"groups": func() { kernels.NewConv(1, 3, 4, 2, conv(1, 4, 4, 3, 4, 1, 1).Window) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

// BenchmarkConv times one direction of layers of Unet("efficientnet-b0") at batch 8, 256×256, on one core.
func BenchmarkConv(b *testing.B) { benchmarkConv(b, kernels.Float32) }

// BenchmarkConvHalf is BenchmarkConv in bfloat16.
func BenchmarkConvHalf(b *testing.B) { benchmarkConv(b, kernels.BFloat16) }

func benchmarkConv(b *testing.B, precision kernels.Precision) {
	for _, p := range []ref.Conv{
		conv(8, 128, 128, 16, 96, 1, 1), conv(8, 16, 16, 112, 672, 1, 1), conv(8, 8, 8, 1152, 192, 1, 1),
		conv(8, 16, 16, 432, 256, 3, 1), conv(8, 64, 64, 152, 64, 3, 1), conv(4, 128, 128, 96, 32, 3, 1),
		conv(2, 256, 256, 32, 16, 3, 1), conv(2, 256, 256, 16, 11, 3, 1), conv(8, 256, 256, 3, 32, 3, 2),
	} {
		c := precision.NewConv(p.N, p.IC, p.OC, p.Groups, p.Window)
		nx, nw, ny := p.N*p.IH*p.IW*p.IC, p.KH*p.KW*p.IC/p.Groups*p.OC, p.N*p.OH()*p.OW()*p.OC
		x, w, dy := kerneltest.Floats(1, nx), kerneltest.Floats(2, nw), kerneltest.Floats(3, ny)
		y, dx, dw, scratch := make([]float32, ny), make([]float32, nx), make([]float32, nw), make([]float32, c.Scratch())
		packed, back, partial := make([]float32, c.ForwardPacked()), make([]float32, c.BackPacked()), make([]float32, c.Partial())
		name := fmt.Sprintf("%d-%dk%ds%d@%d", p.IC, p.OC, p.KH, p.SH, p.IH)
		run := func(direction string, f func()) {
			b.Run(name+"/"+direction, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(c.FLOPs())*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
		run("forward", func() {
			backwards(c.PackForwardTasks(), func(i int) { c.PackForward(i, w, packed) })
			backwards(c.ForwardTasks(), func(i int) { c.Forward(i, false, x, packed, y, scratch) })
		})
		run("input", func() {
			backwards(c.PackBackTasks(), func(i int) { c.PackBack(i, w, back) })
			backwards(c.GradInputTasks(), func(i int) { c.GradInput(i, false, dy, back, dx, scratch) })
		})
		run("weight", func() {
			backwards(c.GradWeightTasks(), func(i int) { c.GradWeight(i, x, dy, partial, scratch) })
			backwards(c.ReduceTasks(), func(i int) { c.Reduce(i, partial, dw) })
		})
	}
}
