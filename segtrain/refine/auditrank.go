package refine

import (
	"cmp"
	"math"
	"slices"
)

const (
	leastShare   = 0.005 // of an image: a class that takes less of it is not judged by its IoU
	leastImages  = 5     // that show a class, for anything to be usual
	leastSpread  = 0.05  // of an IoU
	mostDoubt    = 6     // deviations that a class counts at most
	leastUsual   = 0.01  // of an image: what may always be contradicted of a pair of classes
	leastScatter = 0.05  // of either part of the score
	madOfNormal  = 1.4826
)

// Result ranks what was judged. The score of an image has two parts, so that classes and pairs of classes that are hard everywhere
// blame no image:
//
//   - IoU doubt: of each class that takes 0.5 % of the image, given or predicted, by how many deviations (1.4826·MAD over images, 0.05
//     at least) its IoU is below its median, from 0 to 6; the mean over classes, weighted by the root of what they take.
//   - Contradiction: of each pair of a given and a suggested class, the sum of margins over contradicted pixels, as a share of the
//     image, divided by the mean of that over all images plus 0.01; the sum over pairs.
//
// Each is counted in deviations from its median over images. Ties keep the order in which images were judged.
func (a *Auditor) Result() *Audit {
	n := a.opt.Classes
	r := &Audit{Thresholds: a.thresholds, Images: []Suspect{}, Findings: []Finding{}}
	usual, spread := a.usualIoU()
	pairs := a.usualPairs()
	doubts, contradictions := make([]float64, len(a.images)), make([]float64, len(a.images))
	for i := range a.images {
		l := &a.images[i]
		s := Suspect{ID: l.ID, MeanIoU: l.tallies.meanIoU(a.opt.Flags)}
		s.Classes, doubts[i] = l.doubts(usual, spread, a.opt.Flags)
		contradictions[i], s.Contradicted = l.contradiction(pairs)
		r.Images = append(r.Images, s)
		for _, region := range l.regions {
			share := float64(region.Area) * region.Confidence / float64(max(1, l.tallies.pixels))
			r.Findings = append(r.Findings, Finding{ID: l.ID, Score: share / pairs[region.Given*n+region.Suggested], Region: region})
		}
	}
	standardize(doubts)
	standardize(contradictions)
	for i := range r.Images {
		s := &r.Images[i]
		s.IoUDoubt, s.Contradiction = doubts[i], contradictions[i]
		s.Score = s.IoUDoubt + s.Contradiction
	}
	slices.SortStableFunc(r.Images, func(a, b Suspect) int { return cmp.Compare(b.Score, a.Score) })
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return cmp.Compare(b.Score, a.Score) })
	for i := range r.Images {
		r.Images[i].Rank = i + 1
	}
	for i := range r.Findings {
		r.Findings[i].Rank = i + 1
	}
	a.noise(r, usual)
	return r
}

// usualIoU returns the median IoU of each class over the images in which it can be judged, and the deviation; NaN for a class of too
// few.
func (a *Auditor) usualIoU() (usual, spread []float64) {
	usual, spread = make([]float64, a.opt.Classes), make([]float64, a.opt.Classes)
	for class := range usual {
		var list []float64
		for _, l := range a.images {
			if iou, union := l.tallies.iou(class); l.judges(union) && !absence(a.opt.Flags, class) {
				list = append(list, iou)
			}
		}
		if usual[class], spread[class] = math.NaN(), math.NaN(); len(list) >= leastImages {
			usual[class], spread[class] = spreadOf(list)
			spread[class] = max(spread[class], leastSpread)
		}
	}
	return usual, spread
}

// absence tells whether a class of flags is that another is not there.
func absence(flags bool, class int) bool { return flags && class%2 == 0 }

// judges tells whether so many pixels of a class are enough.
func (l *look) judges(union int64) bool {
	return union > 0 && float64(union) >= leastShare*float64(l.tallies.pixels)
}

// usualPairs returns, for each pair of given and suggested classes, the mean share of an image that is contradicted so, weighted by
// margins, and what may always be.
func (a *Auditor) usualPairs() []float64 {
	pairs := make([]float64, a.opt.Classes*a.opt.Classes)
	for _, l := range a.images {
		for k, m := range l.tallies.mass {
			pairs[k] += m / float64(max(1, l.tallies.pixels))
		}
	}
	for k := range pairs {
		pairs[k] = pairs[k]/float64(len(a.images)) + leastUsual
	}
	return pairs
}

// doubts returns the classes of an image that can be judged, and the mean of how much lower their IoU is than usual.
func (l *look) doubts(usual, spread []float64, flags bool) (list []ClassDoubt, mean float64) {
	t, n := l.tallies, len(usual)
	sum, weights := 0.0, 0.0
	list = []ClassDoubt{}
	for class := range n {
		iou, union := t.iou(class)
		if !l.judges(union) || math.IsNaN(usual[class]) {
			continue
		}
		d := ClassDoubt{Class: class, IoU: iou, Usual: usual[class], Z: (usual[class] - iou) / spread[class], Pixels: t.given[class], Suggested: -1}
		most := int64(0)
		for k, area := range t.area[class*n:][:n] {
			if d.Contradicted += area; area > most {
				most, d.Suggested = area, k
			}
		}
		if flags { // what should be the class and is not
			missed := t.area[(class-1)*n+class]
			if d.Contradicted += missed; missed > most {
				d.Suggested = class
			}
		}
		w := math.Sqrt(float64(union) / float64(t.pixels))
		sum += float64(w * max(0, min(d.Z, mostDoubt)))
		weights += w
		list = append(list, d)
	}
	slices.SortStableFunc(list, func(a, b ClassDoubt) int { return cmp.Compare(b.Z, a.Z) })
	if weights == 0 {
		return list, 0
	}
	return list, sum / weights
}

// contradiction returns how much of an image is contradicted, in parts of what is usual, and the share of its pixels.
func (l *look) contradiction(pairs []float64) (sum, share float64) {
	pixels, labels, area := float64(max(1, l.tallies.pixels)), float64(max(1, l.tallies.labels)), int64(0)
	for k, m := range l.tallies.mass {
		sum += m / pixels / pairs[k]
		area += l.tallies.area[k]
	}
	return sum, float64(area) / labels
}

// meanIoU returns that over the classes that are given or predicted, 0 without any.
func (t *tallies) meanIoU(flags bool) float64 {
	sum, n := 0.0, 0
	for class := range t.given {
		if iou, union := t.iou(class); union > 0 && !absence(flags, class) {
			sum += iou
			n++
		}
	}
	return sum / float64(max(1, n))
}

// standardize replaces numbers by how many deviations they are above their median.
func standardize(list []float64) {
	if len(list) == 0 {
		return
	}
	middle, spread := spreadOf(list)
	for i, v := range list {
		list[i] = (v - middle) / max(spread, leastScatter)
	}
}

// spreadOf returns the median and the median distance from it, scaled to be the standard deviation of normal numbers.
func spreadOf(list []float64) (middle, spread float64) {
	middle = median(list)
	far := make([]float64, len(list))
	for i, v := range list {
		far[i] = math.Abs(v - middle)
	}
	return middle, madOfNormal * median(far)
}

// median returns the middle of a list that is not empty, or the mean of both.
func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
