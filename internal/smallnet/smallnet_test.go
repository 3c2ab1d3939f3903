package smallnet

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/encoder"
	"tessera/tensor"
)

// Maps are as large as those of any encoder, whatever is asked for, and what none of them needs is frozen.
func TestEncoder(t *testing.T) {
	for _, o := range []encoder.Options{
		{Depth: 5, OutputStride: 32, InChannels: 3}, {Depth: 3, OutputStride: 32, InChannels: 3},
		{Depth: 4, OutputStride: 8, InChannels: 1}, {Depth: 5, OutputStride: 16, InChannels: 4, DropConnect: 0.5},
	} {
		e, err := encoder.New(Name, nn.NewRand(1), o)
		require.NoError(t, err)
		tape := autograd.NewTape(autograd.Training)
		maps := e.Forward(tape, tape.Input(tensor.Dims(1, 64, 96, o.InChannels)))
		require.Len(t, maps, o.Depth)
		for i, m := range maps {
			stride := min(2<<i, o.OutputStride)
			assert.Equal(t, tensor.Dims(1, 64/stride, 96/stride, e.Channels()[i]), m.Shape, "%+v", o)
		}
		numbers, learning := 0, map[bool]int{}
		for _, p := range nn.Params(e) {
			numbers += len(p.Value.Data)
			learning[!p.Frozen]++
		}
		assert.Less(t, numbers, 20_000)
		assert.Equal(t, 6*o.Depth, learning[true], "%+v", o)
		assert.Equal(t, 6*(5-o.Depth), learning[false], "%+v", o)
	}
}
