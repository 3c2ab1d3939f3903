package post

import (
	"fmt"

	"tessera/segtrain/metric"
)

// A count is what pictures say of a class: pixels of it in truth and prediction, and in both.
type count struct{ both, predicted, truth int64 }

func (c *count) add(o count) {
	c.both += o.both
	c.predicted += o.predicted
	c.truth += o.truth
}

// counts are those of each class.
type counts []count

func (c counts) add(o counts) {
	for k := range c {
		c[k].add(o[k])
	}
}

// Metrics are the names of what Fit maximizes: means over the classes that occur in truth or prediction, of all pixels together.
var Metrics = []string{"iou", "dice"}

// A score makes a number of the counts of all classes.
type score func(counts) float64

func scoreOf(name string) (score, error) {
	switch name {
	case "iou":
		return meanOf(func(c count) float64 { return float64(c.both) / float64(c.predicted+c.truth-c.both) }), nil
	case "dice":
		return meanOf(func(c count) float64 { return 2 * float64(c.both) / float64(c.predicted+c.truth) }), nil
	}
	return nil, fmt.Errorf("no metric %q; there are: %v", name, Metrics)
}

func meanOf(of func(count) float64) score {
	return func(list counts) float64 {
		sum, n := 0.0, 0
		for _, c := range list {
			if c.predicted+c.truth > 0 {
				sum += of(c)
				n++
			}
		}
		return sum / float64(n)
	}
}

// counts compares the masks of a picture with the truth, in which ignore does not count.
func (p *picture) counts(truth []uint8, ignore int) counts {
	list := make(counts, p.c)
	if p.planes == nil {
		for i, t := range truth {
			if int(t) == ignore {
				continue
			}
			label := p.labels[i]
			list[t].truth++
			list[label].predicted++
			if t == label {
				list[t].both++
			}
		}
		return list
	}
	for k, plane := range p.planes {
		for i, v := range plane {
			if t := truth[i*p.c+k]; int(t) != ignore {
				list[k].add(count{int64(t & v), int64(v), int64(t)})
			}
		}
	}
	return list
}

// sum adds the counts of pictures.
func sum(list []counts, classes int) counts {
	total := make(counts, classes)
	for _, c := range list {
		total.add(c)
	}
	return total
}

// resamples is how many sets of pictures are drawn.
const resamples = 1000

// paired returns the difference of a score between two predictions of the same pictures, and its interval (see metric.Bootstrap).
func paired(before, after []counts, of score) (difference, low, high float64) {
	classes := len(before[0])
	difference = of(sum(after, classes)) - of(sum(before, classes))
	low, high = metric.Bootstrap(len(before), resamples, func(which []int) float64 {
		a, b := make(counts, classes), make(counts, classes)
		for _, i := range which {
			b.add(before[i])
			a.add(after[i])
		}
		return of(a) - of(b)
	})
	return difference, low, high
}
