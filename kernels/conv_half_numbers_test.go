package kernels

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A convolution in bfloat16 gives the same bits where its operands lie in bfloat16 already, in every direction and in no more scratch
// than promised, and writes no other pixels than those of a task.
func TestConvOfBFloat16(t *testing.T) {
	pad := Window{IH: 19, IW: 14, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	point := Window{IH: 9, IW: 16, KH: 1, KW: 1, SH: 1, SW: 1, DH: 1, DW: 1}
	strided := pad
	strided.SH, strided.SW, strided.IW = 2, 2, 23
	for name, c := range map[string]struct {
		ic, oc int
		win    Window
		scaled bool
	}{
		"window": {24, 33, pad, false}, "few": {3, 5, pad, false}, "strided": {17, 20, strided, false}, "folded": {16, 40, FoldedWindow(10, 12), false},
		"point": {40, 19, point, false}, "in place": {64, 32, point, false}, "scaled": {300, 19, point, true}, "scaled whole": {32, 64, point, true},
	} {
		t.Run(name, func(t *testing.T) {
			conv := BFloat16.NewConv(3, c.ic, c.oc, 1, c.win)
			var gain []float32
			if c.scaled {
				conv = BFloat16.NewScaledConv(3, c.ic, c.oc, c.win)
				gain, _ = packed(StoreBFloat16, 3*c.ic)
			}
			x, x16 := packed(StoreBFloat16, 3*c.win.IH*c.win.IW*c.ic)
			dy, dy16 := packed(StoreBFloat16, 3*conv.OH()*conv.OW()*c.oc)
			w, _ := packed(StoreFloat16, c.win.KH*c.win.KW*c.ic*c.oc)
			scratch := func() []float32 { return nans(conv.Scratch() + conv.StoredScratch()) }
			forward, back := make([]float32, conv.ForwardPacked()), make([]float32, conv.BackPacked())
			for i := range conv.PackForwardTasks() {
				conv.PackForward(i, w, forward)
			}
			for i := range conv.PackBackTasks() {
				conv.PackBack(i, w, back)
			}
			bf16s := StoreBFloat16.Stored
			want, got := make([]float32, len(dy)), make([]float32, len(dy))
			for i := range conv.ForwardTasks() {
				begin, end := conv.ForwardPixels(i)
				conv.ForwardScaled(i, x, gain, forward, want, scratch())
				conv.ForwardOf(i, false, bf16s(x16), gain, forward, got[begin*c.oc:end*c.oc], scratch())
			}
			require.Empty(t, cmp.Diff(want, got))
			want, got = make([]float32, len(x)), make([]float32, len(x))
			for i := range conv.GradInputTasks() {
				begin, end := conv.GradInputPixels(i)
				conv.GradInput(i, true, dy, back, want, scratch())
				conv.GradInputOf(i, true, bf16s(dy16), back, got[begin*c.ic:end*c.ic], scratch())
			}
			require.Empty(t, cmp.Diff(want, got))
			want, got = make([]float32, conv.Partial()), make([]float32, conv.Partial())
			for i := range conv.GradWeightTasks() {
				conv.GradWeightScaled(i, x, gain, dy, want, scratch())
				conv.GradWeightOf(i, bf16s(x16), gain, bf16s(dy16), got, scratch())
			}
			require.Empty(t, cmp.Diff(want, got))
		})
	}
}

// Numbers that would have to be rounded again, or that a convolution does not round, are refused.
func TestConvRefusesOtherNumbers(t *testing.T) {
	win := Window{IH: 4, IW: 4, KH: 1, KW: 1, SH: 1, SW: 1, DH: 1, DW: 1}
	for _, p := range []Precision{Float32, BFloat16, BFloat16x3} {
		for _, s := range []Storage{StoreFloat16, StoreBFloat16} {
			c := p.NewConv(1, 32, 32, 1, win)
			_, x := packed(s, 16*32)
			run := func() {
				c.GradWeightOf(0, s.Stored(x), nil, s.Stored(x), make([]float32, c.Partial()), make([]float32, c.Scratch()+c.StoredScratch()))
			}
			t.Run(fmt.Sprint(p, s), func(t *testing.T) {
				if p == BFloat16 && s == StoreBFloat16 {
					assert.NotPanics(t, run)
				} else {
					assert.Panics(t, run)
				}
			})
		}
	}
}

// BenchmarkConvOfBFloat16 times layers of a decoder on maps in bfloat16, in all directions.
func BenchmarkConvOfBFloat16(b *testing.B) {
	for _, l := range [][3]int{{16, 16, 256}, {64, 64, 64}, {256, 256, 16}} {
		side := l[2]
		w := Window{IH: side, IW: side, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
		c := BFloat16.NewConv(8, l[0], l[1], 1, w)
		_, x := packed(StoreBFloat16, 8*side*side*l[0])
		_, dy := packed(StoreBFloat16, 8*side*side*l[1])
		of, scratch := StoreBFloat16.Stored, make([]float32, c.Scratch()+c.StoredScratch())
		forward, back, partial := make([]float32, c.ForwardPacked()), make([]float32, c.BackPacked()), make([]float32, c.Partial())
		y, dx := make([]float32, len(dy)), make([]float32, len(x))
		sub := func(name string, tasks int, run func(i int)) {
			b.Run(fmt.Sprint(l, name), func(b *testing.B) {
				for b.Loop() {
					for i := range tasks {
						run(i)
					}
				}
				b.ReportMetric(float64(c.FLOPs()*b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
		sub("forward", c.ForwardTasks(), func(i int) {
			begin, end := c.ForwardPixels(i)
			c.ForwardOf(i, false, of(x), nil, forward, y[:(end-begin)*c.OC], scratch)
		})
		sub("input", c.GradInputTasks(), func(i int) {
			begin, end := c.GradInputPixels(i)
			c.GradInputOf(i, false, of(dy), back, dx[:(end-begin)*c.IC], scratch)
		})
		sub("weight", c.GradWeightTasks(), func(i int) { c.GradWeightOf(i, of(x), nil, of(dy), partial, scratch) })
	}
}
