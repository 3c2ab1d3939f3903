package checkpoint

import (
	"fmt"
	"slices"
)

// A Mean adds up the weights of several checkpoints of one model. The zero Mean is of none.
//
// A mean of weights is taken number by number, in float64 and in the order in which checkpoints are added, and rounded to
// float32 once. Whole numbers, such as a batch norm's counter, are not averaged: they are those of the checkpoint that was added last. The
// running statistics of batch norms are averaged as the rest, and do not fit averaged weights: measure them anew.
type Mean struct {
	entries []Entry     // of the checkpoint that was added last, in the order of the first
	sums    [][]float64 // of each entry; nil where it is of whole numbers
	models  int
}

// Add takes a checkpoint in. One whose names or shapes are not those of the first is a MismatchError and changes nothing.
func (m *Mean) Add(entries []Entry) error {
	ordered, err := m.order(entries)
	if err != nil {
		return err
	}
	values := make([][]float32, len(ordered))
	for i, e := range ordered {
		if !e.whole() {
			if values[i], err = e.Float32s(); err != nil {
				return fmt.Errorf("no mean: %w", err)
			}
		}
	}
	if m.models == 0 {
		m.sums = make([][]float64, len(ordered))
		for i, list := range values {
			if list != nil {
				m.sums[i] = make([]float64, len(list))
			}
		}
	}
	for i, list := range values {
		for j, v := range list {
			m.sums[i][j] += float64(v)
		}
	}
	m.entries = ordered
	m.models++
	return nil
}

// Models returns how many checkpoints were added.
func (m *Mean) Models() int { return m.models }

// Entries returns the mean as a checkpoint, weights as F32. It panics if there is nothing to average.
func (m *Mean) Entries() []Entry {
	if m.models == 0 {
		panic("checkpoint: the mean of no checkpoints")
	}
	list := make([]Entry, len(m.entries))
	for i, e := range m.entries {
		if m.sums[i] == nil {
			list[i] = e
			continue
		}
		values := make([]float32, len(m.sums[i]))
		for j, sum := range m.sums[i] {
			values[j] = float32(sum / float64(m.models))
		}
		list[i] = NewFloat32s(e.Name, e.Shape, values)
	}
	return list
}

// whole tells whether a tensor is of whole numbers.
func (e Entry) whole() bool {
	switch e.DType {
	case "BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64":
		return true
	}
	return false
}

// order returns entries in the order of those before them, or a MismatchError.
func (m *Mean) order(entries []Entry) ([]Entry, error) {
	if m.models == 0 {
		return slices.Clone(entries), nil
	}
	byName := map[string]Entry{}
	for _, e := range entries {
		byName[e.Name] = e
	}
	var wrong MismatchError
	var ordered []Entry
	for _, want := range m.entries {
		e, ok := byName[want.Name]
		delete(byName, want.Name)
		switch {
		case !ok:
			wrong.Missing = append(wrong.Missing, want.Name)
		case !slices.Equal(e.Shape, want.Shape) || e.whole() != want.whole():
			wrong.Misshapen = append(wrong.Misshapen, fmt.Sprintf("%s (%s %v, want %s %v)", e.Name, e.DType, e.Shape, want.DType, want.Shape))
		}
		ordered = append(ordered, e)
	}
	for _, e := range entries {
		if _, left := byName[e.Name]; left {
			wrong.Unexpected = append(wrong.Unexpected, e.Name)
		}
	}
	if len(wrong.Missing)+len(wrong.Unexpected)+len(wrong.Misshapen) > 0 {
		return nil, &wrong
	}
	return ordered, nil
}
