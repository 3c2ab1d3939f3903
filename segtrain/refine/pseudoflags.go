package refine

import (
	"fmt"
	"math"
	"path/filepath"

	"tessera/segtrain/raster"
)

// Flags tells whether the rule is for classes that do not exclude each other, such as the one of a binary task.
func (r PseudoRule) Flags() bool { return len(r.Clear) > 0 }

// checkFlags says what is wrong with the rule for flags.
func (r PseudoRule) checkFlags() (wrong []error) {
	if !r.Flags() {
		return nil
	}
	if len(r.Clear) != len(r.Thresholds) || len(r.Cut) != len(r.Thresholds) {
		return []error{fmt.Errorf("pseudo-labels: %d and %d thresholds of what is not there for %d classes", len(r.Clear), len(r.Cut), len(r.Thresholds))}
	}
	for k, low := range r.Clear {
		if !(low >= 0 && low <= r.Thresholds[k]) {
			wrong = append(wrong, fmt.Errorf("pseudo-labels: class %d is not there up to %v; allowed: 0 to %v, from which it is there", k, low,
				r.Thresholds[k]))
		}
	}
	return wrong
}

// newPseudoFlags is NewPseudoLabel of flags: a class is there where its mean probability reaches the threshold, and is not where
// that is at most Clear. Between them a pixel has no label for the class. Enough members must be on the mean's side of Cut, too.
func newPseudoFlags(members []*raster.Float, mean *raster.Float, rule PseudoRule) *PseudoLabel {
	classes := mean.C
	l := &PseudoLabel{
		Mean: mean, Confidence: make([]float32, mean.H*mean.W), Classes: make([]PseudoCount, classes),
	}
	labels := make([]uint8, len(mean.Pix))
	wanted, sum, kept := rule.wanted(len(members)), 0.0, int64(0)
	for i, p := range mean.Pix {
		k := i % classes
		c, cut := &l.Classes[k], float32(rule.Cut[k])
		there := p >= cut
		confidence, sure := 1-p, p <= float32(rule.Clear[k])
		if there {
			confidence, sure = p, p >= float32(rule.Thresholds[k])
			c.Pixels++
			c.Confidence += float64(p)
		} else {
			c.Without++
		}
		sum += float64(confidence)
		if least := &l.Confidence[i/classes]; k == 0 || confidence < *least {
			*least = confidence
		}
		switch agree := agreeing(members, i, cut, there); {
		case !sure || agree < wanted:
			labels[i] = PseudoIgnore
			continue
		case there:
			labels[i] = 1
			c.Kept++
		default:
			c.Clear++
		}
		kept++
	}
	l.Flags = raster.FlagsOf(mean.H, mean.W, classes, labels, PseudoIgnore)
	n := float64(len(labels))
	l.Kept, l.Weight = float64(kept)/n, sum/n
	return l
}

// agreeing counts the members on one side of a cut.
func agreeing(members []*raster.Float, i int, cut float32, there bool) (n int) {
	for _, m := range members {
		if (m.Pix[i] >= cut) == there {
			n++
		}
	}
	return n
}

// SoftFlags returns the soft labels of flags: for each class the mean probability that it is there, in 255ths.
func (l *PseudoLabel) SoftFlags() []*raster.Mask {
	list := make([]*raster.Mask, l.Mean.C)
	for k := range list {
		list[k] = raster.NewMask(l.Mean.H, l.Mean.W)
		for i := range list[k].Pix {
			if p := float64(l.Mean.Pix[i*l.Mean.C+k]); p > 0 {
				list[k].Pix[i] = uint8(math.Floor(float64(p*255) + 0.5))
			}
		}
	}
	return list
}

// FlagFile returns where a set in dir has flags of a kind, masks or probability, of an image, with raster.ClassField for the name
// of the class where there may be several.
func FlagFile(dir, kind, id string, several bool) string {
	if several {
		dir, kind = filepath.Join(dir, kind), raster.ClassField
	}
	return filepath.Join(dir, kind, filepath.FromSlash(id)+".png")
}
