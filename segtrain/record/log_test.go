package record

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAppendAndRead(t *testing.T) {
	r := newRun(t)
	require.NoError(t, r.Append("start", map[string]any{"steps": 2}))
	require.NoError(t, r.Append("step", Step{Step: 1, Loss: math.Inf(1), LR: 1e-3, GradNorm: math.NaN()}))
	require.NoError(t, r.Append("mark", nil))

	var kinds []string
	for e, err := range r.Events() {
		require.NoError(t, err)
		assert.True(t, json.Valid(e.Line))
		assert.False(t, e.Time.IsZero())
		kinds = append(kinds, e.Kind)
		if e.Kind == "step" {
			assert.Contains(t, string(e.Line), `"loss":null,"lr":0.001,"grad_norm":null`)
		}
	}
	assert.Equal(t, []string{"start", "step", "mark"}, kinds)
}

func TestAppendWantsAnObject(t *testing.T) {
	r := newRun(t)
	require.ErrorContains(t, r.Append("step", []int{1}), "want an object")
	require.ErrorContains(t, r.Append("step", make(chan int)), "chan int")
	require.NoError(t, r.Append("step", Step{Step: 1}), "a refused event leaves no trace")
	h, err := ReadHistory(r.Dir())
	require.NoError(t, err)
	assert.Len(t, h.Steps, 1)
}

func TestAppendFromSeveralGoroutines(t *testing.T) {
	r := newRun(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				assert.NoError(t, r.Append("step", map[string]any{"text": strings.Repeat("x", 100*i)}))
			}
		})
	}
	wg.Wait()
	n := 0
	for _, err := range r.Events() {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 160, n)
}

func TestOpenMendsTheLog(t *testing.T) {
	const whole = `{"kind":"step","time":"2026-01-02T03:04:05Z","step":1,"loss":0.5}` + "\n"
	for name, tail := range map[string]string{
		"half a line":       `{"kind":"step","ti`,
		"no newline":        strings.TrimSuffix(whole, "\n"),
		"zeros":             "\x00\x00\x00",
		"zeros with an end": "\x00\x00\x00\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t)
			require.NoError(t, os.WriteFile(r.Path(LogFile), []byte(whole+tail), 0o600))
			require.NoError(t, r.Close())
			again, err := Open(r.Dir())
			require.NoError(t, err)
			defer again.Close()
			require.NoError(t, again.Append("step", Step{Step: 2, Loss: 0.25}))
			h, err := ReadHistory(r.Dir())
			require.NoError(t, err)
			require.Len(t, h.Steps, 2)
			assert.Equal(t, 0.25, h.Steps[1].Loss)
			want := fmt.Sprintf("the log ended in a torn line; %d bytes were cut off", len(tail))
			assert.Equal(t, []string{want}, h.Notes)
		})
	}
}

func TestOpenLeavesAWholeLogAlone(t *testing.T) {
	r := newRun(t)
	require.NoError(t, r.Append("step", Step{Step: 1}))
	before, err := os.ReadFile(r.Path(LogFile))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	again, err := Open(r.Dir())
	require.NoError(t, err)
	require.NoError(t, again.Close())
	after, err := os.ReadFile(r.Path(LogFile))
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

func TestShortWriteDoesNotSpoilTheNextEvent(t *testing.T) {
	r := newRun(t)
	require.NoError(t, r.Append("step", Step{Step: 1}))
	writable := r.log
	readOnly, err := os.Open(r.Path(LogFile))
	require.NoError(t, err)
	defer readOnly.Close()
	r.log = readOnly
	require.Error(t, r.Append("step", Step{Step: 2}))
	r.log = writable
	require.NoError(t, r.Append("step", Step{Step: 3}))
	h, err := ReadHistory(r.Dir())
	require.NoError(t, err)
	assert.Len(t, h.Steps, 2)
}

func TestEventsNamesTheBadLine(t *testing.T) {
	r := newRun(t)
	require.NoError(t, os.WriteFile(r.Path(LogFile), []byte("{\"kind\":\"a\"}\nnonsense\n{\"kind\":\"b\"}\n"), 0o600))
	var kinds []string
	var bad error
	for e, err := range Events(r.Dir()) {
		if err != nil {
			bad = err
			continue
		}
		kinds = append(kinds, e.Kind)
	}
	require.ErrorContains(t, bad, r.Path(LogFile)+":2")
	assert.Equal(t, []string{"a", "b"}, kinds)
}

func TestHistoryOfAResumedRun(t *testing.T) {
	r := newRun(t)
	for _, step := range []int{1, 2, 3, 2, 3, 4} {
		require.NoError(t, r.Append("step", map[string]any{"step": step, "loss": float64(step)}))
	}
	require.NoError(t, r.Append("epoch", Epoch{Epoch: 1, MeanIoU: 0.4}))
	require.NoError(t, r.Append("stop", Stop{Reason: "interrupted", Step: 4}))
	require.NoError(t, r.Append("epoch", Epoch{Epoch: 1, MeanIoU: 0.5}))
	require.NoError(t, r.Append("epoch", Epoch{Epoch: 2, MeanIoU: math.NaN()}))
	require.NoError(t, r.Append("stop", Stop{Reason: Done}))

	h, err := ReadHistory(r.Dir())
	require.NoError(t, err)
	var steps []int
	for _, s := range h.Steps {
		steps = append(steps, s.Step)
		assert.True(t, math.IsNaN(s.LR), "what an event lacks is NaN")
	}
	assert.Equal(t, []int{1, 2, 3, 4}, steps)
	require.Len(t, h.Epochs, 2)
	best, ok := h.Best()
	require.True(t, ok)
	assert.Equal(t, 1, best.Epoch)
	assert.Equal(t, 0.5, best.MeanIoU)
	assert.Equal(t, []string{"stopped after step 4: interrupted"}, h.Notes)
}

// TestHistoryOfAverages has scores that are not numbers, and an average that a resumed run finished again.
func TestHistoryOfAverages(t *testing.T) {
	r := newRun(t)
	require.NoError(t, r.Append("epoch", Epoch{Epoch: 1}))
	require.NoError(t, r.Append("epoch", Epoch{Epoch: 2, EMA: &Scores{ValLoss: 0.5, MeanIoU: math.NaN()}}))
	require.NoError(t, r.Append("average", Average{Name: "swa", Models: 1, Scores: NoScores}))
	require.NoError(t, r.Append("average", Average{Name: "swa", Models: 2, Scores: Scores{MeanIoU: 0.25, ValLoss: math.NaN()}}))
	h, err := ReadHistory(r.Dir())
	require.NoError(t, err)
	assert.Nil(t, h.Epochs[0].EMA)
	assert.Equal(t, 0.5, h.Epochs[1].EMA.ValLoss)
	assert.True(t, math.IsNaN(h.Epochs[1].EMA.MeanIoU))
	require.Len(t, h.Averages, 1)
	assert.Equal(t, 2, h.Averages[0].Models)
	assert.Equal(t, 0.25, h.Averages[0].Scores.MeanIoU)
	assert.True(t, math.IsNaN(h.Averages[0].Scores.ValLoss))
}

func TestHistoryOfAWrongEvent(t *testing.T) {
	r := newRun(t)
	require.NoError(t, r.Append("step", map[string]any{"step": "first"}))
	_, err := ReadHistory(r.Dir())
	require.ErrorContains(t, err, `line 1: event "step"`)
}
