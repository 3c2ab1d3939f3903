package record

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// History is a run's log as curves. Numbers that an event does not have are NaN.
type History struct {
	Steps    []Step
	Epochs   []Epoch
	Averages []Average // the newest of each name
	Notes    []string  // the texts of "note" events, and why the run stopped when it did not end by itself
}

// Step is an event of kind "step": one update of the weights.
type Step struct {
	Step            int     `json:"step"`
	Epoch           int     `json:"epoch"`
	Loss            float64 `json:"loss"`
	LR              float64 `json:"lr"`
	GradNorm        float64 `json:"grad_norm"`
	ImagesPerSecond float64 `json:"images_per_second"`
	WaitSeconds     float64 `json:"wait_seconds"` // for the batch
}

// Epoch is an event of kind "epoch": one pass over the training images, and the validation after it.
type Epoch struct {
	Epoch         int     `json:"epoch"`
	Step          int     `json:"step"` // how many steps had been taken
	TrainLoss     float64 `json:"train_loss"`
	ValLoss       float64 `json:"val_loss"`
	MeanIoU       float64 `json:"mean_iou"`
	MeanDice      float64 `json:"mean_dice"`
	PixelAccuracy float64 `json:"pixel_accuracy"`
	Seconds       float64 `json:"seconds"`
	WaitSeconds   float64 `json:"wait_seconds"` // of the epoch's steps, for their batches
	Best          bool    `json:"best"`         // better than all before, by the metric the run was told to choose by

	Labels *LabelScores `json:"labels,omitempty"` // of a classification head

	EMA *Scores `json:"ema,omitempty"` // of the moving average of the weights, which the best is chosen by then

	Kept []Kept `json:"kept,omitempty"` // the checkpoints of epochs that stay after this one
}

// Kept is a checkpoint of an epoch that stays in a run.
type Kept struct {
	File  string   `json:"file"` // in the run directory
	Epoch int      `json:"epoch"`
	Score *float64 `json:"score,omitempty"` // by which the best is chosen, larger is better; nil without validation
	Cycle bool     `json:"cycle,omitempty"` // a cycle of the learning rate ended
}

// Scores are those of a validation.
type Scores struct {
	ValLoss       float64 `json:"val_loss"`
	MeanIoU       float64 `json:"mean_iou"`
	MeanDice      float64 `json:"mean_dice"`
	PixelAccuracy float64 `json:"pixel_accuracy"`
}

// LabelScores are those of a classification head in a validation.
type LabelScores struct {
	Accuracy *float64 `json:"accuracy"` // nil: nothing to measure
	F1       *float64 `json:"f1"`
}

// NoScores are NaN.
var NoScores = Scores{math.NaN(), math.NaN(), math.NaN(), math.NaN()}

// UnmarshalJSON reads scores; those that are null or missing are NaN.
func (s *Scores) UnmarshalJSON(data []byte) error {
	*s = NoScores
	type plain Scores // without this method
	return json.Unmarshal(data, (*plain)(s))
}

// Average is an event of kind "average": a mean of weights that is finished, and how well it does.
type Average struct {
	Name   string `json:"name"`   // "swa", or "average" of one that was made afterwards
	File   string `json:"file"`   // in the run directory
	Models int    `json:"models"` // that it is the mean of
	Scores Scores `json:"scores"`

	Members []string `json:"members,omitempty"` // their files, where it was made of files
}

// Note is an event of kind "note": something a reader of the run should know.
type Note struct {
	Text string `json:"text"`
}

// Tag is an event of kind "tag": words to find the run by, given and taken away.
type Tag struct {
	Add    []string `json:"add,omitempty"`
	Remove []string `json:"remove,omitempty"`
}

// Stop is an event of kind "stop": the end of a process that trained this run.
type Stop struct {
	Reason  string  `json:"reason"` // "done", or what else ended it
	Step    int     `json:"step"`
	Seconds float64 `json:"seconds"`
}

// Weights is an event of kind "weights": the file that a run started from.
type Weights struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// Done is the Reason of a run that reached its last step.
const Done = "done"

// ReadHistory reads the log of the run in dir. Steps and epochs that a resumed run went through again count
// as they were the last time.
func ReadHistory(dir string) (*History, error) {
	h := &History{}
	for e, err := range Events(dir) {
		if err != nil {
			return nil, err
		}
		if err := h.add(e); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (h *History) add(e Event) error {
	nan := math.NaN()
	switch e.Kind {
	case "step":
		s := Step{Loss: nan, LR: nan, GradNorm: nan, ImagesPerSecond: nan, WaitSeconds: nan}
		if err := e.Decode(&s); err != nil {
			return err
		}
		for n := len(h.Steps); n > 0 && h.Steps[n-1].Step >= s.Step; n-- {
			h.Steps = h.Steps[:n-1]
		}
		h.Steps = append(h.Steps, s)
	case "epoch":
		p := Epoch{TrainLoss: nan, ValLoss: nan, MeanIoU: nan, MeanDice: nan, PixelAccuracy: nan, Seconds: nan, WaitSeconds: nan}
		if err := e.Decode(&p); err != nil {
			return err
		}
		for n := len(h.Epochs); n > 0 && h.Epochs[n-1].Epoch >= p.Epoch; n-- {
			h.Epochs = h.Epochs[:n-1]
		}
		h.Epochs = append(h.Epochs, p)
	case "average":
		a := Average{Scores: NoScores}
		if err := e.Decode(&a); err != nil {
			return err
		}
		h.Averages = slices.DeleteFunc(h.Averages, func(b Average) bool { return b.Name == a.Name })
		h.Averages = append(h.Averages, a)
	case "note":
		var n Note
		if err := e.Decode(&n); err != nil {
			return err
		}
		h.Notes = append(h.Notes, n.Text)
	case "stop":
		var s Stop
		if err := e.Decode(&s); err != nil {
			return err
		}
		if s.Reason != Done {
			h.Notes = append(h.Notes, fmt.Sprintf("stopped after step %d: %s", s.Step, s.Reason))
		}
	}
	return nil
}

// Best returns the epoch with the highest mean IoU, the first of equals, and false when none has one.
func (h *History) Best() (best Epoch, ok bool) {
	for _, e := range h.Epochs {
		if !math.IsNaN(e.MeanIoU) && (!ok || e.MeanIoU > best.MeanIoU) {
			best, ok = e, true
		}
	}
	return best, ok
}
