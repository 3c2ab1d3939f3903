package train

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/ref"
	"tessera/kernels"
	"tessera/nn/checkpoint"
	"tessera/segtrain/data"
)

const decay = 0.75

// withAverages gives a run an EMA, and an SWA of its last two epochs: the second whole one and the beginning of a third.
func withAverages(tr *Trainer) {
	tr.Averages = Averages{EMADecay: decay, EMAFile: "ema.safetensors", SWA: true, SWAStart: 3, SWAFile: "swa.safetensors"}
}

func averaged(t *testing.T, dir string) *Trainer {
	tr := newTrainer(t, dir)
	withAverages(tr)
	return tr
}

// loaded returns a model with the weights of a file.
func loaded(t *testing.T, dir, name string) *tiny {
	m := newTiny(8)
	require.NoError(t, checkpoint.Load(filepath.Join(dir, name), m))
	return m
}

// floats64 returns copies.
func floats64(lists [][]float32) (copies [][]float64) {
	for _, list := range lists {
		var c []float64
		for _, x := range list {
			c = append(c, float64(x))
		}
		copies = append(copies, c)
	}
	return copies
}

func TestEMAIsTheRecurrence(t *testing.T) {
	dir := t.TempDir()
	tr := averaged(t, dir)
	var want [][]float64
	tr.Observe.(*watch).step = func(StepEvent) error {
		live := floats64(slices.Concat(parameters(tr.Model), buffers(tr.Model)))
		if want == nil {
			want = live
			return nil
		}
		for i := range want {
			for j := range want[i] {
				want[i][j] = decay*want[i][j] + (1-decay)*live[i][j]
			}
		}
		return nil
	}
	_, w := finish(t, tr, false)
	got := loaded(t, dir, "ema.safetensors")
	for i, values := range slices.Concat(parameters(got), buffers(got)) {
		assert.InDeltaSlice(t, want[i], values, 1e-6)
	}
	assert.EqualValues(t, steps, *got.BN.Batches)

	last := w.epochs[len(w.epochs)-1]
	require.NotNil(t, last.EMA)
	tr.Eval.Model = got
	again, err := tr.Eval.Run(tr.Val, nil)
	require.NoError(t, err)
	assert.Equal(t, again.Loss, last.EMA.Loss, "what was validated is what was written")
	assert.NotEqual(t, last.Evaluation.Loss, last.EMA.Loss)
}

// TestTheBestIsThatOfTheEMA has scores that rise for the EMA and fall for the weights that learn.
func TestTheBestIsThatOfTheEMA(t *testing.T) {
	dir := t.TempDir()
	tr := averaged(t, dir)
	w := tr.Observe.(*watch)
	var chosen []float64
	tr.Score = func(e *Evaluation) float64 {
		chosen = append(chosen, e.Loss)
		return []float64{1, 3, 2}[len(chosen)-1]
	}
	var want []byte
	w.epoch = func(e EpochEvent) error {
		assert.Equal(t, e.EMA.Loss, chosen[e.Epoch-1])
		assert.Equal(t, e.Epoch < 3, e.Best)
		if e.Epoch == 2 {
			want = read(t, dir, "ema.safetensors")
		}
		return nil
	}
	p, _ := finish(t, tr, false)
	assert.Equal(t, 2, p.BestEpoch)
	assert.Equal(t, want, read(t, dir, "best.safetensors"))
}

func TestSWAIsTheMeanOfTheEpochs(t *testing.T) {
	dir := t.TempDir()
	tr := averaged(t, dir)
	w := tr.Observe.(*watch)
	var ends [][][]float64
	w.epoch = func(e EpochEvent) error {
		if e.Step > 3 {
			ends = append(ends, floats64(parameters(loaded(t, dir, "last.safetensors"))))
		}
		return nil
	}
	finish(t, tr, false)
	require.Len(t, ends, 2)
	swa := loaded(t, dir, "swa.safetensors")
	for i, values := range parameters(swa) {
		for j, v := range values {
			assert.InDelta(t, (ends[0][i][j]+ends[1][i][j])/2, v, 1e-6)
		}
	}
	require.Len(t, w.averages, 1)
	e := w.averages[0]
	assert.Equal(t, AverageEvent{"swa", "swa.safetensors", 2, e.Evaluation}, e)
	tr.Eval.Model = swa
	again, err := tr.Eval.Run(tr.Val, nil)
	require.NoError(t, err)
	assert.Equal(t, again.Loss, e.Evaluation.Loss, "what was validated is what was written")
}

// TestSWAOfCycles takes the weights after steps 5 and 7: the ends of two cycles of two steps, in the middle of epochs.
func TestSWAOfCycles(t *testing.T) {
	dir := t.TempDir()
	tr := averaged(t, dir)
	tr.Averages.SWAEvery = 2
	w := tr.Observe.(*watch)
	var ends [][][]float64
	w.step = func(e StepEvent) error {
		if e.Step == 5 || e.Step == 7 {
			ends = append(ends, floats64(parameters(tr.Model)))
		}
		return nil
	}
	finish(t, tr, false)
	swa := loaded(t, dir, "swa.safetensors")
	for i, values := range parameters(swa) {
		for j, v := range values {
			assert.InDelta(t, (ends[0][i][j]+ends[1][i][j])/2, v, 1e-6)
		}
	}
	require.Len(t, w.averages, 1)
	assert.Equal(t, 2, w.averages[0].Models)

	for k := 4; k < steps; k++ { // interrupted around the ends of cycles
		again := t.TempDir()
		tr := averaged(t, again)
		tr.Averages.SWAEvery = 2
		interrupt(t, tr, k)
		next := averaged(t, again)
		next.Averages.SWAEvery = 2
		finish(t, next, true)
		assert.Equal(t, read(t, dir, "swa.safetensors"), read(t, again, "swa.safetensors"), "after step %d", k)
	}
}

// TestSWAMeasuresBatchNorms computes in float64 what enters the batch norm in each batch of one epoch more.
func TestSWAMeasuresBatchNorms(t *testing.T) {
	dir := t.TempDir()
	tr := averaged(t, dir)
	finish(t, tr, false)
	swa := loaded(t, dir, "swa.safetensors")
	loader, err := data.NewLoader(tr.Train, data.LoaderOptions{Batch: batch, Shuffle: true, Seed: tr.Seed, DropLast: true,
		StartEpoch: 3, Epochs: 4})
	require.NoError(t, err)
	defer loader.Close()
	const width, n = 8, batch * side * side
	conv := ref.Conv{N: batch, IC: 3, OC: width, Groups: 1, Window: kernels.Window{IH: side, IW: side, KH: 3, KW: 3,
		SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}}
	means, variances := make([]float64, width), make([]float64, width)
	for range 3 {
		b, err := loader.Next()
		require.NoError(t, err)
		y, _ := conv.Forward(b.Images, swa.Stem.Weight.Value.Data)
		for j := range width {
			mean, variance := 0., 0.
			for i := j; i < len(y); i += width {
				mean += y[i] / n
			}
			for i := j; i < len(y); i += width {
				variance += (y[i] - mean) * (y[i] - mean) / (n - 1)
			}
			means[j] += mean / 3
			variances[j] += variance / 3
		}
	}
	assert.InDeltaSlice(t, means, swa.BN.RunningMean.Data, 1e-5)
	assert.InDeltaSlice(t, variances, swa.BN.RunningVar.Data, 1e-5)
	assert.EqualValues(t, 3, *swa.BN.Batches)
}

// TestAveragesOnlyWatch: the weights that learn are as without averages, in the files and in the model.
func TestAveragesOnlyWatch(t *testing.T) {
	want, _, _ := whole(t)
	dir := t.TempDir()
	tr := averaged(t, dir)
	finish(t, tr, false)
	last := read(t, dir, "last.safetensors")
	assert.True(t, bytes.Equal(read(t, want, "last.safetensors"), last))
	require.NoError(t, checkpoint.Save(filepath.Join(dir, "model.safetensors"), tr.Model, nil))
	assert.True(t, bytes.Equal(last, read(t, dir, "model.safetensors")))
}

// TestInterruptedWithAverages interrupts before, during and after each average, and in the pass that measures batch norms.
func TestInterruptedWithAverages(t *testing.T) {
	want := t.TempDir()
	wantP, wantW := finish(t, averaged(t, want), false)
	for k := 1; k <= steps; k++ {
		dir := t.TempDir()
		tr := averaged(t, dir)
		interrupt(t, tr, k)
		assert.NoFileExists(t, filepath.Join(dir, "swa.safetensors"))
		gotP, w := finish(t, averaged(t, dir), true)
		sameEnd(t, want, dir, wantP, gotP)
		for _, name := range []string{"ema.safetensors", "swa.safetensors"} {
			assert.Equal(t, read(t, want, name), read(t, dir, name), "%s after step %d", name, k)
		}
		assert.Equal(t, wantW.averages[0].Evaluation.Loss, w.averages[0].Evaluation.Loss)
	}
}

func TestResumeWithOtherAverages(t *testing.T) {
	plain, _, _ := whole(t)
	_, err := averaged(t, plain).Run(context.Background(), true)
	assert.ErrorContains(t, err, "was it trained with another EMA of weights?")
	assert.ErrorContains(t, err, "missing: ema.steps, ema.mean.0")

	dir := t.TempDir()
	finish(t, averaged(t, dir), false)
	tr := newTrainer(t, dir)
	_, err = tr.Run(context.Background(), true)
	assert.ErrorContains(t, err, "was it trained with averages of weights that are off now?")
	assert.ErrorContains(t, err, "unexpected: ema.mean.0")
	assert.Zero(t, *tr.Optimizer.State().Steps, "nothing is loaded")
}

func TestImpossibleAverages(t *testing.T) {
	for want, a := range map[string]Averages{
		"the EMA's decay is 1; allowed: from 0":                           {EMADecay: 1},
		"the EMA's decay is -0.5; allowed: from 0":                        {EMADecay: -0.5},
		"SWA after step 8 leaves nothing to average in a run of 8 steps":  {SWA: true, SWAStart: steps},
		"cycles of 5 steps after step 4 leave SWA nothing to average":     {SWA: true, SWAStart: 4, SWAEvery: 5},
		"SWA after step -1 leaves nothing to average in a run of 8 steps": {SWA: true, SWAStart: -1},
	} {
		tr := newTrainer(t, t.TempDir())
		tr.Averages = a
		_, err := tr.Run(context.Background(), false)
		assert.ErrorContains(t, err, want)
	}
}

func TestAveragesWithoutValidation(t *testing.T) {
	dir := t.TempDir()
	tr := averaged(t, dir)
	tr.Val, tr.Eval, tr.Score = nil, nil, nil
	_, w := finish(t, tr, false)
	assert.Nil(t, w.averages[0].Evaluation)
	assert.Equal(t, read(t, dir, "ema.safetensors"), read(t, dir, "best.safetensors"))
}

func TestAnAverageThatCannotBeWritten(t *testing.T) {
	for _, name := range []string{"ema.safetensors", "swa.safetensors"} {
		dir := t.TempDir()
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name, "full"), 0o755))
		_, err := averaged(t, dir).Run(context.Background(), false)
		assert.ErrorContains(t, err, filepath.Join(dir, name))
	}
}
