package train

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/tensor"
)

const partsSize, partsClasses = 36, 5

// partsModel is a U-Net that drops connections, with the heads of deep supervision and for classification. Its
// normalisations keep their statistics, so that a picture knows nothing of the others.
func partsModel(t *testing.T) (*decoder.SegmentationModel, Heads) {
	t.Helper()
	rng := nn.NewRand(4)
	e, err := encoder.New("efficientnet-b0", rng, encoder.Options{DropConnect: 0.4})
	require.NoError(t, err)
	s, err := decoder.Defaults("unet")
	require.NoError(t, err)
	require.NoError(t, s.SetChannels([]int{24, 16, 8, 8, 8}))
	m, err := decoder.New("unet", rng, e, decoder.Options{Classes: partsClasses, Settings: s,
		Aux: &decoder.AuxParams{Classes: partsClasses, Dropout: 0.3}})
	require.NoError(t, err)
	deep, err := decoder.NewDeepHeads(rng, m)
	require.NoError(t, err)
	params := map[string]*autograd.Param{}
	nn.Walk(m, func(name string, entry nn.Entry) {
		if params[name] = entry.Param; strings.HasSuffix(name, "running_mean") {
			params[strings.TrimSuffix(name, "running_mean")+"weight"].Frozen = true
		}
	})
	return m, Heads{Deep: deep, Aux: &Aux{Weight: 0.5, Ignore: partsClasses, Classes: make([]string, partsClasses)}}
}

// partsBatch is four pictures, of which the first counts in a few pixels alone and the last has classes of its own.
func partsBatch() (images []float32, masks []uint8) {
	images = golden.Pictures(3, 4, partsSize, partsSize, 3)
	for i, class := range golden.Labels(4, partsSize, partsSize, partsClasses-1) {
		switch picture := i / (partsSize * partsSize); {
		case picture == 0 && i%7 != 0:
			class = partsClasses
		case picture == 3:
			class++
		}
		masks = append(masks, uint8(class))
	}
	return images, masks
}

// TestPartsHaveTheGradientsOfTheBatch compares the loss and every gradient of steps in parts with those of the step on the whole batch, for losses
// that are no means of those of parts.
func TestPartsHaveTheGradientsOfTheBatch(t *testing.T) {
	images, masks := partsBatch()
	l := loss.Sum{Losses: []loss.Loss{
		loss.CrossEntropy{Ignore: partsClasses}, loss.Dice{RegionOptions: autograd.RegionOptions{Ignore: partsClasses, Eps: 1e-7}}, loss.Lovasz{Ignore: partsClasses},
	}, Weights: []float32{1, 1, 1}}
	run := func(parts int) (value float64, gradients map[string][]float32) {
		m, heads := partsModel(t)
		s, err := stepOptions{model: m, heads: heads, loss: l, images: tensor.Dims(4, partsSize, partsSize, 3), labels: 1, parts: parts,
			seed: 6}.plan(optim.NewSGD(nn.Params(heads.With(m)), optim.SGDOptions{}), 0)
		require.NoError(t, err)
		defer s.Free()
		s.Label(make([]string, 4), masks)
		s.forward(2, images, masks)
		value = float64(s.loss.Value()[0])
		s.backward(images)
		gradients = map[string][]float32{}
		nn.Walk(heads.With(m), func(name string, e nn.Entry) {
			if e.Param != nil {
				gradients[name] = slices.Clone(e.Param.Grad.Data)
			}
		})
		return value, gradients
	}
	value, gradients := run(1)
	for _, parts := range []int{2, 4} {
		got, slopes := run(parts)
		var worst golden.Worst
		worst.See("loss", math.Abs(got-value)/value, 1e-6)
		worst.Report(t, fmt.Sprintf("batch in %d parts", parts), "loss, relative", "the batch at once")
		require.Len(t, slopes, len(gradients))
		var far golden.Worst
		for name, want := range gradients {
			far.See(name, off(slopes[name], want), 1e-5)
		}
		far.Report(t, fmt.Sprintf("batch in %d parts", parts), "gradients, by their norm", "the batch at once")
	}
}

// off returns the norm of the difference between a gradient and what it should be, by the norm of that.
func off(got, want []float32) float64 {
	var difference, norm float64
	for i := range want {
		d := float64(got[i]) - float64(want[i])
		difference, norm = difference+d*d, norm+float64(want[i])*float64(want[i])
	}
	if norm == 0 {
		return math.Sqrt(difference)
	}
	return math.Sqrt(difference / norm)
}

func newPartedStep(t testing.TB, m *tiny, parts int) *Step {
	t.Helper()
	s, err := stepOptions{model: m, loss: loss.CrossEntropy{Ignore: autograd.NoIgnore}, images: tensor.Dims(2, side, side, 3), labels: 1,
		parts: parts, seed: 1}.plan(optim.NewAdamW(nn.Params(m), optim.DefaultAdamW), 1)
	require.NoError(t, err)
	t.Cleanup(s.Free)
	return s
}

// TestBatchNormsSeeEachPartOnce compares the statistics after a step in parts with those after steps on the parts.
func TestBatchNormsSeeEachPartOnce(t *testing.T) {
	images, masks := scene(side)
	want, got := newTiny(8), newTiny(8)
	one, err := NewStep(want, loss.CrossEntropy{Ignore: autograd.NoIgnore}, optim.NewSGD(nn.Params(want), optim.SGDOptions{}),
		1, side, side, 3, 0, 1)
	require.NoError(t, err)
	defer one.Free()
	for i := range 2 {
		_, _, err := one.Run(i, 0, images[i*len(images)/2:][:len(images)/2], masks[i*len(masks)/2:][:len(masks)/2])
		require.NoError(t, err)
	}
	_, _, err = newPartedStep(t, got, 2).Run(0, 1e-3, images, masks)
	require.NoError(t, err)
	assert.Equal(t, want.BN.RunningMean.Data, got.BN.RunningMean.Data)
	assert.Equal(t, want.BN.RunningVar.Data, got.BN.RunningVar.Data)
	assert.EqualValues(t, 2, *got.BN.Batches)
}

func TestStepInPartsDoesNotAllocate(t *testing.T) {
	s := newPartedStep(t, newTiny(8), 2)
	images, masks := scene(side)
	step := 0
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		_, _, err := s.Run(step, 1e-3, images, masks)
		require.NoError(t, err)
		step++
	}))
}

func TestStepInPartsThatIsNotFinite(t *testing.T) {
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
		s := newPartedStep(t, m, 2)
		images, masks := scene(side)
		spoil(m, images)
		_, _, err := s.Run(4, 1e-3, images, masks)
		var bad *autograd.NonFiniteError
		require.ErrorAs(t, err, &bad, want)
		assert.Contains(t, bad.Tensor, want)
		for _, p := range nn.Params(m) {
			assert.Zero(t, slices.Max(p.Grad.Data), "%s: gradient of %s", want, p.Name)
		}
	}
}

func TestPartsOfUnequalSize(t *testing.T) {
	_, err := stepOptions{model: newTiny(8), loss: loss.CrossEntropy{}, images: tensor.Dims(4, side, side, 3), labels: 1, parts: 3}.plan(nil, 0)
	assert.ErrorContains(t, err, "want parts of one size")
}

// TestAccumulatedRunsResumeToTheSameBits has everything beside the masks, and pictures that SnapMix and MixUp mix.
func TestAccumulatedRunsResumeToTheSameBits(t *testing.T) {
	trainer := func(dir string, workers int) *Trainer {
		tr := snapTrainer(t, dir, workers)
		tr.Accumulate = 2
		return tr
	}
	want := t.TempDir()
	wantP, run := finish(t, trainer(want, 1), false)
	_, at := finish(t, snapTrainer(t, t.TempDir(), 1), false)
	assert.InDelta(t, at.steps[0].Loss, run.steps[0].Loss, 0.2*at.steps[0].Loss, "but for batch norms it is the same loss")
	assert.NotEqual(t, at.steps[0].Loss, run.steps[0].Loss)
	for _, k := range []int{3, 5} {
		dir := t.TempDir()
		tr := trainer(dir, 3)
		interrupt(t, tr, k)
		gotP, _ := finish(t, trainer(dir, 2), true)
		sameEnd(t, want, dir, wantP, gotP)
	}
}
