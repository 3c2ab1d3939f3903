package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/kernels"
	"tessera/tensor"
)

// upConvRun is what a pass over the composition or the one operation leaves.
type upConvRun struct{ y, dx, dskip, dw []float32 }

func runUpConv(t *testing.T, fused bool, h, w, cx, cs, oc int) upConvRun {
	tape := autograd.NewTape(autograd.Training)
	tape.Poison = true
	param := func(key uint64, sizes ...int) *autograd.Param {
		p := autograd.NewParam("NHWC", tensor.Dims(sizes...))
		copy(p.Value.Data, kerneltest.Floats(key, p.Value.Shape.Size()))
		return p
	}
	x, skip, weight := param(1, 2, h, w, cx), param(2, 2, 2*h, 2*w, max(1, cs)), param(3, 3, 3, cx+cs, oc)
	vx, vw := tape.Param(x), tape.Param(weight)
	var vs *autograd.Var
	if cs > 0 {
		vs = tape.Param(skip)
	}
	var y *autograd.Var
	if fused {
		y = autograd.UpsampleConv(tape, vx, vs, vw)
	} else {
		y = autograd.ResizeNearest(tape, vx, 2*h, 2*w)
		if vs != nil {
			y = autograd.Concat(tape, y, vs)
		}
		y = autograd.Conv(tape, y, vw, nil, 1, kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1})
	}
	tape.Output(y)
	// A loss that weighs every element differently: cross-entropy of the channels.
	labels := tape.Labels(tensor.Dims(2, 2*h, 2*w))
	for i := range labels.Indices {
		labels.Indices[i] = uint8(i % oc)
	}
	loss := autograd.CrossEntropy(tape, y, autograd.NewTarget(labels), autograd.NoIgnore, 0, nil)
	require.NoError(t, tape.Plan())
	defer tape.Free()
	tape.Forward()
	r := upConvRun{y: append([]float32(nil), y.Value()...)}
	tape.Backward(loss, 100)
	r.dx, r.dskip, r.dw = x.Grad.Data, skip.Grad.Data, weight.Grad.Data
	return r
}

// The operation is the composition of the plain ones up to rounding, on every ISA with the same bits.
func TestUpsampleConv(t *testing.T) {
	for _, s := range [][5]int{{1, 1, 1, 0, 2}, {3, 5, 4, 3, 2}, {4, 8, 20, 12, 35}, {8, 3, 7, 0, 16}} {
		want := runUpConv(t, false, s[0], s[1], s[2], s[3], s[4])
		var first *upConvRun
		kerneltest.EachISA(t, func(t *testing.T) {
			got := runUpConv(t, true, s[0], s[1], s[2], s[3], s[4])
			if first == nil {
				first = &got
			}
			for i, pair := range [][3][]float32{{want.y, got.y, first.y}, {want.dx, got.dx, first.dx},
				{want.dskip, got.dskip, first.dskip}, {want.dw, got.dw, first.dw}} {
				require.InDeltaSlice(t, pair[0], pair[1], 2e-4, "%v: result %d", s, i)
				kerneltest.Equal(t, pair[2], pair[1])
			}
		})
	}
}
