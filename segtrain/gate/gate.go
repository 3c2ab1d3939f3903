// Package gate keeps a class out of masks of pictures that, as a classification head says, do not show it.
//
// A head sees a picture as a whole and learns from all of its pixels at once; the masks of pictures that show nothing are
// right without a single pixel, and wrong with one. So masks of a class are emptied where the head's probability of it is below a
// threshold.
//
// A Gate shuts classes; Fit measures what that is worth at each threshold on pictures that the models did not train on.
package gate

import (
	"fmt"
	"slices"
	"strings"

	"tessera/segtrain/raster"
)

// A Gate says of which classes a head decides, and from which probability it lets them through.
type Gate struct {
	thresholds []float32 // of the masks' classes; 0 lets all through
	of         []int     // place of each class among those of the head, -1 for none
}

// New returns a gate for masks of classes, by a head that tells tells; classes are the same by their names. thresholds are one
// for all, or one a class. A class that the head does not tell passes always.
//
// Errors: thresholds that are no probabilities, their number, a head that tells none of the classes, a threshold of its own for a
// class that the head does not tell.
func New(classes, tells []string, thresholds []float64) (*Gate, error) {
	n := len(thresholds)
	if n != 1 && n != len(classes) {
		return nil, fmt.Errorf("%d thresholds for %d classes; allowed: one, or one a class", n, len(classes))
	}
	g := &Gate{thresholds: make([]float32, len(classes)), of: make([]int, len(classes))}
	known := 0
	for k, name := range classes {
		t := thresholds[min(k, n-1)]
		if !(t >= 0 && t < 1) {
			return nil, fmt.Errorf("threshold %v is out of range; allowed: from 0 to below 1", t)
		}
		g.thresholds[k], g.of[k] = float32(t), slices.Index(tells, name)
		switch {
		case g.of[k] >= 0:
			known++
		case n > 1 && t > 0:
			return nil, fmt.Errorf("a threshold for %q, which the classification head does not tell; it tells %s; allowed for others: 0",
				name, strings.Join(tells, ", "))
		}
	}
	if known == 0 {
		return nil, fmt.Errorf("the classification head tells %s, and masks have %s: none of them is the same", strings.Join(tells, ", "),
			strings.Join(classes, ", "))
	}
	return g, nil
}

// Shut tells of each class whether a picture is said not to show it. It panics if the head says too little.
func (g *Gate) Shut(said []float32) []bool {
	shut := make([]bool, len(g.of))
	for k, of := range g.of {
		shut[k] = of >= 0 && said[of] < g.thresholds[k]
	}
	return shut
}

// Apply returns probabilities H×W×classes of a picture in which those of shut classes are 0, so that where classes exclude each
// other the most probable of the rest takes their place. They are p itself where the head lets all through. Where all classes of a
// picture are shut, the first, which is the background where there is one, has all pixels.
func (g *Gate) Apply(p *raster.Float, said []float32) *raster.Float {
	return Without(p, g.Shut(said))
}

// Without returns probabilities H×W×classes in which those of shut classes are 0; p itself if there are none.
func Without(p *raster.Float, shut []bool) *raster.Float {
	if len(shut) != p.C {
		panic(fmt.Sprintf("gate: probabilities of %d×%d×%d for %d classes", p.H, p.W, p.C, len(shut)))
	}
	if !slices.Contains(shut, true) {
		return p
	}
	out := &raster.Float{H: p.H, W: p.W, C: p.C, Pix: slices.Clone(p.Pix)}
	for i := range out.Pix {
		if shut[i%p.C] {
			out.Pix[i] = 0
		}
	}
	return out
}
