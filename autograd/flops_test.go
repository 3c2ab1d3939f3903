package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/kernels"
	"tessera/tensor"
)

// TestFLOPs counts by hand: two operations for each tap, channel of a group and result.
func TestFLOPs(t *testing.T) {
	tape := autograd.NewTape(autograd.Inference)
	input := func(sizes ...int) *autograd.Var { return tape.Input(tensor.Dims(sizes...)) }
	want := int64(0)
	expect := func(flops int) {
		want += int64(flops)
		assert.Equal(t, want, tape.FLOPs())
	}
	win := kernels.Window{SH: 2, SW: 2, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	x := input(2, 9, 7, 6)
	y := autograd.Conv(tape, x, input(3, 3, 3, 4), nil, 2, win)
	expect(2 * (2 * 5 * 4 * 4) * 9 * 3)
	autograd.DepthwiseConv(tape, x, input(3, 3, 6), win)
	expect(2 * (2 * 5 * 4 * 6) * 9)
	autograd.UpsampleConv(tape, y, nil, input(3, 3, 4, 8))
	expect(2 * (2 * 5 * 4 * 8) * 9 * 4) // 9 products a pixel that becomes four
	autograd.UpsampleConv(tape, y, input(2, 10, 8, 5), input(3, 3, 9, 8))
	expect(2*(2*5*4*8)*9*4 + 2*(2*10*8*8)*9*5)
	autograd.ConvTranspose(tape, y, input(2, 2, 5, 4), nil, kernels.Window{SH: 2, SW: 2, DH: 1, DW: 1})
	expect(2 * (2 * 5 * 4 * 4) * (4 * 5))
	autograd.MatMulTransposed(tape, y, input(2, 3, 3, 4))
	expect(2 * (2 * 5 * 4) * 9 * 4)
	autograd.Linear(tape, y, input(4, 7), nil)
	expect(2 * (2 * 5 * 4) * 4 * 7)
	autograd.Linear(tape, x, input(6, 5), nil)
	expect(2 * (2 * 9 * 7 * 5) * 6)
	autograd.Attention(tape, x, input(2, 3, 4, 12), 3)
	expect(2 * 2 * (9 * 7) * (3 * 4) * (6 + 6)) // with the keys, and with the values
	autograd.ReLU(tape, x)
	expect(0)
}
