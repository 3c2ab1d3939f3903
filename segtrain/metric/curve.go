package metric

import (
	"fmt"
	"slices"
)

// Curve counts pixels at several thresholds of the probability, for tasks with flags: IoU and Dice as functions of the
// threshold, and the threshold at which they are best. Its memory does not grow with the images.
type Curve struct {
	classes, ignore int
	thresholds      []float64 // ascending
	pixels          []int64   // class, truth, number of thresholds that the probability reaches
}

// NewCurve returns an empty curve. It panics without thresholds, or if one is not above 0 and below 1 or there twice.
func NewCurve(task Task, classes, ignore int, thresholds []float64) *Curve {
	task.check("NewCurve", classes)
	thresholds = slices.Sorted(slices.Values(thresholds))
	if err := CheckThresholds(thresholds); err != nil || !task.Flags() || len(thresholds) == 0 ||
		len(slices.Compact(slices.Clone(thresholds))) != len(thresholds) {
		panic(fmt.Sprintf("metric: NewCurve: task %q, thresholds %v; allowed: %s or %s, different numbers above 0 and below 1",
			task, thresholds, Binary, Multilabel))
	}
	return &Curve{classes, ignore, thresholds, make([]int64, classes*2*(len(thresholds)+1))}
}

// Add counts the labels (0, 1, ignored) and probabilities of one image, [pixels, classes]. It panics if the lengths differ.
func (c *Curve) Add(truth []uint8, probabilities []float32) {
	if len(truth) != len(probabilities) || len(truth)%c.classes != 0 {
		panic(fmt.Sprintf("metric: Add: %d labels and %d probabilities for %d classes", len(truth), len(probabilities), c.classes))
	}
	limits := make([]float32, len(c.thresholds))
	for i, t := range c.thresholds {
		limits[i] = float32(t)
	}
	for i, t := range truth {
		if int(t) == c.ignore {
			continue
		}
		if t > 1 {
			panic(fmt.Sprintf("metric: Add: truth %d; allowed: 0 and 1, %d is ignored", t, c.ignore))
		}
		reached, ok := slices.BinarySearch(limits, probabilities[i])
		if ok {
			reached++
		}
		c.pixels[(i%c.classes*2+int(t))*(len(limits)+1)+reached]++
	}
}

// Merge adds the pixels of other. It panics if it has other classes or thresholds.
func (c *Curve) Merge(other *Curve) {
	if c.classes != other.classes || !slices.Equal(c.thresholds, other.thresholds) {
		panic("metric: Merge: curves of other classes or thresholds")
	}
	for i, n := range other.pixels {
		c.pixels[i] += n
	}
}

// Thresholds returns the thresholds, ascending.
func (c *Curve) Thresholds() []float64 { return c.thresholds }

// Counts returns those of a class at the i-th threshold.
func (c *Curve) Counts(class, i int) Counts {
	n := len(c.thresholds) + 1
	rest, there := c.pixels[class*2*n:][:n], c.pixels[(class*2+1)*n:][:n]
	var k Counts
	for reached := range n {
		if reached > i {
			k = k.add(Counts{TP: there[reached], FP: rest[reached]})
		} else {
			k = k.add(Counts{FN: there[reached], TN: rest[reached]})
		}
	}
	return k
}

// A Point is what a threshold gives. Means are over the classes that are present in truth or prediction.
type Point struct {
	Threshold float64 `json:"threshold"`
	MeanIoU   Score   `json:"mean_iou"`
	MeanDice  Score   `json:"mean_dice"`
	IoU       []Score `json:"iou"` // of the classes
	Dice      []Score `json:"dice"`
}

// Points returns the curve.
func (c *Curve) Points() []Point {
	list := make([]Point, len(c.thresholds))
	for i, t := range c.thresholds {
		p := Point{Threshold: t}
		counts := make([]Counts, c.classes)
		for k := range counts {
			counts[k] = c.Counts(k, i)
			p.IoU, p.Dice = append(p.IoU, Score(counts[k].IoU())), append(p.Dice, Score(counts[k].dice()))
		}
		p.MeanIoU, p.MeanDice = Score(mean(counts, Counts.IoU)), Score(mean(counts, Counts.dice))
		list[i] = p
	}
	return list
}

// Best returns, for each class, the threshold with the highest IoU, the lowest among equals; 0 where the class has no
// true pixel and none predicted.
func (c *Curve) Best() []float64 {
	best := make([]float64, c.classes)
	for k := range best {
		top := -1.0
		for i, t := range c.thresholds {
			if v := c.Counts(k, i).IoU(); v > top {
				top, best[k] = v, t
			}
		}
	}
	return best
}
