package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/tensor"
)

// TestPartsDrawAsTheWhole compares what is dropped of the last images of a batch with what is dropped of them as a part.
func TestPartsDrawAsTheWhole(t *testing.T) {
	for name, drop := range map[string]func(*autograd.Tape, *autograd.Var, float64) *autograd.Var{
		"drop-connect": autograd.DropConnect, "dropout": autograd.Dropout, "channels": autograd.DropChannels,
	} {
		factors := func(first, n int) []float32 {
			tape := autograd.NewTape(autograd.Training)
			defer tape.Free()
			tape.Seed, tape.Step, tape.First = 3, 4, first
			x := tape.Input(tensor.Dims(n, 5, 3, 20))
			y := tape.Output(drop(tape, x, 0.5))
			require.NoError(t, tape.Plan())
			for i := range x.Value() {
				x.Value()[i] = 1
			}
			tape.Forward()
			return append([]float32(nil), y.Value()...)
		}
		const image = 5 * 3 * 20
		whole := factors(0, 16)
		assert.Equal(t, whole[4*image:], factors(4, 12), name)
		assert.NotEqual(t, whole[4*image:], factors(0, 12), name)
	}
}

// TestAgainKeepsStatistics runs a batch norm twice: the second time leaves its statistics alone.
func TestAgainKeepsStatistics(t *testing.T) {
	for name, norm := range map[string]func(*autograd.Tape, *autograd.Var, *autograd.Var, *autograd.Var, autograd.BatchStats, autograd.Activation) *autograd.Var{
		"batch norm": autograd.BatchNorm, "of averages": autograd.BatchNormPooled,
	} {
		tape, stats := autograd.NewTape(autograd.Training), newStats(3)
		x, gamma, beta := tape.Input(tensor.Dims(4, 1, 1, 3)), autograd.NewParam("C", tensor.Dims(3)), autograd.NewParam("C", tensor.Dims(3))
		tape.Output(norm(tape, x, tape.Param(gamma), tape.Param(beta), stats, autograd.Identity))
		require.NoError(t, tape.Plan())
		for i := range x.Value() {
			x.Value()[i] = float32(i * i)
		}
		tape.Forward()
		mean, variance := append([]float32(nil), stats.Mean.Data...), append([]float32(nil), stats.Var.Data...)
		assert.NotEqual(t, newStats(3).Mean.Data, mean, name)
		tape.Again = true
		tape.Forward()
		assert.Equal(t, mean, stats.Mean.Data, name)
		assert.Equal(t, variance, stats.Var.Data, name)
		assert.EqualValues(t, 1, *stats.Batches, name)
		tape.Free()
	}
}
