package ensemble

import (
	"math"
	"math/rand/v2"
	"slices"

	"tessera/segtrain/metric"
)

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

// Compare compares two predictions of the same images, of which indices are looked at. Images are drawn with replacement, the
// same for both, so that what is hard in an image for both is no noise (Efron, "Bootstrap methods", Annals of Statistics 7, 1979,
// the percentile interval). The noise of training is not in it: another seed may change as much.
func Compare(a, b *metric.Stats, images []int) Difference {
	x, y := areas(a, images), areas(b, images)
	n, classes := len(images), a.Classes()
	which := make([]int, n)
	for i := range which {
		which[i] = i
	}
	sums := [2][]area{make([]area, classes), make([]area, classes)}
	measure := func() float64 { return x.meanIoU(which, sums[0]) - y.meanIoU(which, sums[1]) }
	d := Difference{Mean: metric.Score(measure())}
	draws := make([]float64, 0, resamples)
	for k := range resamples {
		random := rand.New(rand.NewPCG(1, uint64(k)))
		for i := range which {
			which[i] = random.IntN(n)
		}
		if v := measure(); !math.IsNaN(v) {
			draws = append(draws, v)
		}
	}
	if len(draws) == 0 {
		d.Low, d.High = metric.Score(math.NaN()), metric.Score(math.NaN())
		return d
	}
	slices.Sort(draws)
	last := float64(len(draws) - 1)
	d.Low = metric.Score(draws[int(math.Floor(float64(0.025*last)+0.5))])
	d.High = metric.Score(draws[int(math.Floor(float64(0.975*last)+0.5))])
	return d
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
