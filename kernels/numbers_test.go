package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// packed returns n random numbers that storage holds exactly, and them packed.
func packed(storage Storage, n int) ([]float32, []uint16) {
	rng := rand.New(rand.NewPCG(uint64(n), 3))
	x, halves := make([]float32, n), make([]uint16, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	storage.Pack(x, halves)
	storage.Unpack(halves, x)
	return x, halves
}

// nans returns n floats that must not be read.
func nans(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.NaN())
	}
	return x
}

// The gradient of the weights of what is stored is that of what it holds, to the last bit, in no more scratch than promised.
func TestGradWeightOfStored(t *testing.T) {
	pad := Window{IH: 19, IW: 14, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	point := Window{IH: 9, IW: 11, KH: 1, KW: 1, SH: 1, SW: 1, DH: 1, DW: 1}
	strided, dilated, both := pad, pad, pad
	strided.SH, strided.SW, strided.IW = 2, 2, 23
	dilated.DH, dilated.DW, dilated.PT, dilated.PB = 2, 2, 2, 2
	both.SH, both.SW, both.DH, both.DW = 2, 2, 2, 2
	for name, c := range map[string]struct {
		ic, oc, groups int
		win            Window
		scaled         bool
	}{
		"tiles": {24, 33, 1, pad, false}, "many channels": {150, 16, 1, pad, false}, "few": {3, 5, 1, pad, false},
		"strided": {17, 20, 1, strided, false}, "dilated": {9, 8, 1, dilated, false}, "both": {6, 8, 1, both, false},
		"groups": {12, 8, 4, pad, false}, "point": {40, 19, 1, point, false}, "scaled": {300, 19, 1, point, true},
	} {
		for _, p := range []Precision{Float32, BFloat16, BFloat16x3} {
			for _, storage := range []Storage{StoreFloat16, StoreBFloat16} {
				t.Run(fmt.Sprint(name, p, storage), func(t *testing.T) {
					conv := p.NewConv(3, c.ic, c.oc, c.groups, c.win)
					var gain []float32
					if c.scaled {
						conv = p.NewScaledConv(3, c.ic, c.oc, c.win)
						gain, _ = packed(storage, 3*c.ic)
					}
					x, halves := packed(storage, 3*c.win.IH*c.win.IW*c.ic)
					dy, _ := packed(storage, 3*conv.OH()*conv.OW()*c.oc)
					want, got := make([]float32, conv.Partial()), make([]float32, conv.Partial())
					for i := range conv.GradWeightTasks() {
						conv.GradWeightScaled(i, x, gain, dy, want, nans(conv.Scratch()))
						conv.GradWeightOf(i, storage.Stored(halves), gain, Floats(dy), got, nans(conv.Scratch()+conv.StoredScratch()))
					}
					require.Empty(t, cmp.Diff(want, got))
				})
			}
		}
	}
}

func TestUpConvGradWeightOfStored(t *testing.T) {
	c := NewUpConv(2, 13, 6, 20, 12)
	x, halves := packed(StoreFloat16, 2*13*6*20)
	dy, _ := packed(StoreFloat16, 2*26*12*12)
	want, got := make([]float32, c.Partial()), make([]float32, c.Partial())
	for i := range c.GradWeightTasks() {
		c.GradWeight(i, x, dy, want, nans(c.Scratch()))
		c.GradWeightOf(i, StoreFloat16.Stored(halves), nil, Floats(dy), got, nans(c.Scratch()+c.StoredScratch()))
	}
	require.Empty(t, cmp.Diff(want, got))
}

func TestDWConvOfStored(t *testing.T) {
	for _, channels := range []int{5, 96, 700} { // the last falls into blocks
		w := Window{IH: 33, IW: 21, KH: 5, KW: 3, SH: 2, SW: 1, DH: 1, DW: 2, PT: 2, PL: 2, PB: 2, PR: 2}
		d := NewDWConv(2, channels, w)
		x, x16 := packed(StoreBFloat16, 2*33*21*channels)
		dy, dy16 := packed(StoreBFloat16, 2*d.OH()*d.OW()*channels)
		weights, _ := packed(StoreBFloat16, 15*channels)
		of := StoreBFloat16.Stored
		want, got := make([]float32, d.PartialFloats()), make([]float32, d.PartialFloats())
		for i := range d.GradWeightTasks() {
			d.GradWeight(i, x, dy, want, nans(d.GradWeightScratch()))
			d.GradWeightOf(i, of(x16), Floats(dy), got, nans(d.GradWeightScratch()))
			require.Empty(t, cmp.Diff(want, got))
			d.GradWeightOf(i, of(x16), of(dy16), got, nans(d.GradWeightScratch()+d.GradWeightStored()))
			require.Empty(t, cmp.Diff(want, got))
		}
		want, got = make([]float32, len(dy)), make([]float32, len(dy))
		for i := range d.ForwardTasks() {
			begin, end, _ := d.ForwardPixels(i)
			d.Forward(i, x, weights, want, nans(d.ForwardScratch()))
			d.ForwardOf(i, of(x16), weights, got[begin*channels:end*channels], nans(d.ForwardScratch()))
		}
		require.Empty(t, cmp.Diff(want, got))
		want, got = make([]float32, len(x)), make([]float32, len(x))
		for i := range d.GradInputTasks() {
			begin, end, _ := d.GradInputPixels(i)
			d.GradInput(i, true, dy, weights, want, nans(d.GradInputScratch()))
			d.GradInputOf(i, true, of(dy16), weights, got[begin*channels:end*channels], nans(d.GradInputScratch()))
		}
		require.Empty(t, cmp.Diff(want, got))
	}
}
