package train

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/optim"
)

// keptSteps is the length of the runs here: five epochs of three steps, and the beginning of a sixth.
const keptSteps = 17

// keptScores are those of the epochs: the third is the best, and the first as good as the fourth.
var keptScores = []float64{2, 1, 3, 2, math.NaN(), 1.5}

// keeping returns a run that scores its epochs with keptScores.
func keeping(t *testing.T, dir string, keep Keep) *Trainer {
	tr := newTrainer(t, dir)
	tr.Steps, tr.Schedule = keptSteps, optim.Constant(1e-2)
	tr.Keep = keep
	tr.Keep.Dir = "epochs"
	tr.Score = func(e *Evaluation) float64 {
		return keptScores[(*tr.Optimizer.State().Steps-1)/3]
	}
	return tr
}

// contents returns the files of a folder.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, f := range list {
		files[f.Name()] = read(t, dir, f.Name())
	}
	return files
}

func epochs(list []Kept) (numbers []int) {
	for _, k := range list {
		numbers = append(numbers, k.Epoch)
	}
	return numbers
}

// TestKeepDropsTheRightOnes goes through the epochs of a run, of which the one without a score was not validated.
func TestKeepDropsTheRightOnes(t *testing.T) {
	third := func(step int) bool { return step%3 == 0 }
	for _, c := range []struct {
		keep Keep
		want [][]int // after each epoch
	}{
		{Keep{Last: 2}, [][]int{{1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}}},
		{Keep{Best: 2}, [][]int{{1}, {1, 2}, {1, 3}, {1, 3}, {1, 3}, {1, 3}}},
		{Keep{Best: 1, Last: 1}, [][]int{{1}, {1, 2}, {3}, {3, 4}, {3, 5}, {3, 6}}},
		{Keep{Cycle: third}, [][]int{nil, nil, {3}, {3}, {3}, {3, 6}}},
		{Keep{Cycle: third, Best: 2}, [][]int{{1}, {1, 2}, {1, 3}, {1, 3}, {1, 3}, {1, 3, 6}}},
		{Keep{Last: 9}, [][]int{{1}, {1, 2}, {1, 2, 3}, {1, 2, 3, 4}, {1, 2, 3, 4, 5}, {1, 2, 3, 4, 5, 6}}},
		{Keep{}, [][]int{nil, nil, nil, nil, nil, nil}},
	} {
		var list []Kept
		for i, want := range c.want {
			now := Kept{Epoch: i + 1, Score: new(keptScores[i]), Cycle: c.keep.Cycle != nil && c.keep.Cycle(i+1)}
			if i == 4 {
				now.Score = nil
			}
			list = c.keep.choose(append(list, now))
			assert.Equal(t, want, epochs(list), "%+v after epoch %d", c.keep, i+1)
		}
	}
}

// TestKeptAreTheWeightsOfTheirEpochs compares the files with the newest weights after each epoch.
func TestKeptAreTheWeightsOfTheirEpochs(t *testing.T) {
	dir := t.TempDir()
	tr := keeping(t, dir, Keep{Last: 1, Best: 2, Cycle: func(step int) bool { return step == 6 }})
	newest := map[string][]byte{}
	tr.Observe.(*watch).epoch = func(e EpochEvent) error {
		newest[EpochFile(e.Epoch)] = read(t, dir, "last.safetensors")
		return nil
	}
	p, w := finish(t, tr, false)
	assert.Equal(t, []int{1, 2, 3, 6}, epochs(p.Kept))
	assert.Equal(t, p.Kept, w.epochs[5].Kept)
	assert.Equal(t, []int{1, 2, 3, 4}, epochs(w.epochs[3].Kept))
	assert.True(t, p.Kept[1].Cycle)
	got := contents(t, filepath.Join(dir, "epochs"))
	require.Len(t, got, 4)
	for name, data := range got {
		assert.Equal(t, newest[name], data, name)
	}
	assert.Equal(t, read(t, dir, "best.safetensors"), got["0003.safetensors"])
}

func TestKeptWithAnEMAAreItsWeights(t *testing.T) {
	dir := t.TempDir()
	tr := keeping(t, dir, Keep{Last: 1})
	tr.Averages = Averages{EMADecay: decay, EMAFile: "ema.safetensors"}
	finish(t, tr, false)
	assert.Equal(t, read(t, dir, "ema.safetensors"), read(t, dir, "epochs/0006.safetensors"))
}

var everyKind = Keep{Last: 1, Best: 2, Cycle: func(step int) bool { return step == 6 }}

// TestInterruptedKeepsTheSame interrupts after each step.
func TestInterruptedKeepsTheSame(t *testing.T) {
	want := t.TempDir()
	wantP, wantW := finish(t, keeping(t, want, everyKind), false)
	for k := 1; k < keptSteps; k++ {
		dir := t.TempDir()
		tr := keeping(t, dir, everyKind)
		interrupt(t, tr, k)
		gotP, w := finish(t, keeping(t, dir, everyKind), true)
		sameEnd(t, want, dir, wantP, gotP)
		assert.Equal(t, contents(t, filepath.Join(want, "epochs")), contents(t, filepath.Join(dir, "epochs")), "after step %d", k)
		for i, e := range w.epochs {
			assert.Equal(t, wantW.epochs[len(wantW.epochs)-len(w.epochs)+i].Kept, e.Kept)
		}
	}
}

// TestKilledKeepsTheSame ends runs without notice: before the snapshot of an epoch is written, and after it, before what dropped
// out is removed.
func TestKilledKeepsTheSame(t *testing.T) {
	want := t.TempDir()
	wantP, _ := finish(t, keeping(t, want, everyKind), false)
	killed := errors.New("killed")
	for epoch := 1; epoch <= 6; epoch++ {
		for _, late := range []bool{false, true} {
			dir := t.TempDir()
			tr := keeping(t, dir, everyKind)
			w := tr.Observe.(*watch)
			w.epoch = func(e EpochEvent) error {
				if !late && e.Epoch == epoch {
					return killed
				}
				return nil
			}
			w.snapshot = func(int) error {
				if late && len(w.epochs) == epoch {
					return killed
				}
				return nil
			}
			_, err := tr.Run(context.Background(), false)
			require.ErrorIs(t, err, killed)
			_, err = os.Stat(filepath.Join(dir, StateFile))
			gotP, _ := finish(t, keeping(t, dir, everyKind), err == nil)
			sameEnd(t, want, dir, wantP, gotP)
			assert.Equal(t, contents(t, filepath.Join(want, "epochs")), contents(t, filepath.Join(dir, "epochs")),
				"epoch %d, after the snapshot: %v", epoch, late)
		}
	}
}

// TestKeepLeavesOtherFilesAlone has files in the folder that are no checkpoints of epochs, and one of another run.
func TestKeepLeavesOtherFilesAlone(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "epochs")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	for _, name := range []string{"mine.safetensors", "0001.txt", "0099.safetensors"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(name), 0o644))
	}
	finish(t, keeping(t, dir, Keep{Last: 1}), false)
	got := contents(t, folder)
	assert.Len(t, got, 3)
	assert.Equal(t, "mine.safetensors", string(got["mine.safetensors"]))
	assert.Contains(t, got, "0001.txt")
	assert.Contains(t, got, "0006.safetensors")
}

func TestImpossibleKeep(t *testing.T) {
	tr := keeping(t, t.TempDir(), Keep{Best: 1})
	tr.Val, tr.Eval = nil, nil
	_, err := tr.Run(context.Background(), false)
	assert.EqualError(t, err, "the best epochs cannot be kept without validation")

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "epochs"), nil, 0o644))
	_, err = keeping(t, dir, Keep{Last: 1}).Run(context.Background(), false)
	assert.ErrorContains(t, err, "keeping checkpoints: ")
	assert.ErrorContains(t, err, filepath.Join(dir, "epochs"))

	dir = t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "epochs", "0001.safetensors", "full"), 0o755))
	_, err = keeping(t, dir, Keep{Last: 1}).Run(context.Background(), false)
	assert.ErrorContains(t, err, "0001.safetensors")
}
