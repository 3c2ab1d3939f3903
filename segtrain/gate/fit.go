package gate

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"tessera/segtrain/metric"
)

// A Sample is one picture and what its masks come to without a gate, and with one at each threshold.
type Sample struct {
	Fold     int
	Plain    []metric.Counts   // a class
	Outcomes [][]metric.Counts // threshold, class
}

// Metrics are what Fit can maximize. iou and dice are means over the classes that occur in truth or masks, of all pixels together.
// dice_image is the mean over pictures and classes of their Dice, which is 1 where a class is neither there nor said to be: what
// competitions with empty masks count.
var Metrics = []string{"iou", "dice", "dice_image"}

// FitOptions say what Fit looks for.
type FitOptions struct {
	Metric     string    // one of Metrics
	Thresholds []float64 // that Outcomes are of, ascending
}

// A Point is what a threshold comes to in all pictures.
type Point struct {
	Threshold float64 `json:"threshold"` // 0 is no gate
	IoU       float64 `json:"iou"`
	Dice      float64 `json:"dice"`
	DiceImage float64 `json:"dice_image"`
}

// A Fitted is what Fit found.
type Fitted struct {
	Metric    string    `json:"metric"`
	Images    int       `json:"images"`
	Folds     int       `json:"folds"`
	Points    []Point   `json:"points"` // without a gate first
	Plain     float64   `json:"plain"`
	Naive     float64   `json:"naive"`  // with the threshold that is best for all pictures, judged on the same: not to be believed
	Nested    float64   `json:"nested"` // each fold with the threshold that is best for all others
	Gain      float64   `json:"gain"`   // Nested over Plain, and the interval in which 95 % of it lie
	Low       float64   `json:"low"`
	High      float64   `json:"high"`
	ByFold    []float64 `json:"by_fold"`   // thresholds, 0 for none
	Best      float64   `json:"best"`      // of all pictures
	Threshold float64   `json:"threshold"` // proposed: Best if Low is above 0, and else 0
}

// A row is the counts of a picture's classes.
type row []metric.Counts

// A score makes a number of pictures.
type score func([]row) float64

func scoreOf(name string) (score, error) {
	switch name {
	case "iou":
		return func(list []row) float64 { return pooled(list, metric.Counts.IoU) }, nil
	case "dice":
		return func(list []row) float64 { return pooled(list, func(c metric.Counts) float64 { return c.F(1) }) }, nil
	case "dice_image":
		return diceImage, nil
	}
	return nil, fmt.Errorf("no metric %q; there are: %v", name, Metrics)
}

// pooled returns the mean score of classes that are present, of the counts of all pictures together.
func pooled(list []row, of func(metric.Counts) float64) float64 {
	total := make(row, len(list[0]))
	for _, r := range list {
		for k, c := range r {
			total[k].TP, total[k].FP = total[k].TP+c.TP, total[k].FP+c.FP
			total[k].FN, total[k].TN = total[k].FN+c.FN, total[k].TN+c.TN
		}
	}
	sum, n := 0.0, 0
	for _, c := range total {
		if c.Present() {
			sum += of(c)
			n++
		}
	}
	return sum / float64(n)
}

// diceImage returns the mean over pictures and classes. What no pixel counts for is left out.
func diceImage(list []row) float64 {
	sum, n := 0.0, 0
	for _, r := range list {
		for _, c := range r {
			switch {
			case c == metric.Counts{}:
				continue
			case c.Present():
				sum += c.F(1)
			default:
				sum++
			}
			n++
		}
	}
	return sum / float64(n)
}

// Fit finds the threshold that is best for pictures, and says what it is worth on others: of each fold, with the threshold that is
// best for all other folds.
//
// Errors: no pictures, one fold, a metric that there is not.
func Fit(o FitOptions, samples []Sample) (*Fitted, error) {
	of, err := scoreOf(o.Metric)
	if err != nil {
		return nil, err
	}
	f := &fitting{o: o, samples: samples, of: of}
	for _, s := range samples {
		if !slices.Contains(f.folds, s.Fold) {
			f.folds = append(f.folds, s.Fold)
		}
	}
	slices.Sort(f.folds)
	if len(f.folds) < 2 {
		return nil, errors.New("a gate is judged on folds that it was not fitted on; wanted: pictures of two at least")
	}
	r := &Fitted{Metric: o.Metric, Images: len(samples), Folds: len(f.folds), Points: f.points()}
	all := func(int) bool { return true }
	plain, nested := f.rows(all, -1), make([]row, len(samples))
	for _, fold := range f.folds {
		best := f.best(func(of int) bool { return of != fold })
		r.ByFold = append(r.ByFold, f.threshold(best))
		for i, s := range samples {
			if s.Fold == fold {
				nested[i] = s.outcome(best)
			}
		}
	}
	best := f.best(all)
	r.Best, r.Plain, r.Naive = f.threshold(best), of(plain), of(f.rows(all, best))
	r.Nested = of(nested)
	r.Gain, r.Low, r.High = paired(plain, nested, of)
	if r.Low > 0 {
		r.Threshold = r.Best
	}
	return r, nil
}

type fitting struct {
	o       FitOptions
	samples []Sample
	of      score
	folds   []int
}

// outcome returns the counts at the i-th threshold, or without a gate for −1.
func (s *Sample) outcome(i int) row {
	if i < 0 {
		return s.Plain
	}
	return s.Outcomes[i]
}

func (f *fitting) threshold(i int) float64 {
	if i < 0 {
		return 0
	}
	return f.o.Thresholds[i]
}

// rows returns the outcomes of the pictures of some folds.
func (f *fitting) rows(of func(fold int) bool, threshold int) []row {
	var list []row
	for i := range f.samples {
		if of(f.samples[i].Fold) {
			list = append(list, f.samples[i].outcome(threshold))
		}
	}
	return list
}

// best returns the threshold with the highest score in some folds, the lowest among equals; −1 where none is better than no gate.
func (f *fitting) best(of func(fold int) bool) int {
	best, top := -1, f.of(f.rows(of, -1))
	for i := range f.o.Thresholds {
		if s := f.of(f.rows(of, i)); s > top || math.IsNaN(top) && !math.IsNaN(s) {
			best, top = i, s
		}
	}
	return best
}

func (f *fitting) points() (list []Point) {
	for i := -1; i < len(f.o.Thresholds); i++ {
		rows := f.rows(func(int) bool { return true }, i)
		p := Point{Threshold: f.threshold(i), DiceImage: diceImage(rows)}
		p.IoU = pooled(rows, metric.Counts.IoU)
		p.Dice = pooled(rows, func(c metric.Counts) float64 { return c.F(1) })
		list = append(list, p)
	}
	return list
}

// resamples is how many sets of pictures are drawn.
const resamples = 1000

// paired returns the difference of a score between two predictions of the same pictures, and its interval (see metric.Bootstrap).
func paired(before, after []row, of score) (difference, low, high float64) {
	a, b := make([]row, len(after)), make([]row, len(before))
	low, high = metric.Bootstrap(len(before), resamples, func(which []int) float64 {
		for j, i := range which {
			b[j], a[j] = before[i], after[i]
		}
		return of(a) - of(b)
	})
	return of(after) - of(before), low, high
}
