package kernels_test

import (
	"fmt"
	"math"
	"testing"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// halfProblems are convProblems and shapes around what products in bfloat16 are cut to.
var halfProblems = append(append([]ref.Conv(nil), convProblems...),
	conv(1, 20, 33, 40, 72, 3, 1), conv(2, 33, 18, 64, 16, 3, 1), conv(3, 10, 10, 33, 48, 1, 1), conv(1, 50, 61, 11, 65, 1, 1),
	conv(5, 6, 6, 17, 19, 3, 1), conv(2, 21, 30, 16, 35, 4, 2), conv(2, 16, 10, 18, 32, 2, 2), conv(2, 12, 12, 300, 8, 1, 1),
	ref.Conv{N: 2, IC: 8, OC: 12, Groups: 1, Window: kernels.FoldedWindow(14, 18)},
	ref.Conv{N: 1, IC: 20, OC: 24, Groups: 1, Window: kernels.FoldedWindow(70, 66)},
)

var roundings = []kernels.Precision{kernels.BFloat16, kernels.BFloat16x3}

// bfloat16 returns the nearest numbers of 8 bits of significand to x, which has no denormals.
func bfloat16(x []float32) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		bits := math.Float32bits(v)
		y[i] = math.Float32frombits((bits + 0x7fff + bits>>16&1) &^ 0xffff)
	}
	return y
}

// Sums of products that are rounded once are those of float64 on rounded operands; those in two parts are nearly those
// of the operands themselves.
func TestConvHalf(t *testing.T) {
	for _, p := range halfProblems {
		nx, nw, ny := p.N*p.IH*p.IW*p.IC, p.KH*p.KW*p.IC/p.Groups*p.OC, p.N*p.OH()*p.OW()*p.OC
		x, w, dy := kerneltest.Floats(1, nx), kerneltest.Floats(2, nw), kerneltest.Floats(3, ny)
		y0, dx0, dw0 := kerneltest.Floats(4, ny), kerneltest.Floats(5, nx), kerneltest.Floats(6, nw)
		for _, precision := range roundings {
			t.Run(fmt.Sprintf("%v/%+v", precision, p), func(t *testing.T) {
				var first *convRun
				kerneltest.EachISA(t, func(t *testing.T) {
					r := runConvIn(t, precision, p, x, w, dy, y0, dx0, dw0)
					if first != nil {
						kerneltest.Equal(t, first.y, r.y)
						kerneltest.Equal(t, first.dx, r.dx)
						kerneltest.Equal(t, first.dw, r.dw)
						return
					}
					first = &r
					rx, rw, rdy, more := bfloat16(x), bfloat16(w), bfloat16(dy), 0.0
					if precision == kernels.BFloat16x3 || !rounds(precision, p) {
						rx, rw, rdy = x, w, dy
						more = 3 * 0x1p-16
					}
					nearer(t, more, p.KH*p.KW*p.IC, y0, r.y)(p.Forward(rx, rw))
					nearer(t, more, p.KH*p.KW*p.OC, dx0, r.dx)(p.GradInput(rdy, rw))
					nearer(t, more, ny/p.OC, dw0, r.dw)(p.GradWeight(rx, rdy))
				})
			})
		}
	}
}

// rounds reports whether such a convolution is computed in bfloat16 where a precision that rounds is asked for.
func rounds(precision kernels.Precision, p ref.Conv) bool {
	return (precision == kernels.BFloat16 || p.IC >= 8) && p.Groups == 1 && (p.DH*p.DW == 1 || p.SH*p.SW == 1) && p.OH()*p.OW() > 1
}

// nearer is near for operands with a relative error of their own, and at least 32 terms.
func nearer(t *testing.T, relative float64, terms int, start, got []float32) func(sum, scale []float64) {
	return func(sum, scale []float64) {
		t.Helper()
		for i, s := range start {
			sum[i] += float64(s)
			scale[i] = (scale[i]+math.Abs(float64(s)))*(1+relative*(1<<24)/float64(terms+34)) + 1e-30
		}
		kerneltest.Near(t, sum, scale, terms+32, got)
	}
}

// One checksum holds for every ISA and build.
func TestConvHalfChecksum(t *testing.T) {
	want := map[kernels.Precision]string{kernels.BFloat16: "73dbcb392a896239", kernels.BFloat16x3: "005ad06dfcec93f5"}
	for _, precision := range roundings {
		t.Run(precision.String(), func(t *testing.T) {
			kerneltest.EachISA(t, func(t *testing.T) {
				var all [][]float32
				for _, p := range halfProblems {
					nx, nw, ny := p.N*p.IH*p.IW*p.IC, p.KH*p.KW*p.IC/p.Groups*p.OC, p.N*p.OH()*p.OW()*p.OC
					r := runConvIn(t, precision, p, kerneltest.Floats(1, nx), kerneltest.Floats(2, nw), kerneltest.Floats(3, ny),
						make([]float32, ny), make([]float32, nx), make([]float32, nw))
					all = append(all, r.y, r.dx, r.dw)
				}
				if got := kerneltest.Checksum(all...); got != want[precision] {
					t.Errorf("checksum %s, want %s", got, want[precision])
				}
			})
		})
	}
}

// TestConvHalfAccuracy compares a layer of a decoder with float64: the root mean square of the errors as a part of that of
// the results.
func TestConvHalfAccuracy(t *testing.T) {
	p := conv(1, 14, 14, 64, 24, 3, 1)
	x, w := kerneltest.Floats(1, 14*14*64), kerneltest.Floats(2, 9*64*24)
	dy, none := kerneltest.Floats(3, 14*14*24), make([]float32, 1<<17)
	for _, c := range []struct {
		precision   kernels.Precision
		least, most float64
	}{{kernels.Float32, 0, 7e-7}, {kernels.BFloat16, 1e-3, 4e-3}, {kernels.BFloat16x3, 1e-6, 8e-6}} {
		r := runConvIn(t, c.precision, p, x, w, dy, none[:len(dy)], none[:len(x)], none[:len(w)])
		for name, pass := range map[string]struct {
			got  []float32
			want func() (sum, scale []float64)
		}{
			"forward": {r.y, func() ([]float64, []float64) { return p.Forward(x, w) }},
			"input":   {r.dx, func() ([]float64, []float64) { return p.GradInput(dy, w) }},
			"weight":  {r.dw, func() ([]float64, []float64) { return p.GradWeight(x, dy) }},
		} {
			want, _ := pass.want()
			errors, size := 0.0, 0.0
			for i, v := range want {
				errors += (float64(pass.got[i]) - v) * (float64(pass.got[i]) - v)
				size += v * v
			}
			e := math.Sqrt(errors / size)
			t.Logf("%v %s: %.2g", c.precision, name, e)
			if !(e >= c.least && e <= c.most) {
				t.Errorf("%v %s: error %.3g, want %.1g to %.1g", c.precision, name, e, c.least, c.most)
			}
		}
	}
}
