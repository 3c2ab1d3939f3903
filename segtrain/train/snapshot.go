package train

import (
	"cmp"
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
	Kept    []Kept              `json:"kept,omitempty"`    // checkpoints of epochs
}

// What a snapshot holds beside weights and moments.
const (
	progressKey = "tessera.progress" // its Progress, in the metadata
	stepsKey    = ".steps"           // after the name of a memory
)

// A memory is something beside the weights that a snapshot holds.
type memory struct {
	name  string // begins the names of its entries
	what  string // in messages
	state optim.State
}

// saveState writes a snapshot.
func saveState(path string, model any, memories []memory, p Progress) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	var entries []checkpoint.Entry
	for _, e := range checkpoint.Entries(model) {
		e.Name = "model." + e.Name
		entries = append(entries, e)
	}
	for _, m := range memories {
		entries = append(entries, checkpoint.NewInt64s(m.name+stepsKey, nil, []int64{*m.state.Steps}))
		m.state.Each(func(name string, values []float32) {
			entries = append(entries, checkpoint.NewFloat32s(m.name+"."+name, []int{len(values)}, values))
		})
	}
	return checkpoint.WriteFile(path, entries, map[string]string{progressKey: string(text)})
}

// save writes the model's weights.
func (t *Trainer) save(path string) error {
	entries, err := checkpoint.Recast(checkpoint.Entries(t.Model), cmp.Or(t.WeightsType, "fp32"))
	if err != nil {
		return err
	}
	return checkpoint.WriteFile(path, entries, t.Metadata)
}

// loadState restores a snapshot into a model and the memories of a run.
func loadState(path string, model any, memories []memory) (p Progress, err error) {
	entries, metadata, err := checkpoint.ReadFile(path)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(metadata[progressKey]), &p); err != nil {
		return p, fmt.Errorf("%s is not a snapshot of a training run: no %s in it", path, progressKey)
	}
	var weights []checkpoint.Entry
	others := map[string]checkpoint.Entry{}
	for _, e := range entries {
		if name, ok := strings.CutPrefix(e.Name, "model."); ok {
			e.Name = name
			weights = append(weights, e)
		} else {
			others[e.Name] = e
		}
	}
	if err := checkpoint.Assign(model, weights); err != nil {
		return p, fmt.Errorf("%s: %w", path, err)
	}
	if err := restoreMemories(memories, others); err != nil {
		return p, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// restoreMemories copies the entries of a snapshot that are not the model's to where they belong. Unless all fit it changes
// nothing.
func restoreMemories(memories []memory, entries map[string]checkpoint.Entry) error {
	var commits []func()
	for _, m := range memories {
		commit, err := m.restore(entries)
		if err != nil {
			return fmt.Errorf("was it trained with another %s? %w", m.what, err)
		}
		commits = append(commits, commit)
	}
	if len(entries) > 0 {
		err := &checkpoint.MismatchError{Unexpected: slices.Sorted(maps.Keys(entries))}
		return fmt.Errorf("was it trained with averages of weights that are off now? %w", err)
	}
	for _, commit := range commits {
		commit()
	}
	return nil
}

// restore takes its entries out of those of a snapshot and returns what copies them, or a checkpoint.MismatchError.
func (m memory) restore(entries map[string]checkpoint.Entry) (commit func(), err error) {
	var wrong checkpoint.MismatchError
	steps, err := entries[m.name+stepsKey].Int64s()
	if err != nil || len(steps) != 1 {
		wrong.Missing = append(wrong.Missing, m.name+stepsKey)
	}
	delete(entries, m.name+stepsKey)
	moments := map[string][]float32{}
	m.state.Each(func(name string, into []float32) {
		key := m.name + "." + name
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
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if strings.HasPrefix(name, m.name+".") {
			wrong.Unexpected = append(wrong.Unexpected, name)
		}
	}
	if len(wrong.Missing)+len(wrong.Unexpected)+len(wrong.Misshapen) > 0 {
		return nil, &wrong
	}
	return func() {
		*m.state.Steps = steps[0]
		m.state.Each(func(name string, into []float32) { copy(into, moments[name]) })
	}, nil
}
