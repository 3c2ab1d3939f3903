package train

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/optim"
)

// whole runs to the end without a pause.
func whole(t *testing.T) (dir string, p Progress, w *watch) {
	dir = t.TempDir()
	p, w = finish(t, newTrainer(t, dir), false)
	return dir, p, w
}

// sameEnd checks that the run in got ended as the one in want.
func sameEnd(t *testing.T, want, got string, wantP, gotP Progress) {
	t.Helper()
	for _, name := range []string{"last.safetensors", "best.safetensors"} {
		assert.Equal(t, read(t, want, name), read(t, got, name), name)
	}
	wantP.Seconds, gotP.Seconds = 0, 0
	assert.Equal(t, wantP, gotP)
}

// runUntil cancels training after step k.
func runUntil(tr *Trainer, k int) (Progress, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tr.Observe.(*watch).step = func(e StepEvent) error {
		if e.Step == k {
			cancel()
		}
		return nil
	}
	return tr.Run(ctx, false)
}

// interrupt does so where that is before the end.
func interrupt(t *testing.T, tr *Trainer, k int) {
	t.Helper()
	_, err := runUntil(tr, k)
	require.Equal(t, ErrInterrupted, err)
}

func TestInterruptedAnywhereEndsTheSame(t *testing.T) {
	want, wantP, wantW := whole(t)
	for k := 1; k <= steps; k++ {
		dir := t.TempDir()
		tr := newTrainer(t, dir)
		p, err := runUntil(tr, k)
		if k == steps {
			require.NoError(t, err, "nothing is left to do")
		} else {
			require.Equal(t, ErrInterrupted, err)
		}
		require.Equal(t, k, p.Step)

		next := newTrainer(t, dir)
		gotP, w := finish(t, next, true)
		sameEnd(t, want, dir, wantP, gotP)
		require.Len(t, w.steps, steps-k)
		for i, s := range w.steps {
			assert.Equal(t, wantW.steps[k+i].Loss, s.Loss)
			assert.Equal(t, wantW.steps[k+i].LR, s.LR)
		}
		if k < steps {
			last := len(w.epochs) - 1
			assert.Equal(t, wantW.epochs[2].TrainLoss, w.epochs[last].TrainLoss)
			assert.Equal(t, wantW.epochs[2].Evaluation.Report.Confusion, w.epochs[last].Evaluation.Report.Confusion)
		}
	}
}

func TestKilledAnywhereEndsTheSame(t *testing.T) {
	want, wantP, _ := whole(t)
	killed := errors.New("killed")
	for _, every := range []time.Duration{0, 1} {
		for k := 3; k < steps; k++ {
			dir := t.TempDir()
			tr := newTrainer(t, dir)
			tr.SnapshotEvery = every
			tr.Observe.(*watch).step = func(e StepEvent) error {
				if e.Step == k+1 {
					return killed // before a snapshot of this step
				}
				return nil
			}
			_, err := tr.Run(context.Background(), false)
			require.Equal(t, killed, err)
			for _, name := range []string{StateFile, "last.safetensors", "best.safetensors"} {
				half := read(t, dir, StateFile)[:1000]
				require.NoError(t, os.WriteFile(filepath.Join(dir, name+".tmp"), half, 0o644), "of a killed save")
			}
			gotP, w := finish(t, newTrainer(t, dir), true)
			first := k/3*3 + 1
			if every > 0 {
				first = k + 1
			}
			assert.Equal(t, first, w.steps[0].Step)
			sameEnd(t, want, dir, wantP, gotP)
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.LessOrEqual(t, len(entries), 4, "%v", entries) // a best file's leftover stays if none is better
		}
	}
}

func TestARunCanBeMadeLonger(t *testing.T) {
	constant := func(tr *Trainer, n int) *Trainer {
		tr.Steps, tr.Schedule, tr.Val, tr.Eval = n, optim.Constant(1e-2), nil, nil
		return tr
	}
	want, dir := t.TempDir(), t.TempDir()
	wantP, w := finish(t, constant(newTrainer(t, want), 9), false)
	finish(t, constant(newTrainer(t, dir), 7), false)
	p, rest := finish(t, constant(newTrainer(t, dir), 9), true)
	sameEnd(t, want, dir, wantP, p)
	assert.Equal(t, w.epochs[2].TrainLoss, rest.epochs[0].TrainLoss, "the part of the epoch before the pause counts")
}

func TestSnapshotThatCannotBeWritten(t *testing.T) {
	want, wantP, _ := whole(t)
	dir := t.TempDir()
	tr := newTrainer(t, dir)
	blocker := tr.path(StateFile) + ".tmp"
	tr.Observe.(*watch).epoch = func(e EpochEvent) error {
		if e.Epoch == 1 {
			return nil
		}
		return os.MkdirAll(filepath.Join(blocker, "full"), 0o755)
	}
	_, err := tr.Run(context.Background(), false)
	assert.ErrorContains(t, err, "snapshot: write checkpoint "+tr.path(StateFile))

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = newTrainer(t, dir).Run(ctx, true)
	assert.ErrorContains(t, err, "training was interrupted, and the snapshot: write checkpoint")
	assert.NotErrorIs(t, err, ErrInterrupted, "that would promise a snapshot")

	require.NoError(t, os.RemoveAll(blocker))
	p, w := finish(t, newTrainer(t, dir), true)
	assert.Equal(t, 4, w.steps[0].Step, "the snapshot of the first epoch survived")
	sameEnd(t, want, dir, wantP, p)
}

func TestFolderInPlaceOfAFile(t *testing.T) {
	for _, name := range []string{StateFile, "last.safetensors", "best.safetensors"} {
		dir := t.TempDir()
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name, "full"), 0o755))
		_, err := newTrainer(t, dir).Run(context.Background(), false)
		assert.ErrorContains(t, err, filepath.Join(dir, name))
		assert.NoFileExists(t, filepath.Join(dir, name+".tmp"))
	}
}

func TestResumeWithoutASnapshot(t *testing.T) {
	dir, _, _ := whole(t)
	weights := read(t, dir, "last.safetensors")
	state := read(t, dir, StateFile)
	for _, c := range []struct {
		name, want string
		content    []byte
	}{
		{"weights alone", "is not a snapshot of a training run", weights},
		{"truncated", StateFile, state[:len(state)-10]},
		{"empty", StateFile, nil},
		{"not a checkpoint", StateFile, []byte("GIF89a and more than eight bytes")},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, StateFile), c.content, 0o644))
		_, err := newTrainer(t, dir).Run(context.Background(), true)
		assert.ErrorContains(t, err, "resuming: ", c.name)
		assert.ErrorContains(t, err, c.want, c.name)
	}
	require.NoError(t, os.Remove(filepath.Join(dir, StateFile)))
	_, err := newTrainer(t, dir).Run(context.Background(), true)
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, filepath.Join(dir, StateFile))
}

func TestResumeWithAnotherModel(t *testing.T) {
	dir, _, _ := whole(t)
	tr := newTrainer(t, dir)
	wide := newTiny(9)
	tr.Model, tr.Optimizer = wide, optim.NewAdamW(nn.Params(wide), optim.DefaultAdamW)
	_, err := tr.Run(context.Background(), true)
	var wrong *checkpoint.MismatchError
	require.ErrorAs(t, err, &wrong)
	assert.Len(t, wrong.Misshapen, 7, "all but the bias of the head and the counter")
	assert.ErrorContains(t, err, "stem.weight ([8 3 3 3] in the checkpoint, [9 3 3 3] in the model)")
	assert.Equal(t, newTiny(9).Stem.Weight.Value, wide.Stem.Weight.Value, "nothing is loaded")

	tr = newTrainer(t, dir)
	head := &struct {
		*nn.Conv2D `name:"classifier"`
	}{nn.NewConv2D(nn.NewRand(1), 3, classes, nn.ConvOptions{Kernel: 1})}
	tr.Model, tr.Optimizer = head, optim.NewAdamW(nn.Params(head), optim.DefaultAdamW)
	_, err = tr.Run(context.Background(), true)
	assert.ErrorContains(t, err, "1 missing: classifier.weight")
	assert.ErrorContains(t, err, "9 unexpected: stem.weight, bn.weight")
}

// momentum stands for any other optimizer.
type momentum struct {
	steps    int64
	velocity [][]float32
}

func (m *momentum) Step(float64, float32) { m.steps++ }

func (m *momentum) State() optim.State {
	return optim.State{Steps: &m.steps, Moments: map[string][][]float32{"velocity": m.velocity}}
}

func TestResumeWithAnotherOptimizer(t *testing.T) {
	dir, _, _ := whole(t)
	for _, c := range []struct {
		opt  optim.Optimizer
		want []string
	}{
		{&momentum{velocity: [][]float32{make([]float32, 5), nil}}, []string{
			"2 missing: optimizer.velocity.0, optimizer.velocity.1",
			"12 unexpected: optimizer.m.0, optimizer.m.1", "optimizer.v.5",
		}},
		{&momentum{}, []string{"12 unexpected: optimizer.m.0"}},
		{optim.NewAdamW(nn.Params(newTiny(7)), optim.DefaultAdamW), []string{
			"10 of another shape: optimizer.m.0 (216 numbers, want 189)", "optimizer.v.4",
		}},
	} {
		tr := newTrainer(t, dir)
		tr.Optimizer = c.opt
		_, err := tr.Run(context.Background(), true)
		assert.ErrorContains(t, err, "was it trained with another optimizer?")
		for _, want := range c.want {
			assert.ErrorContains(t, err, want)
		}
		assert.Zero(t, *c.opt.State().Steps, "nothing is loaded")
	}
}
