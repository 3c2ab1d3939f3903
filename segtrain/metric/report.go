package metric

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Score is a fraction in [0, 1], or NaN for one that is undefined; NaN, and an infinite ratio, is null in JSON.
type Score float64

// MarshalJSON writes what is not finite as null.
func (s Score) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(s)) || math.IsInf(float64(s), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(s))
}

// UnmarshalJSON reads null as NaN.
func (s *Score) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*s = Score(math.NaN())
		return nil
	}
	return json.Unmarshal(data, (*float64)(s))
}

// String prints three decimals, or a dash for NaN.
func (s Score) String() string {
	if math.IsNaN(float64(s)) {
		return "-"
	}
	return fmt.Sprintf("%.3f", float64(s))
}

// Report is everything a confusion matrix says. Means are over classes that are present.
type Report struct {
	MeanIoU         Score        `json:"mean_iou"`
	MeanDice        Score        `json:"mean_dice"`
	PixelAccuracy   Score        `json:"pixel_accuracy"`
	FreqWeightedIoU Score        `json:"freq_weighted_iou"`
	PerClass        []ClassScore `json:"per_class"`
	Confusion       [][]int64    `json:"confusion,omitempty"` // rows are truth, columns prediction; nil where classes do not exclude each other
	Counts          []Counts     `json:"counts,omitempty"`    // of the classes, where they do not exclude each other
}

// ClassScore is what a report says of one class.
type ClassScore struct {
	Name      string `json:"name"`
	IoU       Score  `json:"iou"`
	Dice      Score  `json:"dice"`
	Precision Score  `json:"precision"`
	Recall    Score  `json:"recall"`
	Pixels    int64  `json:"pixels"`  // of truth
	Present   bool   `json:"present"` // in truth or prediction
}

// Report returns the scores under the names of the classes; nil names them "class 0", "class 1" and so on.
// It panics if there are names, but not one a class.
func (c *Confusion) Report(names []string) Report {
	if names != nil && len(names) != c.classes {
		panic(fmt.Sprintf("metric: Report: %d names for %d classes", len(names), c.classes))
	}
	r := Report{
		MeanIoU:         Score(c.MeanIoU()),
		MeanDice:        Score(c.MeanDice()),
		PixelAccuracy:   Score(c.PixelAccuracy()),
		FreqWeightedIoU: Score(c.FreqWeightedIoU()),
	}
	for k := range c.classes {
		s := ClassScore{
			Name:      fmt.Sprintf("class %d", k),
			IoU:       Score(c.IoU(k)),
			Dice:      Score(c.Dice(k)),
			Precision: Score(c.Precision(k)),
			Recall:    Score(c.Recall(k)),
			Pixels:    c.Support(k),
			Present:   c.Present(k),
		}
		if names != nil {
			s.Name = names[k]
		}
		r.PerClass = append(r.PerClass, s)
		r.Confusion = append(r.Confusion, append([]int64(nil), c.counts[k*c.classes:][:c.classes]...))
	}
	return r
}

// String prints a table: one line a class, then the means.
func (r Report) String() string {
	width := len("mean of present")
	for _, s := range r.PerClass {
		width = max(width, utf8.RuneCountInString(s.Name))
	}
	var b strings.Builder
	line := func(name string, cells ...any) {
		text := fmt.Sprintf("%-*s", width, name)
		for i, c := range cells {
			text += fmt.Sprintf("%*v", []int{8, 8, 11, 8, 14}[i], c)
		}
		fmt.Fprintln(&b, strings.TrimRight(text, " "))
	}
	line("class", "IoU", "Dice", "precision", "recall", "pixels")
	var total int64
	for _, s := range r.PerClass {
		line(s.Name, s.IoU, s.Dice, s.Precision, s.Recall, s.Pixels)
		total += s.Pixels
	}
	line("mean of present", r.MeanIoU, r.MeanDice, "", "", total)
	line("pixel accuracy", r.PixelAccuracy)
	return b.String()
}
