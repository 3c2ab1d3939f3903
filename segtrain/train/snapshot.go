package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tessera/nn/checkpoint"
	"tessera/optim"
)

// StateFile is the snapshot a run goes on from: weights, optimizer and progress in one file, so that they
// always belong together.
const StateFile = "state.safetensors"

// Progress is where a training run stands. Together with the weights and the optimizer's state it determines
// all that follows: random numbers are keyed by it, not drawn from a stream.
type Progress struct {
	Step      int     `json:"step"`       // steps done
	EpochLoss float64 `json:"epoch_loss"` // sum of the losses of this epoch's steps so far
	Best      float64 `json:"best"`       // best value of the chosen metric, larger is better
	BestEpoch int     `json:"best_epoch"` // counted from 1, 0 for none yet
	Seconds   float64 `json:"seconds"`    // spent training

	Plateau *optim.PlateauState `json:"plateau,omitempty"` // of a schedule that has a state
}

// What a snapshot holds beside weights and moments.
const (
	progressKey = "tessera.progress" // its Progress, in the metadata
	stepsKey    = "optimizer.steps"
)

// saveState writes a snapshot.
func saveState(path string, model any, opt optim.Optimizer, p Progress) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	var entries []checkpoint.Entry
	for _, e := range checkpoint.Entries(model) {
		e.Name = "model." + e.Name
		entries = append(entries, e)
	}
	state := opt.State()
	entries = append(entries, checkpoint.NewInt64s(stepsKey, nil, []int64{*state.Steps}))
	state.Each(func(name string, values []float32) {
		entries = append(entries, checkpoint.NewFloat32s("optimizer."+name, []int{len(values)}, values))
	})
	return checkpoint.WriteFile(path, entries, map[string]string{progressKey: string(text)})
}

// loadState restores a snapshot into a model and its optimizer.
func loadState(path string, model any, opt optim.Optimizer) (p Progress, err error) {
	entries, metadata, err := checkpoint.ReadFile(path)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(metadata[progressKey]), &p); err != nil {
		return p, fmt.Errorf("%s is not a snapshot of a training run: no %s in it", path, progressKey)
	}
	var weights []checkpoint.Entry
	moments := map[string]checkpoint.Entry{}
	for _, e := range entries {
		if name, ok := strings.CutPrefix(e.Name, "model."); ok {
			e.Name = name
			weights = append(weights, e)
		} else {
			moments[e.Name] = e
		}
	}
	if err := checkpoint.Assign(model, weights); err != nil {
		return p, fmt.Errorf("%s: %w", path, err)
	}
	if err := restoreOptimizer(opt, moments); err != nil {
		return p, fmt.Errorf("%s: was it trained with another optimizer? %w", path, err)
	}
	return p, nil
}

// restoreOptimizer copies the entries of a snapshot that are not the model's into the state of an optimizer.
// Unless all fit it changes nothing and returns a checkpoint.MismatchError.
func restoreOptimizer(opt optim.Optimizer, entries map[string]checkpoint.Entry) error {
	var wrong checkpoint.MismatchError
	steps, err := entries[stepsKey].Int64s()
	if err != nil || len(steps) != 1 {
		wrong.Missing = append(wrong.Missing, stepsKey)
	}
	delete(entries, stepsKey)
	state, moments := opt.State(), map[string][]float32{}
	state.Each(func(name string, into []float32) {
		key := "optimizer." + name
		e, ok := entries[key]
		delete(entries, key)
		values, err := e.Float32s()
		switch {
		case !ok:
			wrong.Missing = append(wrong.Missing, key)
		case err != nil:
			wrong.Misshapen = append(wrong.Misshapen, err.Error())
		case len(values) != len(into):
			wrong.Misshapen = append(wrong.Misshapen,
				fmt.Sprintf("%s (%d numbers, want %d)", key, len(values), len(into)))
		}
		moments[name] = values
	})
	wrong.Unexpected = slices.Sorted(maps.Keys(entries))
	if len(wrong.Missing)+len(wrong.Unexpected)+len(wrong.Misshapen) > 0 {
		return &wrong
	}
	*state.Steps = steps[0]
	state.Each(func(name string, into []float32) { copy(into, moments[name]) })
	return nil
}
