package refine

import (
	"errors"
	"fmt"
	"math"

	"tessera/nn/decoder"
	"tessera/segtrain/raster"
)

// PseudoIgnore is the value of pixels without a label in masks of pseudo-labels.
const PseudoIgnore = 255

// A PseudoRule says which pixels of an image get a label, and which images are kept.
//
// Where classes do not exclude each other, labels are of pixels and classes: the class is there, or it is not. Clear is set then.
type PseudoRule struct {
	Thresholds    []float64 `json:"thresholds"`      // a class: the least mean probability of a pixel
	Clear         []float64 `json:"clear,omitempty"` // a class: the most of a pixel that the class is not at
	Cut           []float64 `json:"cut,omitempty"`   // a class, beside Clear: from where on a probability says that it is there
	Agreement     float64   `json:"agreement"`       // least share of the members that choose the same class as their mean
	MinKept       float64   `json:"min_kept"`        // least share of an image's pixels that get a label
	MinConfidence float64   `json:"min_confidence"`  // least confidence of an image: see PseudoLabel
}

// Check says what is wrong with the rule for so many classes.
func (r PseudoRule) Check(classes int) error {
	if classes > PseudoIgnore && !r.Flags() {
		return fmt.Errorf("pseudo-labels: %d classes; allowed: at most %d, since %d is a pixel without a label", classes, PseudoIgnore, PseudoIgnore)
	}
	if len(r.Thresholds) != classes {
		return fmt.Errorf("pseudo-labels: %d thresholds for %d classes", len(r.Thresholds), classes)
	}
	var wrong []error
	within := func(name string, v float64) {
		if !(v >= 0 && v <= 1) {
			wrong = append(wrong, fmt.Errorf("pseudo-labels: %s is %v; allowed: 0 to 1", name, v))
		}
	}
	for k, v := range r.Thresholds {
		within(fmt.Sprintf("the threshold of class %d", k), v)
	}
	wrong = append(wrong, r.checkFlags()...)
	within("agreement", r.Agreement)
	within("min-kept", r.MinKept)
	within("min-confidence", r.MinConfidence)
	return errors.Join(wrong...)
}

// A PseudoLabel is what models say of one image.
type PseudoLabel struct {
	Mask       *raster.Mask  // the class of each pixel, or PseudoIgnore; nil where classes do not exclude each other
	Flags      *raster.Flags // which classes are there then
	Mean       *raster.Float // the soft label: H×W×classes, the mean of the members' probabilities
	Confidence []float32     // H·W: the mean probability of what the mean chooses, also where it is not kept; of flags the least over classes

	Kept    float64       // share of the pixels that have a label, of flags of pixels times classes
	Weight  float64       // mean confidence over all of these
	TopTwo  float64       // sum over the pixels that have a label of the probability of their two most probable classes; 0 of flags
	Classes []PseudoCount // by the class that the mean chooses
}

// A PseudoCount is what happened to the pixels that would be of a class.
type PseudoCount struct {
	Pixels     int64
	Kept       int64
	Confidence float64 // sum over Pixels

	Without int64 // of flags: pixels that the class would not be at
	Clear   int64 // of them those that have a label
}

// NewPseudoLabel combines the probabilities of the members of an ensemble, H×W×classes each. A pixel keeps its class, the first of
// the most probable ones of the mean, if the mean probability reaches the threshold of the class and enough members choose the
// same; of flags see PseudoRule. It panics without members, and if their shapes differ or do not fit the rule.
func NewPseudoLabel(members []*raster.Float, rule PseudoRule) *PseudoLabel {
	mean := meanOf(members)
	if mean.C != len(rule.Thresholds) {
		panic(fmt.Sprintf("refine: probabilities of %d classes, thresholds of %d", mean.C, len(rule.Thresholds)))
	}
	if rule.Flags() {
		return newPseudoFlags(members, mean, rule)
	}
	pixels := mean.H * mean.W
	l := &PseudoLabel{
		Mask: raster.NewMask(mean.H, mean.W), Mean: mean, Confidence: make([]float32, pixels), Classes: make([]PseudoCount, mean.C),
	}
	decoder.Argmax(mean.C, mean.Pix, l.Mask.Pix)
	agree := agreement(members, l.Mask.Pix)
	wanted := int32(rule.wanted(len(members)))
	kept, sum := int64(0), 0.0
	for i, class := range l.Mask.Pix {
		p := mean.Pix[i*mean.C+int(class)]
		l.Confidence[i] = p
		c := &l.Classes[class]
		c.Pixels++
		c.Confidence += float64(p)
		sum += float64(p)
		if float64(p) >= float64(float32(rule.Thresholds[class])) && agree[i] >= wanted {
			c.Kept++
			kept++
			_, q := runnerUp(mean.Pix[i*mean.C:][:mean.C], class)
			l.TopTwo += float64(p) + float64(q)
			continue
		}
		l.Mask.Pix[i] = PseudoIgnore
	}
	l.Kept, l.Weight = float64(kept)/float64(pixels), sum/float64(pixels)
	return l
}

// wanted returns how many of so many members must agree: 0.8 of 5 are 4, whatever 0.8 is in binary.
func (r PseudoRule) wanted(members int) int {
	return int(math.Ceil(float64(float64(members)*r.Agreement) - 1e-9))
}

// meanOf adds the members in their order and divides by their number.
func meanOf(members []*raster.Float) *raster.Float {
	first := members[0]
	mean := raster.NewFloat(first.H, first.W, first.C)
	for _, m := range members {
		if m.H != first.H || m.W != first.W || m.C != first.C {
			panic(fmt.Sprintf("refine: members of %d×%d×%d and %d×%d×%d", first.H, first.W, first.C, m.H, m.W, m.C))
		}
		for i, v := range m.Pix {
			mean.Pix[i] += v
		}
	}
	n := float32(len(members))
	for i := range mean.Pix {
		mean.Pix[i] /= n
	}
	return mean
}

// agreement counts the members that choose these classes.
func agreement(members []*raster.Float, classes []uint8) []int32 {
	counts, own := make([]int32, len(classes)), make([]uint8, len(classes))
	for _, m := range members {
		decoder.Argmax(m.C, m.Pix, own)
		for i, class := range own {
			if class == classes[i] {
				counts[i]++
			}
		}
	}
	return counts
}

// Keeps tells whether an image is worth training with: an image without any label is not.
func (r PseudoRule) Keeps(l *PseudoLabel) bool {
	return l.Kept > 0 && l.Kept >= r.MinKept && l.Weight >= r.MinConfidence
}
