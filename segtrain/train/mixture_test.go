package train

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn/loss"
	"tessera/segtrain/augment"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/tensor"
)

func mixingTrainer(t *testing.T, dir string, workers int) *Trainer {
	tr := newTrainer(t, dir)
	tr.Workers = workers
	tr.Mix = []augment.Mixer{
		&augment.MixUp{MixWhen: augment.MixWhen{P: 0.6}, Alpha: 1}, &augment.CutMix{MixWhen: augment.MixWhen{P: 0.4}, Alpha: 1},
	}
	return tr
}

// TestMixedRunsResumeToTheSameWeights stops a run with mixed pictures in the middle, and goes on with other workers.
func TestMixedRunsResumeToTheSameWeights(t *testing.T) {
	want := t.TempDir()
	wantP, whole := finish(t, mixingTrainer(t, want, 1), false)
	_, plain := finish(t, newTrainer(t, t.TempDir()), false)
	require.NotEqual(t, plain.steps[0].Loss, whole.steps[0].Loss)

	dir := t.TempDir()
	tr := mixingTrainer(t, dir, 8)
	interrupt(t, tr, 4)
	gotP, _ := finish(t, mixingTrainer(t, dir, 2), true)
	sameEnd(t, want, dir, wantP, gotP)
}

// TestMixedLossIsTheSumOfBoth gives the loss of a batch with two labels a pixel as that of each of them.
func TestMixedLossIsTheSumOfBoth(t *testing.T) {
	model := newTiny(4)
	tr := newTrainer(t, t.TempDir())
	mixture := NewMixture(loss.CrossEntropy{Ignore: -1})
	step, err := NewStep(model, mixture, tr.Optimizer, 1, side, side, 3, 0, 1)
	require.NoError(t, err)
	defer step.Free()
	images, masks := make([]float32, side*side*3), make([]uint8, side*side)
	for i := range images {
		images[i] = float32(i%7) / 7
	}
	of := func(class, mixed uint8, share float32) float64 {
		for i := range masks {
			masks[i] = class
		}
		for i := range mixture.targets[0].Share.Data {
			mixture.targets[0].Share.Data[i], mixture.targets[0].Mixed.Indices[i] = share, mixed
		}
		step.forward(0, images, masks)
		return float64(step.loss.Value()[0])
	}
	a, b := of(0, 0, 1), of(1, 1, 1)
	require.NotEqual(t, a, b)
	assert.InDelta(t, 0.3*a+0.7*b, of(0, 1, 0.3), 1e-5)
}

// TestSharesOfLabels gives each of two classes that may overlap a share of its own: the loss is the cross entropy with it.
func TestSharesOfLabels(t *testing.T) {
	tape := autograd.NewTape(autograd.Inference)
	shape := tensor.Dims(1, 4, 4, 2)
	x, labels := tape.Input(shape), tape.Labels(shape)
	mixture := NewMixture(loss.BCE{Ignore: 255})
	mixture.PerLabel = true
	y := tape.Output(mixture.Forward(tape, x, autograd.NewTarget(labels)))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	b := &data.Batch{Masks: labels.Indices, Mixed: make([]uint8, 32), Share: make([]float32, 32)}
	want, n := 0.0, 0
	for i := range b.Share {
		x.Value()[i] = float32(i%5) - 2
		b.Masks[i], b.Mixed[i], b.Share[i] = uint8(i/3%2), 1-uint8(i/3%2), 0.5+float32(i)/64
		p := float64(b.Share[i])
		if b.Masks[i] == 0 {
			p = 1 - p
		}
		if i%7 == 0 {
			b.Masks[i] = 255
			continue
		}
		z := float64(x.Value()[i])
		want, n = want+math.Log1p(math.Exp(z))-p*z, n+1
	}
	mixture.set(b)
	tape.Forward()
	assert.InDelta(t, want/float64(n), y.Value()[0], 1e-5)
}

// softSets is sets whose training pictures have soft labels: two classes a pixel, by shares.
func softSets(t *testing.T) *data.Dataset {
	t.Helper()
	m, err := data.Scan(filepath.Join(drawn, "images"), filepath.Join(drawn, "masks"), data.ScanOptions{})
	require.NoError(t, err)
	m = m[:perSet]
	dir := t.TempDir()
	for i := range m {
		labels, err := m[i].ReadMask(options().MaskCode, side, side)
		require.NoError(t, err)
		second, share := raster.NewMask(side, side), raster.NewMask(side, side)
		for p, class := range labels.Pix {
			second.Pix[p], share.Pix[p] = (class+uint8(p%3)+1)%classes, uint8(128+(p*7+i)%128)
		}
		m[i].Soft = &data.Soft{Second: filepath.Join(dir, fmt.Sprint(i, "a.png")), Share: filepath.Join(dir, fmt.Sprint(i, "b.png"))}
		require.NoError(t, raster.WriteMask(m[i].Soft.Second, second, nil))
		require.NoError(t, raster.WriteMask(m[i].Soft.Share, share, nil))
	}
	opt := options()
	opt.Augment = augment.HorizontalFlip{P: 0.5}
	ds, err := data.NewDataset(m, opt)
	require.NoError(t, err)
	return ds
}

func softTrainer(t *testing.T, dir string, workers int) *Trainer {
	tr := newTrainer(t, dir)
	tr.Train, tr.Workers = softSets(t), workers
	tr.Mix = []augment.Mixer{&augment.CutMix{MixWhen: augment.MixWhen{P: 0.4}, Alpha: 1}}
	return tr
}

// TestSoftLossIsTheCrossEntropyOfBothClasses compares the loss of a batch, flipped and mixed, with the sum over classes in float64.
func TestSoftLossIsTheCrossEntropyOfBothClasses(t *testing.T) {
	tr := softTrainer(t, t.TempDir(), 2)
	l, err := data.NewLoader(tr.Train, data.LoaderOptions{Batch: batch, Workers: 2, Shuffle: true, DropLast: true, Seed: 3, Mix: tr.Mix})
	require.NoError(t, err)
	defer l.Close()
	b, err := l.Next()
	require.NoError(t, err)

	tape := autograd.NewTape(autograd.Inference)
	x, labels := tape.Input(tensor.Dims(batch, side, side, classes)), tape.Labels(tensor.Dims(batch, side, side))
	mixture := tr.trainingLoss().(*Mixture)
	y := tape.Output(mixture.Forward(tape, x, autograd.NewTarget(labels)))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	logits := x.Value()
	for i := range logits {
		logits[i] = float32(4*autograd.Uniform(1, uint64(i))) - 2
	}
	copy(labels.Indices, b.Masks)
	mixture.set(b)
	tape.Forward()

	sum, hard := 0.0, 0.0
	for i, class := range b.Masks {
		p := logits[i*classes:][:classes]
		total := 0.0
		for _, v := range p {
			total += math.Exp(float64(v))
		}
		of := func(class uint8) float64 { return math.Log(total) - float64(p[class]) }
		share := float64(b.Share[i])
		sum += share*of(class) + (1-share)*of(b.Mixed[i])
		hard += of(class)
	}
	n := float64(len(b.Masks))
	assert.InDelta(t, sum/n, y.Value()[0], 1e-6)
	assert.Greater(t, math.Abs(sum-hard)/n, 0.01, "soft labels are no hard ones")
}

func TestSoftRunsResumeToTheSameWeights(t *testing.T) {
	want := t.TempDir()
	wantP, whole := finish(t, softTrainer(t, want, 1), false)
	tr := softTrainer(t, t.TempDir(), 1)
	tr.Train, _ = sets(t)
	_, hard := finish(t, tr, false)
	require.NotEqual(t, hard.steps[0].Loss, whole.steps[0].Loss)

	dir := t.TempDir()
	interrupt(t, softTrainer(t, dir, 8), 4)
	gotP, _ := finish(t, softTrainer(t, dir, 2), true)
	sameEnd(t, want, dir, wantP, gotP)
}
