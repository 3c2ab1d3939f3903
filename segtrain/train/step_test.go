package train

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/nn/loss"
	"tessera/optim"
)

// scene is a batch of two pictures whose class is their brightness, in vertical bands.
func scene(size int) (images []float32, masks []uint8) {
	images, masks = make([]float32, 2*size*size*3), make([]uint8, 2*size*size)
	for i := range masks {
		masks[i] = uint8(i % size / (size / 2))
		for c := range 3 {
			images[3*i+c] = float32(masks[i]) - 0.5
		}
	}
	return images, masks
}

func TestUnetLearns(t *testing.T) {
	const size = 32
	rng := nn.NewRand(1)
	enc, err := encoder.New("efficientnet-b0", rng, encoder.Options{DropConnect: 0.2})
	require.NoError(t, err)
	model, err := decoder.NewUnet(rng, enc, decoder.UnetOptions{Classes: 2, Channels: []int{16, 8, 8, 8, 8}})
	require.NoError(t, err)
	opt := optim.NewAdamW(nn.Params(model), optim.DefaultAdamW)
	s, err := NewStep(model, loss.CrossEntropy{Ignore: autograd.NoIgnore}, opt, 2, size, size, 3, 1, 1)
	require.NoError(t, err)
	defer s.Free()
	assert.Greater(t, s.Bytes(), int64(1<<20))
	images, masks := scene(size)
	var first, last float64
	for i := range 12 {
		last, _, err = s.Run(i, 5e-3, images, masks)
		require.NoError(t, err)
		if i == 0 {
			first = last
		}
	}
	assert.Less(t, last, first/2)
}

func newStep(t testing.TB, model *tiny, clip float64) *Step {
	t.Helper()
	opt := optim.NewAdamW(nn.Params(model), optim.DefaultAdamW)
	s, err := NewStep(model, loss.CrossEntropy{Ignore: autograd.NoIgnore}, opt, 2, side, side, 3, clip, 1)
	require.NoError(t, err)
	t.Cleanup(s.Free)
	return s
}

func TestStepDoesNotAllocate(t *testing.T) {
	s := newStep(t, newTiny(8), 1)
	images, masks := scene(side)
	step := 0
	allocations := testing.AllocsPerRun(10, func() {
		_, _, err := s.Run(step, 1e-3, images, masks)
		require.NoError(t, err)
		step++
	})
	assert.Zero(t, allocations)
}

func TestStepDrawsByItsNumber(t *testing.T) {
	images, masks := scene(side)
	losses := map[float64]bool{}
	for step := range 8 {
		var values [2]float64
		for i := range values {
			value, _, err := newStep(t, newTiny(8), 0).Run(step, 1e-3, images, masks)
			require.NoError(t, err)
			values[i] = value
		}
		assert.Equal(t, values[0], values[1])
		losses[values[0]] = true
	}
	assert.Greater(t, len(losses), 1, "drop-connect must not always drop the same")
}

func TestStepReportsTheNormBeforeClipping(t *testing.T) {
	images, masks := scene(side)
	free, limited := newTiny(8), newTiny(8)
	_, norm, err := newStep(t, free, 0).Run(0, 1e-3, images, masks)
	require.NoError(t, err)
	_, clipped, err := newStep(t, limited, norm/1e6).Run(0, 1e-3, images, masks)
	require.NoError(t, err)
	assert.Equal(t, norm, clipped)
	// Adam's first step is lr·g/(|g|+ε): only gradients near ε move less.
	assert.NotEqual(t, free.Head.Weight.Value.Data, limited.Head.Weight.Value.Data)
}

func TestStepThatIsNotFiniteChangesNoParameter(t *testing.T) {
	nan := float32(math.NaN())
	for want, spoil := range map[string]func(m *tiny, images []float32){
		"input":                 func(_ *tiny, images []float32) { images[7] = nan },
		"parameter body.weight": func(m *tiny, _ []float32) { m.Body.Weight.Value.Data[5] = nan },
		"result of conv": func(m *tiny, _ []float32) {
			for i := range m.Head.Weight.Value.Data {
				m.Head.Weight.Value.Data[i] = math.MaxFloat32
			}
		},
	} {
		m := newTiny(8)
		s := newStep(t, m, 1)
		before := slices.Clone(m.Stem.Weight.Value.Data)
		images, masks := scene(side)
		spoil(m, images)
		_, _, err := s.Run(4, 1e-3, images, masks)
		var bad *autograd.NonFiniteError
		require.ErrorAs(t, err, &bad, want)
		assert.Equal(t, uint64(5), bad.Step, "counted from 1")
		assert.Contains(t, bad.Tensor, want)
		assert.Equal(t, before, m.Stem.Weight.Value.Data)
		for _, p := range nn.Params(m) {
			assert.Zero(t, slices.Max(p.Grad.Data), "%s: gradient of %s", want, p.Name)
			assert.Zero(t, slices.Min(p.Grad.Data), "%s: gradient of %s", want, p.Name)
		}
	}
}

func TestStepOfAModelThatDoesNotFit(t *testing.T) {
	m := newTiny(8)
	opt := optim.NewAdamW(nn.Params(m), optim.DefaultAdamW)
	_, err := NewStep(m, loss.CrossEntropy{}, opt, 2, side, side, 4, 0, 1)
	assert.ErrorContains(t, err, "2×16×16×4")
}
