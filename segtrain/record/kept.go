package record

import (
	"fmt"
	"slices"
	"strings"
)

// Kept returns the checkpoints of epochs that a run keeps, in the order of the epochs.
func (h *History) Kept() []Kept {
	if len(h.Epochs) == 0 {
		return nil
	}
	return h.Epochs[len(h.Epochs)-1].Kept
}

// NewestKept returns the checkpoints of the last n epochs, in their order, or an error if one of them is not kept.
func (h *History) NewestKept(n int) ([]Kept, error) {
	const key = "train.keep_last"
	if n > len(h.Epochs) {
		return nil, fmt.Errorf("the last %d epochs were asked for, and the run has %d", n, len(h.Epochs))
	}
	list := h.Kept()
	var chosen []Kept
	for _, e := range h.Epochs[len(h.Epochs)-n:] {
		i := slices.IndexFunc(list, func(k Kept) bool { return k.Epoch == e.Epoch })
		if i < 0 {
			return nil, fmt.Errorf("the last %d epochs were asked for, and epoch %d is not kept; the run keeps %s; train with %s=%d, or more, "+
				"to keep them", n, e.Epoch, namesOf(list), key, n)
		}
		chosen = append(chosen, list[i])
	}
	return chosen, nil
}

// BestKept returns the checkpoints of the n epochs with the best scores, in the order of the epochs, of a run that was to keep so
// many of the best. It is an error if the run may not have kept them all.
func (h *History) BestKept(n, keepsBest int) ([]Kept, error) {
	list := h.Kept()
	scored := slices.DeleteFunc(slices.Clone(list), func(k Kept) bool { return k.Score == nil })
	switch everything := len(list) == len(h.Epochs); {
	case n > keepsBest && !everything:
		return nil, fmt.Errorf("the best %d epochs were asked for, and the run keeps the best %d; train with train.keep_best=%d, or "+
			"more, to keep them", n, keepsBest, n)
	case n > len(scored):
		return nil, fmt.Errorf("the best %d epochs were asked for, and only %d were validated", n, len(scored))
	}
	slices.SortStableFunc(scored, func(a, b Kept) int {
		switch {
		case *a.Score > *b.Score:
			return -1
		case *a.Score < *b.Score:
			return 1
		}
		return 0
	})
	scored = scored[:n]
	slices.SortFunc(scored, func(a, b Kept) int { return a.Epoch - b.Epoch })
	return scored, nil
}

// namesOf lists the files of checkpoints for a message.
func namesOf(list []Kept) string {
	if len(list) == 0 {
		return "none"
	}
	var names []string
	for _, k := range list {
		names = append(names, k.File)
	}
	return strings.Join(names, ", ")
}
