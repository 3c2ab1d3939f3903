package solve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// work is three stages that write their name into files and count how often they are done.
type work struct {
	dir    string
	value  map[string]string // of the input of a stage
	done   []string
	fail   map[string]error
	loaded map[string]string
	goesOn bool
}

func newWork(t *testing.T) *work {
	return &work{dir: t.TempDir(), value: map[string]string{}, fail: map[string]error{}, loaded: map[string]string{}}
}

func (w *work) run(t *testing.T, redo string) (*Marks, error) {
	t.Helper()
	r := &Runner{Dir: w.dir, Redo: redo}
	w.done = nil
	for _, name := range []string{"a", "b", "c"} {
		r.Stages = append(r.Stages, Stage{
			Name: name, Outputs: []string{name + ".txt"}, GoesOn: w.goesOn && name == "b",
			Inputs: func() ([]Input, error) { return []Input{{"key of " + name, w.value[name]}}, nil },
			Run: func(context.Context) (any, error) {
				w.done = append(w.done, name)
				if err := os.WriteFile(filepath.Join(w.dir, name+".txt"), []byte(w.value[name]), 0o666); err != nil {
					return nil, err
				}
				return "result of " + name + w.value[name], w.fail[name]
			},
			Load: func(m json.RawMessage) error {
				var s string
				err := json.Unmarshal(m, &s)
				w.loaded[name] = s
				return err
			},
		})
	}
	return r.Run(context.Background())
}

func TestEveryStageIsDoneOnce(t *testing.T) {
	w := newWork(t)
	for _, want := range [][]string{{"a", "b", "c"}, nil} {
		m, err := w.run(t, "")
		require.NoError(t, err)
		assert.Equal(t, want, w.done)
		assert.Equal(t, map[string]string{"a": "result of a", "b": "result of b", "c": "result of c"}, w.loaded)
		assert.Equal(t, Done, m.Of("b").State)
		assert.Equal(t, 1, m.Of("b").Attempts)
	}
}

func TestAStageThatFailsOrIsInterruptedIsDoneAgain(t *testing.T) {
	for _, failure := range []error{errors.New("no"), context.Canceled, train.ErrInterrupted} {
		w := newWork(t)
		w.fail["b"] = failure
		m, err := w.run(t, "")
		require.Error(t, err)
		assert.Contains(t, err.Error(), "stage b")
		if stopped := failure.Error() != "no"; stopped {
			require.ErrorIs(t, err, train.ErrInterrupted)
			assert.Equal(t, Begun, m.Of("b").State)
		} else {
			assert.Equal(t, Failed, m.Of("b").State)
			assert.Equal(t, "no", m.Of("b").Error)
		}
		assert.Nil(t, m.Of("c"))
		w.fail = nil
		m, err = w.run(t, "")
		require.NoError(t, err)
		assert.Equal(t, []string{"b", "c"}, w.done)
		assert.Equal(t, 2, m.Of("b").Attempts)
	}
}

func TestChangedInputs(t *testing.T) {
	w := newWork(t)
	_, err := w.run(t, "")
	require.NoError(t, err)
	w.value["b"] = "x"
	_, err = w.run(t, "")
	var wrong *ChangedError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, &ChangedError{Stage: "b", State: Done, Inputs: []string{"key of b"}}, wrong)
	assert.Contains(t, err.Error(), "--redo b")
	assert.Empty(t, w.done)

	_, err = w.run(t, "b")
	require.NoError(t, err)
	assert.Equal(t, []string{"b"}, w.done, "c does not rest on b here")
	old, err := os.ReadFile(filepath.Join(w.dir, OldFolder, "b", "b.txt"))
	require.NoError(t, err)
	assert.Empty(t, old)

	w.value["c"] = "y" // as if by what b came to
	_, err = w.run(t, "b")
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "c"}, w.done)
	assert.FileExists(t, filepath.Join(w.dir, OldFolder, "b-2", "b.txt"))

	_, err = w.run(t, "d")
	assert.ErrorContains(t, err, `no stage "d" to do again; there are: a, b, c`)
}

// What a stage left that goes on is not given to another one.
func TestChangedInputsOfHalfAStage(t *testing.T) {
	w := newWork(t)
	w.goesOn, w.fail["b"] = true, context.Canceled
	_, err := w.run(t, "")
	require.ErrorIs(t, err, train.ErrInterrupted)
	w.value["b"], w.fail = "x", nil
	_, err = w.run(t, "")
	var wrong *ChangedError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, Begun, wrong.State)
	_, err = w.run(t, "b")
	require.NoError(t, err)
}

func TestOutputsThatAreGoneOrForeign(t *testing.T) {
	w := newWork(t)
	_, err := w.run(t, "")
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(w.dir, "a.txt")))
	_, err = w.run(t, "")
	assert.ErrorContains(t, err, "a.txt is gone: --redo a makes it again")

	w = newWork(t)
	mine := filepath.Join(w.dir, "b.txt")
	require.NoError(t, os.WriteFile(mine, []byte("mine"), 0o666))
	_, err = w.run(t, "")
	assert.ErrorContains(t, err, "which is not of this work")
	text, err := os.ReadFile(mine)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(text))
}

func TestMarksThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, MarksFile)
	require.NoError(t, os.WriteFile(file, []byte("{"), 0o666))
	_, err := ReadMarks(dir)
	assert.ErrorContains(t, err, file)
	require.NoError(t, os.WriteFile(file, []byte(`{"format": 9}`), 0o666))
	_, err = ReadMarks(dir)
	assert.ErrorContains(t, err, "has format 9")
}

func TestFit(t *testing.T) {
	c := Cost{Pixels: [2]int{192, 256}, Step: 1, Image: 0.1, Snapshot: 1, Batch: 8, Images: 400, Tests: 100, ValEvery: 1, Views: 27, Viewed: 50}
	want := Size{Epochs: 40, Folds: 5, Pixels: [2]int{192, 256}}
	// A fold: 40 epochs of 40 steps and a second, 42 passes of 80 images, 27 of 50, and one of 100.
	assert.InDelta(t, 5*(40*41+42*8+135+10), c.Seconds(want), 1e-6)
	for _, x := range []struct {
		share float64
		want  Size
	}{
		{1, want},
		{0.7, Size{27, 5, want.Pixels}},
		{0.5, Size{24, 4, want.Pixels}},
		{0.2, Size{20, 3, [2]int{160, 192}}},
		{0.02, Size{4, 2, [2]int{96, 128}}},
	} {
		limit := x.share * c.Seconds(want)
		got, gone, err := c.Fit(want, limit)
		require.NoError(t, err, "%v", x.share)
		assert.Equal(t, x.want, got, "%v", x.share)
		assert.LessOrEqual(t, c.Seconds(got), limit)
		assert.Equal(t, got == want, len(gone) == 0)
		more := got
		more.Epochs++
		assert.True(t, got.Epochs == want.Epochs || c.Seconds(more) > limit, "no epoch is given up for nothing")
	}
	_, _, err := c.Fit(want, 10)
	assert.ErrorContains(t, err, "even 2 folds of 4 epochs at 96×128 takes about")
}

// A marked stage is not done again.
func ExampleRunner() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	r := Runner{Dir: dir, Tell: func(stage, what string) { fmt.Println(stage, what) }, Stages: []Stage{{
		Name:   "count",
		Inputs: func() ([]Input, error) { return []Input{{"limit", "10"}}, nil },
		Run:    func(context.Context) (any, error) { return 55, nil },
	}}}
	for range 2 {
		if _, err := r.Run(context.Background()); err != nil {
			panic(err)
		}
	}
	// Output:
	// count begins
	// count is done in 0 s
	// count is done already
}

// TestOneAtATime: a stage sees that its directory is locked, another run of the same work is refused meanwhile, and afterwards it is not.
func TestOneAtATime(t *testing.T) {
	w := newWork(t)
	var second error
	r := &Runner{Dir: w.dir, Stages: []Stage{{
		Name: "a", Inputs: func() ([]Input, error) { return nil, nil },
		Run: func(ctx context.Context) (any, error) {
			assert.True(t, record.Busy(w.dir))
			_, second = (&Runner{Dir: w.dir}).Run(ctx)
			return nil, nil
		},
	}}}
	_, err := r.Run(context.Background())
	require.NoError(t, err)
	require.ErrorIs(t, second, record.ErrBusy)
	assert.Contains(t, second.Error(), w.dir+" is locked by process ")
	assert.False(t, record.Busy(w.dir))
	_, err = r.Run(context.Background())
	require.NoError(t, err)
}

// TestForecastOfAStage is told when the stage begins, and not where nothing is known.
func TestForecastOfAStage(t *testing.T) {
	var told []string
	stage := func(name string, takes func() float64) Stage {
		return Stage{Name: name, Takes: takes, Inputs: func() ([]Input, error) { return nil, nil },
			Run: func(context.Context) (any, error) { return nil, nil }}
	}
	r := &Runner{Dir: t.TempDir(), Tell: func(stage, what string) { told = append(told, stage+" "+what) }, Stages: []Stage{
		stage("a", func() float64 { return 150 }), stage("b", func() float64 { return 0 }), stage("c", nil),
	}}
	_, err := r.Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, []string{"a begins, about 2 min", "a is done in 0 s", "b begins", "b is done in 0 s", "c begins", "c is done in 0 s"}, told)
}
