package post

import (
	"errors"
	"fmt"
	"math"

	"tessera/segtrain/metric"
)

// Triplet lets a picture have a class only if the pixels whose probability is at least Top have at least the area MinArea; its
// mask is then what is at least Bottom, or where that is 0 the mask as it is. Of several classes that exclude each other and
// claim a pixel the most probable gets it.
//
// A class that a picture does not have leaves its pixels to the background, or to the most probable class that is left.
//
// Source: Aimoldin Anuar, 1st place of SIIM-ACR Pneumothorax Segmentation, 2019 (0.75, 2000, 0.3).
type Triplet struct {
	target  `yaml:",inline"`
	Top     Values `yaml:"top_threshold"`
	MinArea Values `yaml:"min_area"` // pixels, or below 1 a share of the picture
	Bottom  Values `yaml:"bottom_threshold"`
}

// Check says what is wrong with the settings.
func (s *Triplet) Check() error {
	if err := errors.Join(
		s.Top.check("top_threshold", math.SmallestNonzeroFloat64, 1, "above 0 and below 1"),
		s.MinArea.check("min_area", 0, math.MaxInt32, areaRange),
		s.Bottom.check("bottom_threshold", 0, 1, "0, or above 0 and below 1"),
	); err != nil {
		return err
	}
	for i := range max(len(s.Top), len(s.Bottom)) {
		if len(s.Top) > 1 && len(s.Bottom) > 1 && len(s.Top) != len(s.Bottom) {
			break // which bind reports
		}
		if top, bottom := s.Top.of(i), s.Bottom.of(i); bottom > top {
			return fmt.Errorf("bottom_threshold: %v is above top_threshold, which is %v", bottom, top)
		}
	}
	return nil
}

func (s *Triplet) rank() int { return gating }

func (s *Triplet) bind(of Of) (operation, error) {
	classes, background, err := s.target.bind(of, map[string]Values{
		"top_threshold": s.Top, "min_area": s.MinArea, "bottom_threshold": s.Bottom,
	})
	if err != nil {
		return nil, err
	}
	g := &gate{background: background, of: make([]*triple, len(of.Classes))}
	for i, k := range classes {
		t := &triple{float32(s.Top.of(i)), s.MinArea.of(i), float32(s.Bottom.of(i))}
		if t.bottom > 0 && background < 0 && !of.Task.Flags() {
			return nil, fmt.Errorf("bottom_threshold: %v wants a background where task is %s, for pixels below it; allowed without: 0",
				s.Bottom.of(i), metric.Multiclass)
		}
		g.of[k] = t
	}
	return g, nil
}

// triple is the setting of a class.
type triple struct {
	top    float32
	area   float64
	bottom float32
}

type gate struct {
	background int
	of         []*triple // nil for a class without one
}

// open tells whether a picture has a class.
func (t *triple) open(p *picture, k int) bool {
	n := 0
	for i := k; i < len(p.p); i += p.c {
		if p.p[i] >= t.top {
			n++
		}
	}
	return float64(n) >= p.area(t.area)
}

func (g *gate) apply(p *picture) error {
	open := make([]bool, p.c)
	for k, t := range g.of {
		open[k] = t == nil || t.open(p, k)
	}
	if p.planes == nil {
		for i, label := range p.labels {
			p.labels[i] = uint8(g.class(p, i, int(label), open))
		}
		return nil
	}
	for k, t := range g.of {
		switch {
		case !open[k]:
			clear(p.planes[k])
		case t != nil && t.bottom > 0:
			p.planes[k] = p.above(k, t.bottom)
		}
	}
	return nil
}

// class returns the class of a pixel that has one.
func (g *gate) class(p *picture, i, label int, open []bool) int {
	v := p.p[i*p.c:][:p.c]
	if t := g.of[label]; label != g.background && open[label] && (t == nil || v[label] >= t.bottom) {
		return label
	}
	best, most := g.background, float32(math.Inf(-1))
	for k, x := range v {
		t := g.of[k]
		allowed := open[k] && g.background < 0 || open[k] && t != nil && t.bottom > 0 && x >= t.bottom
		if allowed && x > most {
			best, most = k, x
		}
	}
	if best < 0 {
		return label // no class is left
	}
	return best
}
