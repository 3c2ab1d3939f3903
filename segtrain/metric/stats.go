package metric

import (
	"fmt"
	"slices"
)

// Counts are the pixels of one class that are rightly found (TP), wrongly found (FP), missed (FN), and rightly left
// out (TN).
type Counts struct {
	TP int64 `json:"tp"`
	FP int64 `json:"fp"`
	FN int64 `json:"fn"`
	TN int64 `json:"tn"`
}

func (c Counts) add(o Counts) Counts {
	return Counts{c.TP + o.TP, c.FP + o.FP, c.FN + o.FN, c.TN + o.TN}
}

// count adds one pixel, of which both are 0 or 1.
func (c *Counts) count(truth, prediction uint8) {
	switch truth<<1 | prediction {
	case 0b00:
		c.TN++
	case 0b01:
		c.FP++
	case 0b10:
		c.FN++
	case 0b11:
		c.TP++
	}
}

// Present says whether the class occurs in truth or prediction.
func (c Counts) Present() bool { return c.TP+c.FP+c.FN > 0 }

// Stats are the counts of each image and class, which images are added to one by one: get_stats of
// segmentation_models_pytorch, which has them for a batch. Unlike there, a label may be ignored in every task. It is
// not safe for concurrent use: give each goroutine its own and Merge them.
type Stats struct {
	task            Task
	classes, ignore int
	rows            []Counts // image, class
}

// NewStats returns empty counts for a number of classes (1 if task is Binary); ignore is the label that does not
// count, -1 for none. It panics for a task that there is not, and unless classes is in 1..256.
func NewStats(task Task, classes, ignore int) *Stats {
	task.check("NewStats", classes)
	return &Stats{task: task, classes: classes, ignore: ignore}
}

// StatsOf returns statistics of counts that are known: of each image (or whatever is added up), class by class. It panics as
// NewStats does, and unless each has all classes.
func StatsOf(task Task, classes int, counts []Counts) *Stats {
	s := NewStats(task, classes, -1)
	if len(counts)%classes != 0 {
		panic(fmt.Sprintf("metric: StatsOf: %d counts for %d classes", len(counts), classes))
	}
	s.rows = slices.Clone(counts)
	return s
}

// Add counts one image, of class indices or, where the task has flags, of 0 and 1 for each pixel and class. It panics if the
// lengths differ or a counted label is out of range.
func (s *Stats) Add(truth, prediction []uint8) {
	if !s.task.Flags() {
		c := NewConfusion(s.classes)
		c.Add(truth, prediction, s.ignore)
		s.addConfusion(c)
		return
	}
	if len(truth) != len(prediction) || len(truth)%s.classes != 0 {
		panic(fmt.Sprintf("metric: Add: %d labels of truth and %d of prediction for %d classes",
			len(truth), len(prediction), s.classes))
	}
	row := make([]Counts, s.classes)
	for i, t := range truth {
		if int(t) == s.ignore {
			continue
		}
		p := prediction[i]
		if t > 1 || p > 1 {
			panic(fmt.Sprintf("metric: Add: truth %d, prediction %d of class %d at pixel %d; allowed: 0 and 1, truth %d is ignored",
				t, p, i%s.classes, i/s.classes, s.ignore))
		}
		row[i%s.classes].count(t, p)
	}
	s.rows = append(s.rows, row...)
}

// addConfusion adds an image whose confusion was counted.
func (s *Stats) addConfusion(c *Confusion) {
	all := c.Pixels()
	for k := range s.classes {
		tp := c.Count(k, k)
		fp, fn := c.Predicted(k)-tp, c.Support(k)-tp
		s.rows = append(s.rows, Counts{tp, fp, fn, all - tp - fp - fn})
	}
}

// Merge adds the images of other behind those of s. It panics if they count other things.
func (s *Stats) Merge(other *Stats) {
	if s.task != other.task || s.classes != other.classes {
		panic(fmt.Sprintf("metric: Merge: %d classes (%s) and %d (%s)", s.classes, s.task, other.classes, other.task))
	}
	s.rows = append(s.rows, other.rows...)
}

// Classes returns the number of classes.
func (s *Stats) Classes() int { return s.classes }

// Images returns the number of images.
func (s *Stats) Images() int { return len(s.rows) / s.classes }

// Counts returns those of one image, in the order in which they were added, and class.
func (s *Stats) Counts(image, class int) Counts { return s.rows[image*s.classes:][:s.classes][class] }

// Total returns the counts of a class in all images.
func (s *Stats) Total(class int) (sum Counts) {
	for i := range s.Images() {
		sum = sum.add(s.Counts(i, class))
	}
	return sum
}

// ImageScore returns the mean IoU of one image over the classes that occur in it, NaN if none does.
func (s *Stats) ImageScore(image int) float64 {
	return mean(s.rows[image*s.classes:][:s.classes], Counts.IoU)
}

// Report returns what a Confusion's report has, but for the confusion: classes that do not exclude each other have none.
// The pixel accuracy is the part of all labels that are right. It panics if there are names, but not one a class.
func (s *Stats) Report(names []string) Report {
	if names != nil && len(names) != s.classes {
		panic(fmt.Sprintf("metric: Report: %d names for %d classes", len(names), s.classes))
	}
	totals, all, weighted, support := make([]Counts, s.classes), Counts{}, 0.0, int64(0)
	r := Report{}
	for k := range totals {
		t := s.Total(k)
		totals[k], all = t, all.add(t)
		if n := t.TP + t.FN; n > 0 {
			weighted += float64(float64(n) * t.IoU())
			support += n
		}
		c := ClassScore{
			Name: fmt.Sprintf("class %d", k), IoU: Score(t.IoU()), Dice: Score(t.F(1)), Precision: Score(t.Precision()),
			Recall: Score(t.Recall()), Pixels: t.TP + t.FN, Present: t.Present(),
		}
		if names != nil {
			c.Name = names[k]
		}
		r.PerClass = append(r.PerClass, c)
	}
	if s.task.Flags() {
		r.Counts = totals
	}
	r.MeanIoU, r.MeanDice = Score(mean(totals, Counts.IoU)), Score(mean(totals, Counts.dice))
	r.PixelAccuracy, r.FreqWeightedIoU = Score(all.Accuracy()), Score(weighted/float64(support))
	return r
}

// mean returns the mean score of the counts of classes that are present.
func mean(list []Counts, score func(Counts) float64) float64 {
	sum, n := 0.0, 0
	for _, c := range list {
		if c.Present() {
			sum += score(c)
			n++
		}
	}
	return sum / float64(n)
}
