package workflow

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/nn/checkpoint"
	"tessera/segtrain/config"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// keptRun trains a small run of four epochs, which keeps its last two and its best one.
func keptRun(t *testing.T, settings ...string) *config.Config {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	cfg := parse(t, append([]string{"data.synth.count=20", "data.size=[32, 32]", "model.encoder=small", "model.decoder_channels=[8, 8, 8, 8, 8]",
		"train.epochs=4", "train.keep_last=2", "train.keep_best=1", "out=" + dir}, settings...)...)
	_, err := Train(context.Background(), cfg, Options{})
	require.NoError(t, err)
	cfg, err = LoadRun(dir)
	require.NoError(t, err)
	return cfg
}

// tensors returns the tensors of a file of weights by name.
func tensors(t *testing.T, path string) map[string][]float32 {
	t.Helper()
	entries, _, err := checkpoint.ReadFile(path)
	require.NoError(t, err)
	list := map[string][]float32{}
	for _, e := range entries {
		list[e.Name], err = e.Float32s()
		require.NoError(t, err)
	}
	return list
}

// isStatistic tells whether a tensor is one that a pass over the training images measures.
func isStatistic(name string) bool {
	return strings.Contains(name, "running_") || strings.Contains(name, "num_batches_tracked")
}

// TestAverageIsTheMeanOfItsFiles: weights are the mean in float64, and statistics of batch norms are not.
func TestAverageIsTheMeanOfItsFiles(t *testing.T) {
	cfg := keptRun(t)
	r, err := Average(context.Background(), cfg, AverageOptions{Last: 2}, Options{})
	require.NoError(t, err)
	in := func(name string) string { return filepath.Join(cfg.Out, filepath.FromSlash(name)) }
	a, b := tensors(t, in("epochs/0003.safetensors")), tensors(t, in("epochs/0004.safetensors"))
	got := tensors(t, in("average.safetensors"))
	require.Len(t, got, len(a))
	weights, statistics := 0, 0
	for name, values := range got {
		same := true
		for i, v := range values {
			mean := float32((float64(a[name][i]) + float64(b[name][i])) / 2)
			same = same && v == mean
		}
		if strings.HasPrefix(name, "encoder._bn1.") {
			continue // upstream has it and no layer uses it
		}
		if isStatistic(name) {
			assert.False(t, same, "%s is measured anew", name)
			statistics++
			continue
		}
		assert.True(t, same, name)
		weights++
	}
	assert.Positive(t, weights)
	assert.Positive(t, statistics)

	assert.Equal(t, []string{"epochs/0003.safetensors", "epochs/0004.safetensors"}, names(r.Members))
	e, err := Evaluate(context.Background(), cfg, EvalOptions{Weights: "average"}, Options{})
	require.NoError(t, err)
	assert.Equal(t, e.MeanIoU, r.Average.MeanIoU, "what was measured is what was written")
	assert.Equal(t, e.Loss, r.Average.Loss)
	assert.InDelta(t, float64(r.Average.MeanIoU-r.Best.MeanIoU), float64(r.Average.Gain), 1e-12)
	h, err := record.ReadHistory(cfg.Out)
	require.NoError(t, err)
	require.Len(t, h.Averages, 1)
	assert.Equal(t, record.Average{Name: "average", File: "average.safetensors", Models: 2, Members: names(r.Members),
		Scores: h.Averages[0].Scores}, h.Averages[0])
	assert.Equal(t, e.Loss, h.Averages[0].Scores.ValLoss)
}

// TestAverageMeasuresBatchNormsAsSWA averages SWA's weights with themselves: the pass over the training images must end in the
// statistics that the end of training measured.
func TestAverageMeasuresBatchNormsAsSWA(t *testing.T) {
	cfg := keptRun(t, "train.swa=true", "model.freeze=encoder", "model.freeze_epochs=1")
	swa := filepath.Join(cfg.Out, "swa.safetensors")
	data, err := os.ReadFile(swa)
	require.NoError(t, err)
	twin := filepath.Join(cfg.Out, "twin.safetensors")
	require.NoError(t, os.WriteFile(twin, data, 0o666))
	_, err = Average(context.Background(), cfg, AverageOptions{Files: []string{"swa", twin}}, Options{})
	require.NoError(t, err)
	want, got := tensors(t, swa), tensors(t, filepath.Join(cfg.Out, "average.safetensors"))
	last := tensors(t, filepath.Join(cfg.Out, "last.safetensors"))
	worst, others := 0.0, 0
	for name, values := range want {
		if !isStatistic(name) {
			assert.True(t, slices.Equal(values, got[name]), name)
			continue
		}
		worst = max(worst, apart(values, got[name]))
		if apart(values, last[name]) > 0.01 {
			others++
		}
	}
	assert.True(t, worst <= 1e-4, "off by a part of %v", worst) // sums are taken about the statistics that were there before
	assert.Greater(t, others, 50, "statistics that are not those of the last epoch")
}

// apart returns the largest difference of two tensors, as a part of the largest number of the first, or of a hundredth if that
// is larger.
func apart(a, b []float32) float64 {
	scale, most := 0.01, 0.0
	for i, v := range a {
		scale = max(scale, math.Abs(float64(v)))
		most = max(most, math.Abs(float64(v-b[i])))
	}
	return most / scale
}

func TestAverageOfTheBest(t *testing.T) {
	cfg := keptRun(t, "train.keep_best=2", "train.keep_last=0", "train.best=loss")
	r, err := Average(context.Background(), cfg, AverageOptions{Top: 2, Out: filepath.Join(t.TempDir(), "soup.safetensors")}, Options{})
	require.NoError(t, err)
	h, err := record.ReadHistory(cfg.Out)
	require.NoError(t, err)
	require.Len(t, h.Kept(), 2)
	for i, k := range h.Kept() {
		assert.Equal(t, k.File, r.Members[i].File)
		assert.InDelta(t, -*k.Score, r.Members[i].Loss, 1e-12, "the score is that of train.best")
	}
	assert.FileExists(t, r.Average.File)
	assert.NoFileExists(t, filepath.Join(cfg.Out, "average.safetensors"))
}

func TestAverageRefuses(t *testing.T) {
	cfg := keptRun(t)
	other := filepath.Join(t.TempDir(), "other.safetensors")
	entries, _, err := checkpoint.ReadFile(filepath.Join(cfg.Out, "best.safetensors"))
	require.NoError(t, err)
	entries[0] = checkpoint.NewFloat32s(entries[0].Name, []int{3}, []float32{1, 2, 3})
	require.NoError(t, checkpoint.WriteFile(other, entries, nil))
	strange := filepath.Join(t.TempDir(), "strange.safetensors")
	require.NoError(t, checkpoint.WriteFile(strange, []checkpoint.Entry{checkpoint.NewFloat32s("w", nil, []float32{1})}, nil))
	copied := filepath.Join(cfg.Out, "epochs", "0004.safetensors")
	for _, c := range []struct {
		o    AverageOptions
		want string
	}{
		{AverageOptions{Last: 3}, "epoch 2 is not kept"},
		{AverageOptions{Last: 3}, "train with train.keep_last=3, or more, to keep them"},
		{AverageOptions{Top: 2}, "train with train.keep_best=2, or more, to keep them"},
		{AverageOptions{Last: 1}, "a mean of 1 files is none; allowed: two or more"},
		{AverageOptions{Files: []string{"best", "none"}}, "no file none, and no " + filepath.Join(cfg.Out, "none")},
		{AverageOptions{Files: []string{copied, "epochs/0004.safetensors"}}, "is named twice"},
		{AverageOptions{Files: []string{"last", other}}, entries[0].Name},
		{AverageOptions{Files: []string{"last", other}}, other},
		{AverageOptions{Files: []string{"last", strange}}, "the checkpoint is of another model"},
		{AverageOptions{Last: 2, Out: copied}, "the mean would replace"},
		{AverageOptions{Last: 2, Out: filepath.Join(cfg.Out, "best.safetensors")}, "the mean would replace"},
	} {
		_, err := Average(context.Background(), cfg, c.o, Options{})
		assert.ErrorContains(t, err, c.want, "%+v", c.o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Average(ctx, cfg, AverageOptions{Last: 2}, Options{})
	assert.ErrorIs(t, err, train.ErrInterrupted)
	assert.NoFileExists(t, filepath.Join(cfg.Out, "average.safetensors"), "nothing is written")

	held, err := record.Open(cfg.Out)
	require.NoError(t, err)
	_, err = Average(context.Background(), cfg, AverageOptions{Last: 2}, Options{})
	assert.ErrorIs(t, err, record.ErrBusy)
	require.NoError(t, held.Close())
	require.NoError(t, os.Remove(copied))
	_, err = Average(context.Background(), cfg, AverageOptions{Last: 2}, Options{})
	assert.ErrorContains(t, err, copied)
}
