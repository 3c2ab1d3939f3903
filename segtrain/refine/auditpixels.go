package refine

import "tessera/segtrain/raster"

// A Contradiction is an image's labels beside what the models are confident of.
type Contradiction struct {
	H, W      int
	Given     []uint8   // labels; not to be written to
	Predicted []uint8   // most probable classes
	Suggested []uint8   // classes that contradict the labels, and Given elsewhere
	Margin    []float32 // by which Suggested is more probable than Given; 0 where nothing is contradicted

	ignore    int
	confident []uint8 // class that the models are confident of; none for none
}

// none is no class; there are at most 255.
const none = 255

// Contradicted tells whether pixel i's label is contradicted.
func (c *Contradiction) Contradicted(i int) bool { return c.Margin[i] > 0 }

// Mask returns 255 where labels are contradicted and 0 elsewhere.
func (c *Contradiction) Mask() *raster.Mask {
	m := raster.NewMask(c.H, c.W)
	for i := range m.Pix {
		if c.Contradicted(i) {
			m.Pix[i] = 255
		}
	}
	return m
}

// contradict compares labels with probabilities. The models are confident of the most probable one of the classes whose
// probability is at least their threshold, the lower of equals; but of the given one if it is likelier still. This differs on purpose
// from Northcutt et al., for whom a class that the models hardly know, with a threshold of a few percent, would count against all
// others.
func (a *Auditor) contradict(p *raster.Float, labels []uint8) *Contradiction {
	n := len(labels)
	c := &Contradiction{H: p.H, W: p.W, Given: labels, Predicted: make([]uint8, n), Suggested: make([]uint8, n),
		Margin: make([]float32, n), ignore: a.opt.Ignore, confident: make([]uint8, n)}
	for i, given := range labels {
		row := p.Pix[i*p.C:][:p.C]
		c.Suggested[i], c.confident[i] = given, none
		best, sure := 0, -1
		for k, v := range row {
			if v > row[best] {
				best = k
			}
			if float64(v) >= a.thresholds[k] && (sure < 0 || v > row[sure]) {
				sure = k
			}
		}
		c.Predicted[i] = uint8(best)
		if int(given) == a.opt.Ignore || sure < 0 {
			continue
		}
		if row[sure] <= row[given] {
			sure = int(given)
		}
		c.confident[i] = uint8(sure)
		if margin := row[sure] - row[given]; sure != int(given) && float64(margin) >= a.opt.Margin {
			c.Suggested[i], c.Margin[i] = uint8(sure), margin
		}
	}
	return c
}

// tallies are sums over an image's pixels that count.
type tallies struct {
	labels                 int64     // that count
	pixels                 int64     // likewise; of flags the mean over classes
	both, given, predicted []int64   // by class
	joint                  []int64   // given × confident: the confident joint
	mass                   []float64 // given × suggested: of margins
	area                   []int64   // given × suggested: pixels
}

func newTallies(n int) *tallies {
	return &tallies{both: make([]int64, n), given: make([]int64, n), predicted: make([]int64, n),
		joint: make([]int64, n*n), mass: make([]float64, n*n), area: make([]int64, n*n)}
}

// add counts an image, or of flags one of its classes.
func (t *tallies) add(c *Contradiction) {
	n := len(t.given)
	for i, given := range c.Given {
		if int(given) == c.ignore {
			continue
		}
		t.labels++
		t.given[given]++
		t.predicted[c.Predicted[i]]++
		if given == c.Predicted[i] {
			t.both[given]++
		}
		if c.confident[i] != none {
			t.joint[int(given)*n+int(c.confident[i])]++
		}
		if c.Contradicted(i) {
			at := int(given)*n + int(c.Suggested[i])
			t.mass[at] += float64(c.Margin[i])
			t.area[at]++
		}
	}
}

// iou returns the IoU of a class and the pixels of the union; 0 and 0 for a class that is in neither.
func (t *tallies) iou(class int) (iou float64, union int64) {
	union = t.given[class] + t.predicted[class] - t.both[class]
	if union == 0 {
		return 0, 0
	}
	return float64(t.both[class]) / float64(union), union
}
