package optim

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/tensor"
)

// TestSameBits holds a few steps of every optimizer to one checksum for all instruction sets.
func TestSameBits(t *testing.T) {
	want := map[string]string{
		"adam":      "e753338594e6542c",
		"adamp":     "c4d9b5b2a8bbcf6a",
		"adamw":     "2d4d3ba5940dbdcc",
		"amsgrad":   "969ec8ddb7a8be59",
		"lion":      "69f66b04f317a190",
		"lookahead": "4c08075d347056db",
		"nadam":     "6c9726fb0d8b6c24",
		"radam":     "2932c637ad61fa2f",
		"sgd":       "8bf481f5ea3f24d7",
	}
	kerneltest.EachISA(t, func(t *testing.T) {
		for name, make := range makers {
			params := manyParams()
			weight := autograd.NewParam("IO", tensor.Dims(37, 12))
			copy(weight.Value.Data, kerneltest.Floats(99, 37*12))
			params = append(params, weight)
			opt := make(params)
			for k := range uint64(7) {
				step(opt, params, k)
			}
			var values [][]float32
			for _, p := range params {
				values = append(values, p.Value.Data)
			}
			assert.Equal(t, want[name], kerneltest.Checksum(values...), name)
		}
	})
}

// TestSameRates holds the schedules to one checksum of all bits of their rates for all processors.
func TestSameRates(t *testing.T) {
	cycle := DefaultOneCycle
	cycle.ThreePhase = true
	bits := fnv.New64a()
	for _, s := range []Schedule{
		Warmup(7, Cosine(1e-3, 1e-5, 190)), CosineRestarts(1e-3, 1e-6, 11, 2), StepDecay(1e-3, 0.3, 17),
		MultiStep(1e-3, 0.7, 3, 50, 120), Exponential(1e-3, 0.9, 13), Polynomial(1e-3, 1e-5, 0.9, 200),
		OneCycle(1e-3, 200, DefaultOneCycle), OneCycle(1e-3, 200, cycle), SWA(Cosine(1e-3, 0, 200), 100, 3e-4, 37, false),
	} {
		for step := range 200 {
			require.NoError(t, binary.Write(bits, binary.LittleEndian, s(step)))
		}
	}
	assert.Equal(t, "22f4183edbbfccd6", fmt.Sprintf("%016x", bits.Sum64()))
}
