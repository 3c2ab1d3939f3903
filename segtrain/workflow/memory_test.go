package workflow

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A batch that does not fit is refused, and the one named instead does fit while one image more does not.
func TestFits(t *testing.T) {
	cfg := parse(t, "train.batch=9")
	p, err := build(cfg)
	require.NoError(t, err)
	assert.NoError(t, p.fits(cfg, p.memory.Total()))
	assert.NoError(t, p.fits(cfg, 0), "the memory is not known")

	five, err := p.forecast(cfg, 5)
	require.NoError(t, err)
	for available, want := range map[int64]string{
		p.memory.Total() - 1: "the largest batch that fits is 8",
		five.Total():         "the largest batch that fits is 5",
		five.Total() - 1:     "the largest batch that fits is 4",
		1 << 20:              "not even one image fits: make data.size smaller",
	} {
		err := p.fits(cfg, available)
		require.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, fmt.Sprintf("train.batch: a step of 9 images of 32×32 needs %s", megabytes(p.memory.Total())))
	}
}

// A batch that is computed in parts takes the memory of a part and of what is said of all, and a refusal says how many parts do.
func TestFitsInParts(t *testing.T) {
	whole := parse(t, "model.encoder=mobilenet_v2", "train.batch=8", "data.size=[96,96]")
	p, err := build(whole)
	require.NoError(t, err)
	parted := parse(t, "model.encoder=mobilenet_v2", "train.batch=2", "train.accumulate=4", "data.size=[96,96]")
	q, err := build(parted)
	require.NoError(t, err)
	assert.Equal(t, p.memory.Weights, q.memory.Weights)
	assert.Less(t, q.memory.Step, p.memory.Step*2/5)
	steps, perEpoch := lengths(whole, 100)
	got, gotPerEpoch := lengths(parted, 100)
	assert.Equal(t, []int{steps, perEpoch}, []int{got, gotPerEpoch})

	err = p.fits(whole, q.memory.Total())
	assert.ErrorContains(t, err, "; train.batch=2 with train.accumulate=4 makes steps of as many")
	assert.NoError(t, q.fits(parted, q.memory.Total()))
	assert.NotContains(t, p.fits(whole, 1<<20).Error(), "accumulate")
}

// Where halves would let the batch fit, the refusal says so; and so it is.
func TestFitsInHalves(t *testing.T) {
	cfg := parse(t, "model.encoder=mobilenet_v2", "train.batch=9", "data.size=[96,96]")
	p, err := build(cfg)
	require.NoError(t, err)
	half := parse(t, "model.encoder=mobilenet_v2", "train.batch=9", "data.size=[96,96]", "precision=fp16")
	h, err := build(half)
	require.NoError(t, err)
	assert.Less(t, h.memory.Step, p.memory.Step*2/3)
	assert.Equal(t, p.memory.Weights, h.memory.Weights)

	err = p.fits(cfg, h.memory.Total())
	assert.ErrorContains(t, err, "; with train.activations=fp16 all 9 do, in "+megabytes(h.memory.Total()))
	assert.NoError(t, h.fits(half, h.memory.Total()))
	assert.NotContains(t, p.fits(cfg, h.memory.Total()-1).Error(), "train.activations")
	assert.NotContains(t, h.fits(half, h.memory.Total()-1).Error(), "train.activations")
}

func TestMachineMemory(t *testing.T) {
	total, free := machineMemory()
	assert.GreaterOrEqual(t, total, free)
}
