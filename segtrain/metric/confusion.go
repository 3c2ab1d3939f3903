// Package metric measures segmentations: one confusion matrix of pixels, and the scores that are read off it.
//
// Scores are fractions in [0, 1]. A score whose denominator is zero is NaN, not 0 and not 1: the IoU of a class that
// occurs neither in truth nor in prediction says nothing. Means are taken over the classes that occur in either;
// an absent class is left out, so that it neither lifts nor lowers them.
package metric

import (
	"fmt"
	"math"
)

// Confusion counts pixels by true and predicted class. It is not safe for concurrent use: give each goroutine its own
// and Merge them, in any order, since counts are integers.
type Confusion struct {
	classes int
	counts  []int64 // row-major: truth, prediction
}

// NewConfusion returns an empty matrix. It panics unless classes is in 1..256.
func NewConfusion(classes int) *Confusion {
	if classes < 1 || classes > 256 {
		panic(fmt.Sprintf("metric: NewConfusion: %d classes; allowed: 1 to 256", classes))
	}
	return &Confusion{classes, make([]int64, classes*classes)}
}

// Classes returns the number of classes.
func (c *Confusion) Classes() int { return c.classes }

// Count returns the number of pixels of class truth that were predicted as prediction.
func (c *Confusion) Count(truth, prediction int) int64 {
	c.check(truth)
	c.check(prediction)
	return c.counts[truth*c.classes+prediction]
}

// Add counts the pixels of one mask. Those whose truth is ignore (-1 for none) do not count, whatever was predicted.
// It panics if the lengths differ or a counted class is out of range.
func (c *Confusion) Add(truth, prediction []uint8, ignore int) {
	if len(truth) != len(prediction) {
		panic(fmt.Sprintf("metric: Add: %d pixels of truth and %d of prediction", len(truth), len(prediction)))
	}
	for i, t := range truth {
		if int(t) == ignore {
			continue
		}
		p := int(prediction[i])
		if int(t) >= c.classes || p >= c.classes {
			panic(fmt.Sprintf("metric: Add: truth %d, prediction %d at pixel %d; allowed: 0 to %d, truth %d is ignored",
				t, p, i, c.classes-1, ignore))
		}
		c.counts[int(t)*c.classes+p]++
	}
}

// Merge adds the counts of other. It panics if the numbers of classes differ.
func (c *Confusion) Merge(other *Confusion) {
	if c.classes != other.classes {
		panic(fmt.Sprintf("metric: Merge: %d classes and %d", c.classes, other.classes))
	}
	for i, n := range other.counts {
		c.counts[i] += n
	}
}

// Support returns the number of counted pixels whose true class is k.
func (c *Confusion) Support(k int) int64 {
	c.check(k)
	var n int64
	for p := range c.classes {
		n += c.counts[k*c.classes+p]
	}
	return n
}

// Predicted returns the number of counted pixels that were predicted as class k.
func (c *Confusion) Predicted(k int) int64 {
	c.check(k)
	var n int64
	for t := range c.classes {
		n += c.counts[t*c.classes+k]
	}
	return n
}

// Present says whether class k occurs in truth or prediction.
func (c *Confusion) Present(k int) bool { return c.Support(k) > 0 || c.Predicted(k) > 0 }

// IoU returns |T∩P| / |T∪P| of class k (the Jaccard index), NaN if the class is absent from both.
func (c *Confusion) IoU(k int) float64 {
	hit := c.Count(k, k)
	return ratio(hit, c.Support(k)+c.Predicted(k)-hit)
}

// Dice returns 2|T∩P| / (|T| + |P|) of class k (the F1 score), NaN if the class is absent from both.
func (c *Confusion) Dice(k int) float64 { return ratio(2*c.Count(k, k), c.Support(k)+c.Predicted(k)) }

// Precision returns the part of the pixels predicted as class k that are, NaN if none was predicted.
func (c *Confusion) Precision(k int) float64 { return ratio(c.Count(k, k), c.Predicted(k)) }

// Recall returns the part of the pixels of class k that were found, NaN if there are none.
func (c *Confusion) Recall(k int) float64 { return ratio(c.Count(k, k), c.Support(k)) }

// Pixels returns the number of counted pixels.
func (c *Confusion) Pixels() int64 {
	var n int64
	for _, v := range c.counts {
		n += v
	}
	return n
}

// PixelAccuracy returns the part of all counted pixels that are right, NaN if none was counted.
func (c *Confusion) PixelAccuracy() float64 {
	var hit int64
	for k := range c.classes {
		hit += c.Count(k, k)
	}
	return ratio(hit, c.Pixels())
}

// MeanIoU returns the mean IoU of the classes that occur in truth or prediction, NaN if none does.
// A class that is predicted but never true counts, with IoU 0.
func (c *Confusion) MeanIoU() float64 { return c.mean(c.IoU) }

// MeanDice returns the mean Dice of the classes that occur in truth or prediction, NaN if none does.
func (c *Confusion) MeanDice() float64 { return c.mean(c.Dice) }

// FreqWeightedIoU returns the IoU of the classes weighted by their part of the true pixels, NaN if none was counted.
func (c *Confusion) FreqWeightedIoU() float64 {
	sum := 0.0
	for k := range c.classes {
		if n := c.Support(k); n > 0 {
			sum += float64(float64(n) * c.IoU(k))
		}
	}
	return sum / float64(c.Pixels())
}

func (c *Confusion) mean(score func(k int) float64) float64 {
	sum, n := 0.0, 0
	for k := range c.classes {
		if c.Present(k) {
			sum += score(k)
			n++
		}
	}
	return sum / float64(n)
}

func (c *Confusion) check(k int) {
	if k < 0 || k >= c.classes {
		panic(fmt.Sprintf("metric: class %d; allowed: 0 to %d", k, c.classes-1))
	}
}

func ratio(a, b int64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}

// ImageScore returns the mean IoU of a single mask, over the classes that occur in it: what ranks images from best to
// worst. It is NaN if every pixel is ignored, and panics as Add does.
func ImageScore(truth, prediction []uint8, classes, ignore int) float64 {
	c := NewConfusion(classes)
	c.Add(truth, prediction, ignore)
	return c.MeanIoU()
}
