package nn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/loss"
	"tessera/optim"
)

// TestFreezeKeepsTheEncoder trains a U-Net whose encoder is frozen: nothing of the encoder changes, running statistics and
// counters included, and all of the decoder does. What was frozen before stays so after thaw.
func TestFreezeKeepsTheEncoder(t *testing.T) {
	u := newUnet(t, 0)
	unused := frozen(u)
	require.NotEmpty(t, unused)
	thaw := nn.Freeze(u.Encoder)
	require.Len(t, frozen(u), len(nn.Params(u.Encoder)))
	encoder, decoder := checkpoint.Entries(u.Encoder), checkpoint.Entries(u.Decoder)
	s := newTraining(t, u, [4]int{2, 3, 32, 32}, loss.CrossEntropy{Ignore: 11}, optim.DefaultAdamW)
	s.gradients()
	s.optim.Step(1e-3, 1)
	for i, e := range checkpoint.Entries(u.Encoder) {
		assert.Equal(t, encoder[i].Data, e.Data, e.Name)
	}
	for i, e := range checkpoint.Entries(u.Decoder) {
		assert.NotEqual(t, decoder[i].Data, e.Data, e.Name)
	}
	thaw()
	assert.Equal(t, unused, frozen(u))
}

// frozen lists the frozen parameters of a model.
func frozen(model any) (list []*autograd.Param) {
	for _, p := range nn.Params(model) {
		if p.Frozen {
			list = append(list, p)
		}
	}
	return list
}
