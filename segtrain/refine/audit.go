package refine

import (
	"fmt"

	"tessera/segtrain/raster"
)

// AuditOptions say what an audit counts. Zero values of the last two are the defaults.
type AuditOptions struct {
	Classes   int
	Flags     bool    // classes do not exclude each other: labels are 0 and 1 of each pixel and class
	Ignore    int     // label that does not count, -1 for none
	Margin    float64 // by which a class must be more probable than the given one to contradict it; 0 is DefaultMargin
	MinRegion float64 // share of an image's pixels that a finding has at least; 0 is DefaultMinRegion
}

// The defaults of AuditOptions.
const (
	DefaultMargin    = 0.3
	DefaultMinRegion = 0.001
)

// An Auditor judges labels in two passes over the same images in the same order: Learn finds out how confident the models
// are where they agree with the labels, and Judge, which comes after all of Learn, what they contradict. Sums are float64 in
// the order of pixels and images, so that the same images give the same bits.
//
// It is confident learning (Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
// JAIR 2021), pixel by pixel, beside the IoU of each class in each image.
//
// Of flags each class is judged by itself, as two that exclude each other: 2k of its results is that class k is not there, and 2k+1
// that it is. The IoU of the first says nothing and is not looked at.
type Auditor struct {
	opt        AuditOptions
	sums       []float64 // of the probability of the given class, by class
	counts     []int64   // of the pixels with that label
	thresholds []float64 // nil while learning
	images     []look
}

// Check says what is wrong with the number of classes.
func (opt AuditOptions) Check() error {
	least, most := 2, none
	if opt.Flags {
		least, most = 1, none/2
	}
	if opt.Classes < least || opt.Classes > most {
		return fmt.Errorf("%d classes; allowed: %d to %d", opt.Classes, least, most)
	}
	return nil
}

// NewAuditor returns an auditor that has seen nothing. It panics where Check has an error.
func NewAuditor(opt AuditOptions) *Auditor {
	if err := opt.Check(); err != nil {
		panic("refine: NewAuditor: " + err.Error())
	}
	if opt.Flags { // from here on there are two classes for each
		opt.Classes *= 2
	}
	if opt.Margin == 0 {
		opt.Margin = DefaultMargin
	}
	if opt.MinRegion == 0 {
		opt.MinRegion = DefaultMinRegion
	}
	return &Auditor{opt: opt, sums: make([]float64, opt.Classes), counts: make([]int64, opt.Classes)}
}

// Learn takes an image into the thresholds: probabilities H×W×classes and labels H·W. It panics if they do not fit each
// other, and after Judge.
func (a *Auditor) Learn(p *raster.Float, labels []uint8) {
	if a.thresholds != nil {
		panic("refine: Learn after Judge")
	}
	a.check(p, labels)
	if a.opt.Flags {
		a.learnFlags(p, labels)
		return
	}
	for i, given := range labels {
		if int(given) != a.opt.Ignore {
			a.sums[given] += float64(p.Pix[i*p.C+int(given)])
			a.counts[given]++
		}
	}
}

// check panics unless an image fits the auditor.
func (a *Auditor) check(p *raster.Float, labels []uint8) {
	if a.opt.Flags {
		a.checkFlags(p, labels)
		return
	}
	if p.C != a.opt.Classes || len(labels) != p.H*p.W {
		panic(fmt.Sprintf("refine: probabilities %d×%d×%d and %d labels, for %d classes", p.H, p.W, p.C, len(labels),
			a.opt.Classes))
	}
	for i, given := range labels {
		if int(given) >= a.opt.Classes && int(given) != a.opt.Ignore {
			panic(fmt.Sprintf("refine: label %d at pixel %d; there are classes 0 to %d", given, i, a.opt.Classes-1))
		}
	}
}

// Look returns what contradicts an image's labels; of flags a contradiction for each class, and else one. It panics as Learn does, and
// ends the first pass.
func (a *Auditor) Look(p *raster.Float, labels []uint8) []*Contradiction {
	a.check(p, labels)
	if a.thresholds == nil {
		a.learn()
	}
	if a.opt.Flags {
		return a.contradictFlags(p, labels)
	}
	return []*Contradiction{a.contradict(p, labels)}
}

// Judge looks at an image and takes it into the result. It panics as Look does.
func (a *Auditor) Judge(id string, p *raster.Float, labels []uint8) {
	list := a.Look(p, labels)
	l := look{ID: id, h: p.H, w: p.W, tallies: newTallies(a.opt.Classes)}
	for _, c := range list {
		l.tallies.add(c)
		l.regions = append(l.regions, c.regions(int(max(1, a.opt.MinRegion*float64(p.H*p.W))))...)
	}
	l.tallies.pixels = (l.tallies.labels + int64(len(list)) - 1) / int64(len(list))
	a.images = append(a.images, l)
}

// learn ends the first pass: the threshold of a class is the mean probability of that class where it is given. A class that is
// never given cannot be suggested: nothing reaches its threshold.
func (a *Auditor) learn() {
	a.thresholds = make([]float64, a.opt.Classes)
	for k := range a.thresholds {
		a.thresholds[k] = 2
		if a.counts[k] > 0 {
			a.thresholds[k] = a.sums[k] / float64(a.counts[k])
		}
	}
}

// A look is what is kept of an image that was judged.
type look struct {
	ID      string
	h, w    int
	tallies *tallies
	regions []Region
}
