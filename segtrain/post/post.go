// Package post turns probabilities into masks by a chain of steps beyond the most probable class: weights and thresholds of
// classes, what an image must show before it has a class at all, a dense CRF, and operations on the shapes of classes. It
// finds their settings, too, on predictions of images that a model did not train on: see Fit.
//
// Steps are pure functions of probabilities, and of the picture where they look at it. Numbers are fixed sequences of float32
// operations and whole numbers, so masks have the same bits on every machine.
package post

import (
	"fmt"
	"slices"

	"tessera/nn/decoder"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// Of says what probabilities are of.
type Of struct {
	Task       metric.Task // empty is metric.Multiclass
	Classes    []string
	Thresholds []float64 // where the task has flags: see metric.Limits
}

// A Step is one operation: a pointer to a struct of settings that New made.
type Step interface {
	// Check says what is wrong with the settings, whatever the classes.
	Check() error

	// bind resolves the names of classes. An error is a step that the task or the classes do not allow.
	bind(of Of) (operation, error)

	rank() int // steps come in this order
}

// An operation is a step that knows its classes.
type operation interface {
	apply(p *picture) error
}

// Ranks of steps: what changes probabilities comes before what chooses classes by them, and that before what changes shapes.
const (
	probabilities = iota
	choosing
	gating
	shaping
)

// A Chain is a list of steps for probabilities of one kind. The nil Chain has no steps. It may be used by several goroutines.
type Chain struct {
	of  Of
	ops []operation
}

// NewChain binds steps to what they are used on. An error names the step and what is allowed.
func NewChain(of Of, steps []Step) (*Chain, error) {
	c := &Chain{of: of}
	for i, s := range steps {
		name := NameOf(s)
		if err := s.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if i > 0 && s.rank() < steps[i-1].rank() {
			return nil, fmt.Errorf("%s comes after %s, which it would undo; the order is: crf, weights and threshold, triplet, "+
				"then what changes shapes", name, NameOf(steps[i-1]))
		}
		op, err := s.bind(of)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		c.ops = append(c.ops, op)
	}
	return c, nil
}

// Apply returns the class of each pixel (0 and 1 of a binary task), or where the task is multilabel the flags. Probabilities are
// H×W×classes, at the size of the picture, and are not written to; image is called by steps that look at the picture, and may
// be nil where there are none. An error is one of image, or a picture of another size. Apply panics where the
// number of classes differs.
func (c *Chain) Apply(p *raster.Float, image func() (*raster.Image, error)) (*raster.Mask, *raster.Flags, error) {
	state := newPicture(c.of, p, image)
	for _, op := range c.ops {
		if err := op.apply(state); err != nil {
			return nil, nil, err
		}
	}
	classes, flags := state.result()
	return classes, flags, nil
}

// A picture is what steps work on: probabilities, and the masks made of them so far.
type picture struct {
	of      Of
	h, w, c int
	p       []float32 // H·W·C
	image   func() (*raster.Image, error)

	labels []uint8   // the class of each pixel, where the task is multiclass
	planes [][]uint8 // otherwise: 0 or 1 for each pixel, a class
}

func newPicture(of Of, p *raster.Float, image func() (*raster.Image, error)) *picture {
	if p.C != len(of.Classes) {
		panic(fmt.Sprintf("post: probabilities of %d×%d×%d for %d classes", p.H, p.W, p.C, len(of.Classes)))
	}
	s := &picture{of: of, h: p.H, w: p.W, c: p.C, p: p.Pix, image: image}
	s.choose()
	return s
}

// choose makes the masks of the probabilities alone.
func (p *picture) choose() {
	if !p.of.Task.Flags() {
		p.labels = make([]uint8, p.h*p.w)
		decoder.Argmax(p.c, p.p, p.labels)
		return
	}
	limits := metric.Limits(p.of.Thresholds, p.c)
	p.planes = make([][]uint8, p.c)
	for k := range p.planes {
		p.planes[k] = p.above(k, limits[k])
	}
}

// above returns 1 where the probability of a class is at least a limit, and else 0.
func (p *picture) above(k int, limit float32) []uint8 {
	plane := make([]uint8, p.h*p.w)
	for i := range plane {
		if p.p[i*p.c+k] >= limit {
			plane[i] = 1
		}
	}
	return plane
}

// clone returns a picture whose masks may be changed. Its probabilities are the same.
func (p *picture) clone() *picture {
	next := *p
	next.labels = slices.Clone(p.labels)
	next.planes = slices.Clone(p.planes)
	for k, plane := range p.planes {
		next.planes[k] = slices.Clone(plane)
	}
	return &next
}

func (p *picture) result() (*raster.Mask, *raster.Flags) {
	switch {
	case p.planes == nil:
		return &raster.Mask{H: p.h, W: p.w, Pix: p.labels}, nil
	case p.of.Task == metric.Binary:
		return &raster.Mask{H: p.h, W: p.w, Pix: p.planes[0]}, nil
	}
	return nil, raster.FlagsOf(p.h, p.w, p.c, p.flat(), -1)
}

// flat returns the masks as package metric takes them: H·W classes, or H·W·C flags.
func (p *picture) flat() []uint8 {
	if p.planes == nil {
		return p.labels
	}
	flags := make([]uint8, len(p.p))
	for k, plane := range p.planes {
		for i, v := range plane {
			flags[i*p.c+k] = v
		}
	}
	return flags
}

// plane returns a copy of the mask of a class: 1 where it is, 0 elsewhere; nil if it is nowhere.
func (p *picture) plane(k int) []uint8 {
	plane, any := make([]uint8, p.h*p.w), false
	if p.planes != nil {
		copy(plane, p.planes[k])
		any = slices.Contains(plane, 1)
	} else {
		for i, class := range p.labels {
			if int(class) == k {
				plane[i], any = 1, true
			}
		}
	}
	if !any {
		return nil
	}
	return plane
}

// other returns the most probable class of a pixel but for one, the first among equals.
func (p *picture) other(i, k int) int {
	best := -1
	for j, v := range p.p[i*p.c:][:p.c] {
		if j != k && (best < 0 || v > p.p[i*p.c+best]) {
			best = j
		}
	}
	return best
}

// add gives a pixel to a class.
func (p *picture) add(i, k int) {
	if p.planes != nil {
		p.planes[k][i] = 1
		return
	}
	p.labels[i] = uint8(k)
}

// drop takes a pixel from a class. Where classes exclude each other it goes to background, or if that is negative to the most
// probable other class.
func (p *picture) drop(i, k, background int) {
	switch {
	case p.planes != nil:
		p.planes[k][i] = 0
	case background >= 0:
		p.labels[i] = uint8(background)
	default:
		p.labels[i] = uint8(p.other(i, k))
	}
}
