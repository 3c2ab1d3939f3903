package nn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/nn/loss"
	"tessera/optim"
)

// trainedChecksum is that of the parameters and statistics that training gives, on every processor.
const trainedChecksum = "250e83411e4f3dbc"

// TestSameBits trains a small U-Net with everything that a run has, for every number of workers and instruction set.
func TestSameBits(t *testing.T) {
	defer parallel.SetWorkers(0)
	kerneltest.EachISA(t, func(t *testing.T) {
		counts := []int{1, 2, 7}
		if testing.Short() || kernels.Active() == kernels.Generic { // slow there
			counts = []int{7}
		}
		for _, workers := range counts {
			parallel.SetWorkers(workers)
			assert.Equal(t, trainedChecksum, trainSmall(t), "%d workers", workers)
		}
	})
}

// trainSmall trains a U-Net of a thin decoder for ten steps and returns the checksum of its state.
func trainSmall(t *testing.T) string {
	t.Helper()
	rng := nn.NewRand(7)
	e, err := encoder.New("efficientnet-b0", rng, encoder.Options{DropConnect: 0.5})
	require.NoError(t, err)
	u, err := decoder.NewUnet(rng, e, decoder.UnetOptions{Classes: 11, Channels: []int{16, 12, 8, 8, 5}})
	require.NoError(t, err)
	l := loss.Sum{Weights: []float32{1, 0.5}, Losses: []loss.Loss{
		loss.CrossEntropy{Ignore: 11, Smoothing: 0.1}, loss.Dice{RegionOptions: autograd.RegionOptions{Ignore: 11, Smooth: 1}}}}
	s := newTraining(t, u, [4]int{2, 3, 32, 32}, l, optim.DefaultAdamW)
	s.tape.Seed = 3
	clip := optim.NewClipper(nn.Params(u))
	rate := optim.Warmup(2, optim.Cosine(1e-3, 1e-5, 10))
	for step := range 10 {
		s.tape.Step = uint64(step)
		s.gradients()
		s.optim.Step(rate(step), optim.ClipScale(clip.Norm(), 1))
	}
	var state [][]float32
	nn.Walk(u, func(_ string, e nn.Entry) {
		switch {
		case e.Param != nil:
			state = append(state, e.Param.Value.Data)
		case e.Buffer != nil:
			state = append(state, e.Buffer.Data)
		}
	})
	return kerneltest.Checksum(state...)
}
