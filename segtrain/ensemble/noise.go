package ensemble

import "tessera/segtrain/metric"

// resamples is how many sets of images are drawn.
const resamples = 1000

// A Difference is how much better one prediction of some images is than another, in mean IoU over all their pixels.
type Difference struct {
	Mean metric.Score `json:"mean"`
	Low  metric.Score `json:"low"` // 95 % interval of what other images of the kind would give
	High metric.Score `json:"high"`
}

// Clear tells whether the difference is above zero beyond the noise of the images.
func (d Difference) Clear() bool { return float64(d.Low) > 0 }

// Compare compares two predictions of the same images, of which indices are looked at (see metric.Bootstrap). The noise of
// training is not in the interval: another seed may change as much.
func Compare(a, b *metric.Stats, images []int) Difference {
	x, y := areas(a, images), areas(b, images)
	n, classes := len(images), a.Classes()
	which := make([]int, n)
	for i := range which {
		which[i] = i
	}
	sums := [2][]area{make([]area, classes), make([]area, classes)}
	measure := func(which []int) float64 { return x.meanIoU(which, sums[0]) - y.meanIoU(which, sums[1]) }
	low, high := metric.Bootstrap(n, resamples, measure)
	return Difference{metric.Score(measure(which)), metric.Score(low), metric.Score(high)}
}

// MeanIoU returns that of some images, over all their pixels and the classes that occur.
func MeanIoU(s *metric.Stats, images []int) metric.Score {
	which := make([]int, len(images))
	for i := range which {
		which[i] = i
	}
	return metric.Score(areas(s, images).meanIoU(which, make([]area, s.Classes())))
}

// An area is what counts of a class: pixels in truth and prediction, and in either.
type area struct{ both, either int64 }

// table is the areas of images, [image][class].
type table [][]area

func areas(s *metric.Stats, images []int) table {
	t := make(table, len(images))
	for i, image := range images {
		t[i] = make([]area, s.Classes())
		for k := range t[i] {
			c := s.Counts(image, k)
			t[i][k] = area{c.TP, c.TP + c.FP + c.FN}
		}
	}
	return t
}

// meanIoU adds up images and returns the mean over classes that occur.
func (t table) meanIoU(which []int, sums []area) float64 {
	clear(sums)
	for _, i := range which {
		for k, a := range t[i] {
			sums[k].both += a.both
			sums[k].either += a.either
		}
	}
	mean, n := 0.0, 0
	for _, a := range sums {
		if a.either > 0 {
			mean += float64(a.both) / float64(a.either)
			n++
		}
	}
	return mean / float64(n)
}
