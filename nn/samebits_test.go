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

// trainedChecksums are those of the parameters and statistics that training gives, on every processor.
var trainedChecksums = map[kernels.Precision]string{
	kernels.Float32:    "250e83411e4f3dbc",
	kernels.Float16:    "1a0fe83d4d11e54f",
	kernels.BFloat16:   "f4fa8487573e0d7c",
	kernels.BFloat16x3: "3b75f2adf8b8c62c",
}

// firstChecksums are those after the first step.
var firstChecksums = map[kernels.Precision]string{kernels.BFloat16: "b4e7275c51be6e7a", kernels.BFloat16x3: "87fcad796669c3fc"}

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
			for _, p := range []kernels.Precision{kernels.Float32, kernels.Float16} {
				assert.Equal(t, trainedChecksums[p], trainSmall(t, p, 10), "%v, %d workers", p, workers)
			}
		}
	})
}

// TestSameBitsInHalf is TestSameBits with convolutions in bfloat16, which matrix units multiply and other processors
// imitate: slowly in portable Go.
func TestSameBitsInHalf(t *testing.T) {
	defer parallel.SetWorkers(0)
	for _, precision := range []kernels.Precision{kernels.BFloat16, kernels.BFloat16x3} {
		t.Run(precision.String(), func(t *testing.T) {
			kerneltest.EachISA(t, func(t *testing.T) {
				assert.Equal(t, firstChecksums[precision], trainSmall(t, precision, 1), "one step")
				counts := []int{1, 2, 7}
				if kernels.Bfloat16Unit().ISA < kernels.AVX512 {
					counts = []int{7}
					if testing.Short() {
						return
					}
				}
				for _, workers := range counts {
					parallel.SetWorkers(workers)
					assert.Equal(t, trainedChecksums[precision], trainSmall(t, precision, 10), "%d workers", workers)
				}
			})
		})
	}
}

// trainSmall trains a U-Net of a thin decoder and returns the checksum of its state.
func trainSmall(t *testing.T, precision kernels.Precision, steps int) string {
	t.Helper()
	rng := nn.NewRand(7)
	e, err := encoder.New("efficientnet-b0", rng, encoder.Options{DropConnect: 0.5})
	require.NoError(t, err)
	u, err := decoder.NewUnet(rng, e, decoder.UnetOptions{Classes: 11, Channels: []int{16, 12, 8, 8, 5}})
	require.NoError(t, err)
	l := loss.Sum{Weights: []float32{1, 0.5}, Losses: []loss.Loss{
		loss.CrossEntropy{Ignore: 11, Smoothing: 0.1}, loss.Dice{RegionOptions: autograd.RegionOptions{Ignore: 11, Smooth: 1}}}}
	s := newTrainingIn(t, precision, u, [4]int{2, 3, 32, 32}, l, optim.DefaultAdamW)
	s.tape.Seed = 3
	clip := optim.NewClipper(nn.Params(u))
	rate := optim.Warmup(2, optim.Cosine(1e-3, 1e-5, 10))
	for step := range steps {
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
