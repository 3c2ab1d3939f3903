package train

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// Keep says which checkpoints of epochs stay when the next one is written; the zero Keep keeps none. An epoch's checkpoint holds
// the weights that are judged, which are the EMA's where there is one.
type Keep struct {
	Dir   string              // folder for them, below the trainer's
	Last  int                 // the newest so many stay
	Best  int                 // and so many of those with the best Trainer.Score, of equals the earlier
	Cycle func(step int) bool // and those after steps that end a cycle of the schedule; nil for none
}

// A Kept is a checkpoint of an epoch that stays.
type Kept struct {
	Epoch int      `json:"epoch"` // counted from 1
	Score *float64 `json:"score,omitempty"`
	Cycle bool     `json:"cycle,omitempty"`
}

// EpochFile returns the name of the checkpoint of an epoch, counted from 1.
func EpochFile(epoch int) string { return fmt.Sprintf("%04d.safetensors", epoch) }

var epochFile = regexp.MustCompile(`^(\d{4,})\.safetensors$`)

// on tells whether any checkpoint stays.
func (k Keep) on() bool { return k.Last > 0 || k.Best > 0 || k.Cycle != nil }

// choose returns those of a list, ordered by epochs, that stay. What it drops need not be seen again: a checkpoint that is no
// longer among the newest or the best never is again.
func (k Keep) choose(list []Kept) (stay []Kept) {
	best := slices.DeleteFunc(slices.Clone(list), func(x Kept) bool { return x.Score == nil })
	slices.SortStableFunc(best, func(a, b Kept) int { return compareScores(*b.Score, *a.Score) })
	best = best[:min(k.Best, len(best))]
	for i, x := range list {
		isBest := slices.ContainsFunc(best, func(b Kept) bool { return b.Epoch == x.Epoch })
		if i >= len(list)-k.Last || isBest || x.Cycle && k.Cycle != nil {
			stay = append(stay, x)
		}
	}
	return stay
}

func compareScores(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// startKeep makes the folder for checkpoints of epochs, and clears it of those that the snapshot a run goes on from does not
// know: they come again.
func (t *Trainer) startKeep(p Progress) error {
	if !t.Keep.on() {
		return nil
	}
	if t.Keep.Best > 0 && t.Val == nil {
		return errors.New("the best epochs cannot be kept without validation")
	}
	if err := os.MkdirAll(t.path(t.Keep.Dir), 0o777); err != nil {
		return fmt.Errorf("keeping checkpoints: %w", err)
	}
	return t.dropOut(p)
}

// keepEpoch writes the checkpoint of an epoch if it stays, and notes which ones do.
func (t *Trainer) keepEpoch(p *Progress, event *EpochEvent, result *Evaluation) error {
	if !t.Keep.on() {
		return nil
	}
	now := Kept{Epoch: event.Epoch, Cycle: t.Keep.Cycle != nil && t.Keep.Cycle(event.Step)}
	if result != nil {
		now.Score = new(t.scored(result))
	}
	p.Kept = t.Keep.choose(append(slices.Clone(p.Kept), now))
	event.Kept = p.Kept
	if n := len(p.Kept); n == 0 || p.Kept[n-1].Epoch != now.Epoch {
		return nil
	}
	return t.save(filepath.Join(t.path(t.Keep.Dir), EpochFile(now.Epoch)))
}

// dropOut removes the checkpoints that do not stay. That comes after the snapshot: what the newest snapshot keeps is always there.
func (t *Trainer) dropOut(p Progress) error {
	if !t.Keep.on() {
		return nil
	}
	dir := t.path(t.Keep.Dir)
	files, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("keeping checkpoints: %w", err)
	}
	for _, f := range files {
		match := epochFile.FindStringSubmatch(f.Name())
		if match == nil {
			continue
		}
		epoch, err := strconv.Atoi(match[1])
		if err != nil || slices.ContainsFunc(p.Kept, func(x Kept) bool { return x.Epoch == epoch }) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keeping checkpoints: %w", err)
		}
	}
	return nil
}

// scored returns the score of a validation as a number that a snapshot holds: where there is nothing to measure any number is
// better.
func (t *Trainer) scored(result *Evaluation) float64 {
	score := t.Score(result)
	if math.IsNaN(score) {
		return -math.MaxFloat64
	}
	return max(-math.MaxFloat64, min(score, math.MaxFloat64))
}
