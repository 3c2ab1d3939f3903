package metric

import (
	"fmt"
	"math"
)

// Boundary is the F1 score of outlines, which says how well they lie where IoU says how much area fits.
//
// An edge pixel of a class is one of its pixels with a pixel beside it (left, right, above, below) that is not of the
// class; the border of the picture makes none. Precision is the part of the predicted edge pixels with a true one within
// the tolerance (Euclidean distance of their centers), recall the part of the true ones with a predicted one, and the
// score their harmonic mean: Csurka, Larlus and Perronnin, "What is a good evaluation measure for semantic
// segmentation?", BMVC 2013, by image and class; Perazzi et al., "A benchmark dataset and evaluation methodology for
// video object segmentation", CVPR 2016, measure F of one object so. It is 1 if the class has no edges in either, 0 if
// in one of them, and NaN if it is in neither. The mean is over the images where a class is in either, then over classes.
//
// Pixels whose truth is ignored are no pixels beside others, and what is predicted there counts as nothing.
type Boundary struct {
	task            Task
	classes, ignore int
	tolerance       float64
	rows            []float64 // image, class
}

// NewBoundary returns a Boundary without images. A tolerance from 1 up is in pixels; one below 1 is a share of the
// picture's diagonal, rounded up to whole pixels (Csurka et al. take 0.0075, Perazzi et al. 0.008). It panics for a task that there
// is not, and for numbers out of range.
func NewBoundary(task Task, classes, ignore int, tolerance float64) *Boundary {
	task.check("NewBoundary", classes)
	if err := CheckTolerance(tolerance); err != nil {
		panic("metric: NewBoundary: " + err.Error())
	}
	return &Boundary{task: task, classes: classes, ignore: ignore, tolerance: tolerance}
}

// CheckTolerance returns an error unless a tolerance is above 0 and at most 100 pixels.
func CheckTolerance(t float64) error {
	if t > 0 && t <= 100 {
		return nil
	}
	return fmt.Errorf("tolerance %v of outlines is out of range; allowed: pixels from 1 to 100, or below 1 a share of the diagonal", t)
}

// pixels returns the tolerance in an h×w picture.
func (b *Boundary) pixels(h, w int) float64 {
	if b.tolerance >= 1 {
		return b.tolerance
	}
	return math.Ceil(float64(b.tolerance * math.Sqrt(float64(h*h+w*w))))
}

// Add measures one image of h×w pixels, with labels as in Stats.Add. It panics if their number is wrong.
func (b *Boundary) Add(h, w int, truth, prediction []uint8) {
	labels := b.task.Labels(b.classes)
	if n := h * w * labels; len(truth) != n || len(prediction) != n {
		panic(fmt.Sprintf("metric: Add: %d labels of truth and %d of prediction for %d×%d pixels and %d labels of each",
			len(truth), len(prediction), h, w, labels))
	}
	reach := b.pixels(h, w)
	t, p := newOutline(h, w), newOutline(h, w)
	for k := range b.classes {
		for i := range h * w {
			at, value := i, uint8(k) // what the label of a pixel of the class is
			if b.task.Flags() {
				at, value = i*labels+k, 1
			}
			t.ignored[i] = int(truth[at]) == b.ignore
			p.ignored[i] = t.ignored[i]
			t.inside[i] = truth[at] == value && !t.ignored[i]
			p.inside[i] = prediction[at] == value && !t.ignored[i]
		}
		b.rows = append(b.rows, boundaryF1(t, p, reach))
	}
}

// Merge adds the images of other behind those of b. It panics if they measure other things.
func (b *Boundary) Merge(other *Boundary) {
	if b.task != other.task || b.classes != other.classes || b.tolerance != other.tolerance {
		panic("metric: Merge: outlines of other classes or another tolerance")
	}
	b.rows = append(b.rows, other.rows...)
}

// Class returns the mean score of a class over the images where it is in truth or prediction, NaN if in none.
func (b *Boundary) Class(k int) float64 {
	var column []float64
	for i := k; i < len(b.rows); i += b.classes {
		column = append(column, b.rows[i])
	}
	return weightedMean(column, nil)
}

// Mean returns the mean of the classes' scores, NaN if there is none.
func (b *Boundary) Mean() float64 {
	list := make([]float64, b.classes)
	for k := range list {
		list[k] = b.Class(k)
	}
	return weightedMean(list, nil)
}

// An outline is a region, its edge pixels, and what is near them.
type outline struct {
	h, w                        int
	inside, ignored, edge, near []bool
}

func newOutline(h, w int) *outline {
	n := h * w
	return &outline{h, w, make([]bool, n), make([]bool, n), make([]bool, n), make([]bool, n)}
}

// find marks the edge pixels, and reports whether the region has pixels and how many are edges.
func (o *outline) find() (present bool, edges int) {
	outside := func(i int) bool { return !o.inside[i] && !o.ignored[i] }
	for i, in := range o.inside {
		x, y := i%o.w, i/o.w
		o.edge[i] = in && (x > 0 && outside(i-1) || x+1 < o.w && outside(i+1) ||
			y > 0 && outside(i-o.w) || y+1 < o.h && outside(i+o.w))
		present = present || in
		if o.edge[i] {
			edges++
		}
	}
	return present, edges
}

// dilate marks all pixels within reach of an edge pixel.
func (o *outline) dilate(reach float64) {
	clear(o.near)
	r := int(reach)
	for i, edge := range o.edge {
		if !edge {
			continue
		}
		x, y := i%o.w, i/o.w
		for dy := -min(r, y); dy <= min(r, o.h-1-y); dy++ {
			half := int(math.Sqrt(float64(reach*reach) - float64(dy*dy)))
			row := o.near[(y+dy)*o.w:][:o.w]
			for j := max(0, x-half); j <= min(o.w-1, x+half); j++ {
				row[j] = true
			}
		}
	}
}

// hits counts the edge pixels of o that are near those of other.
func (o *outline) hits(other *outline) (n int) {
	for i, edge := range o.edge {
		if edge && other.near[i] {
			n++
		}
	}
	return n
}

func boundaryF1(truth, prediction *outline, reach float64) float64 {
	inTruth, trueEdges := truth.find()
	inPrediction, edges := prediction.find()
	switch {
	case !inTruth && !inPrediction:
		return math.NaN()
	case inTruth && inPrediction && trueEdges == 0 && edges == 0:
		return 1
	case trueEdges == 0 || edges == 0:
		return 0
	}
	truth.dilate(reach)
	prediction.dilate(reach)
	precision := float64(prediction.hits(truth)) / float64(edges)
	recall := float64(truth.hits(prediction)) / float64(trueEdges)
	if precision+recall == 0 {
		return 0
	}
	return float64(2*precision*recall) / (precision + recall)
}
