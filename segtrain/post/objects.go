package post

import (
	"errors"
	"math"
)

// RemoveSmallObjects removes components of fewer than MinSize pixels, as skimage.morphology.remove_small_objects does. Where
// classes exclude each other, a component goes to the background, or to the class that is most probable over its pixels among
// those that it touches.
type RemoveSmallObjects struct {
	target       `yaml:",inline"`
	MinSize      Values `yaml:"min_size"` // pixels, or below 1 a share of the picture
	Connectivity int    `yaml:"connectivity"`
}

// Check says what is wrong with the settings.
func (s *RemoveSmallObjects) Check() error {
	return errors.Join(s.MinSize.check("min_size", 0, math.MaxInt32, areaRange), checkConnectivity(s.Connectivity))
}

func (s *RemoveSmallObjects) rank() int { return shaping }

func (s *RemoveSmallObjects) bind(of Of) (operation, error) {
	classes, background, err := s.target.bind(of, map[string]Values{"min_size": s.MinSize})
	return &small{classes, background, s.MinSize, s.Connectivity}, err
}

type small struct {
	classes      []int
	background   int
	size         Values
	connectivity int
}

func (s *small) apply(p *picture) error {
	for i, k := range s.classes {
		limit := p.area(s.size.of(i))
		p.removeIf(k, s.connectivity, s.background, func(areas []int, n int) bool { return float64(areas[n]) < limit })
	}
	return nil
}

// removeIf removes the components of a class that it is told to.
func (p *picture) removeIf(k, connectivity, background int, goes func(areas []int, n int) bool) {
	plane := p.plane(k)
	if plane == nil {
		return
	}
	labels, n := components(plane, p.h, p.w, connectivity)
	sizes, gone := areas(labels, n), make([]bool, n+1)
	for i := 1; i <= n; i++ {
		gone[i] = goes(sizes, i)
	}
	p.remove(k, labels, gone, connectivity, background)
}

// LargestComponent removes all components of a class but the largest, the first among equals.
type LargestComponent struct {
	target       `yaml:",inline"`
	Connectivity int `yaml:"connectivity"`
}

// Check says what is wrong with the settings.
func (s *LargestComponent) Check() error { return checkConnectivity(s.Connectivity) }

func (s *LargestComponent) rank() int { return shaping }

func (s *LargestComponent) bind(of Of) (operation, error) {
	classes, background, err := s.target.bind(of, nil)
	return &largest{classes, background, s.Connectivity}, err
}

type largest struct {
	classes                  []int
	background, connectivity int
}

func (s *largest) apply(p *picture) error {
	for _, k := range s.classes {
		p.removeIf(k, s.connectivity, s.background, func(areas []int, n int) bool {
			best := 1
			for i := range areas {
				if i > 0 && areas[i] > areas[best] {
					best = i
				}
			}
			return n != best
		})
	}
	return nil
}

// FillHoles makes pixels that a class encloses, whatever they are, pixels of the class: components of its complement that
// do not touch the border, as scipy.ndimage.binary_fill_holes does.
type FillHoles struct {
	Classes      Names  `yaml:"classes"`      // empty: all
	MaxArea      Values `yaml:"max_area"`     // of a hole, in pixels, or below 1 a share of the picture; 0: any
	Connectivity int    `yaml:"connectivity"` // of holes
}

// Check says what is wrong with the settings.
func (s *FillHoles) Check() error {
	return errors.Join(s.MaxArea.check("max_area", 0, math.MaxInt32, areaRange), checkConnectivity(s.Connectivity))
}

func (s *FillHoles) rank() int { return shaping }

func (s *FillHoles) bind(of Of) (operation, error) {
	classes, _, err := target{Classes: s.Classes}.bind(of, map[string]Values{"max_area": s.MaxArea})
	return &filling{classes, s.MaxArea, s.Connectivity}, err
}

type filling struct {
	classes      []int
	area         Values
	connectivity int
}

func (s *filling) apply(p *picture) error {
	for i, k := range s.classes {
		limit := p.area(s.area.of(i))
		labels, sizes := p.holes(k, s.connectivity)
		for at, n := range labels {
			if n != 0 && sizes[n] > 0 && (limit == 0 || float64(sizes[n]) <= limit) {
				p.add(at, k)
			}
		}
	}
	return nil
}

// holes numbers the components of all that is not a class; those that touch the border have size 0. Nil if the class is
// nowhere.
func (p *picture) holes(k, connectivity int) (labels []int32, sizes []int) {
	plane := p.plane(k)
	if plane == nil {
		return nil, nil
	}
	for i := range plane {
		plane[i] ^= 1
	}
	labels, n := components(plane, p.h, p.w, connectivity)
	sizes = areas(labels, n)
	for y := range p.h {
		for x := range p.w {
			if y == 0 || x == 0 || y == p.h-1 || x == p.w-1 {
				sizes[labels[y*p.w+x]] = 0
			}
		}
	}
	return labels, sizes
}
