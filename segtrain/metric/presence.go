package metric

import (
	"fmt"
	"math"
	"strings"
)

// Presence counts how well it is told which classes pictures show.
type Presence struct {
	counts [][2][2]int64 // of each class, by truth and by what was said
}

// NewPresence returns counts of zero for so many classes.
func NewPresence(classes int) *Presence { return &Presence{make([][2][2]int64, classes)} }

// Add counts a picture of which it is known whether it shows a class, and what was said of it.
func (p *Presence) Add(class int, there, said bool) {
	p.counts[class][index(there)][index(said)]++
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// PresenceReport is everything that the counts say. A score that nothing was counted for is NaN.
type PresenceReport struct {
	Accuracy Score           `json:"accuracy"` // share of right answers, over pictures and classes
	F1       Score           `json:"f1"`       // mean over the classes that occur in truth or answer
	PerClass []PresenceScore `json:"per_class"`
}

// PresenceScore is what a report says of one class.
type PresenceScore struct {
	Name      string `json:"name"`
	F1        Score  `json:"f1"`
	Precision Score  `json:"precision"`
	Recall    Score  `json:"recall"`
	Accuracy  Score  `json:"accuracy"`
	Images    int64  `json:"images"` // that show it
}

// Report returns the scores under the names of the classes. It panics unless there is one for each.
func (p *Presence) Report(names []string) PresenceReport {
	if len(names) != len(p.counts) {
		panic(fmt.Sprintf("metric: Report: %d names for %d classes", len(names), len(p.counts)))
	}
	var r PresenceReport
	right, all, sum, occur := int64(0), int64(0), 0.0, int64(0)
	for k, c := range p.counts {
		hits, missed, wrong := c[1][1], c[1][0], c[0][1]
		correct, total := hits+c[0][0], hits+missed+wrong+c[0][0]
		right, all = right+correct, all+total
		s := PresenceScore{Name: names[k], Images: hits + missed, F1: share(2*hits, 2*hits+missed+wrong),
			Precision: share(hits, hits+wrong), Recall: share(hits, hits+missed), Accuracy: share(correct, total)}
		if !math.IsNaN(float64(s.F1)) {
			sum += float64(s.F1)
			occur++
		}
		r.PerClass = append(r.PerClass, s)
	}
	r.Accuracy, r.F1 = share(right, all), Score(math.NaN())
	if occur > 0 {
		r.F1 = Score(sum / float64(occur))
	}
	return r
}

func share(part, whole int64) Score {
	if whole == 0 {
		return Score(math.NaN())
	}
	return Score(float64(part) / float64(whole))
}

// String returns the report as a table.
func (r PresenceReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "accuracy %s, F1 %s\n", r.Accuracy, r.F1)
	for _, s := range r.PerClass {
		fmt.Fprintf(&b, "  %-24s F1 %s  precision %s  recall %s  in %d images\n", s.Name, s.F1, s.Precision, s.Recall, s.Images)
	}
	return b.String()
}
