package post

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

var shapes = []string{"square", "cross", "disk"}

// Morphology says by which element the shape of a class is opened or closed. Nothing is known outside of the picture, so the element is
// cut off there.
type Morphology struct {
	target `yaml:",inline"`
	Shape  string `yaml:"shape"`  // square, cross or disk
	Radius Values `yaml:"radius"` // pixels from the middle; 0: the class stays as it is
}

// Check says what is wrong with the settings.
func (m *Morphology) Check() error {
	if !slices.Contains(shapes, m.Shape) {
		return fmt.Errorf("shape: no %q; there are: %s", m.Shape, strings.Join(shapes, ", "))
	}
	const allowed = "whole numbers from 0 to 255"
	for _, r := range m.Radius {
		if r != math.Trunc(r) {
			return fmt.Errorf("radius: %v is no whole number; allowed: %s", r, allowed)
		}
	}
	return m.Radius.check("radius", 0, 256, allowed)
}

func (m *Morphology) rank() int { return shaping }

// Opening takes from a class what no element within it covers (erosion, then dilation: Matheron 1975).
type Opening struct {
	Morphology `yaml:",inline"`
}

// Closing gives a class what every element touches that reaches there (dilation, then erosion).
type Closing struct {
	Morphology `yaml:",inline"`
}

func (s *Opening) bind(of Of) (operation, error) { return s.operation(of, open) }

func (s *Closing) bind(of Of) (operation, error) { return s.operation(of, closed) }

func (m *Morphology) operation(of Of, change func([]uint8, int, int, []int) []uint8) (operation, error) {
	classes, background, err := m.target.bind(of, map[string]Values{"radius": m.Radius})
	return &morphing{classes, background, m.Shape, m.Radius, change}, err
}

type morphing struct {
	classes    []int
	background int
	shape      string
	radius     Values
	change     func(plane []uint8, h, w int, widths []int) []uint8
}

func (m *morphing) apply(p *picture) error {
	for i, k := range m.classes {
		before := p.plane(k)
		if before == nil || m.radius.of(i) == 0 {
			continue
		}
		after := m.change(before, p.h, p.w, element(m.shape, int(m.radius.of(i))))
		for at := range after {
			switch {
			case after[at] > before[at]:
				p.add(at, k)
			case after[at] < before[at]:
				p.drop(at, k, m.background)
			}
		}
	}
	return nil
}

// element returns half the widths of the rows of an element, from -radius to radius.
func element(shape string, radius int) []int {
	widths := make([]int, 2*radius+1)
	for i := range widths {
		dy := i - radius
		switch {
		case shape == "disk":
			widths[i] = int(math.Sqrt(float64(radius*radius - dy*dy)))
		case shape == "square" || dy == 0:
			widths[i] = radius
		}
	}
	return widths
}

func open(plane []uint8, h, w int, widths []int) []uint8 {
	b := packed(plane, h, w)
	b.invert()
	b = b.dilated(widths)
	b.invert()
	return b.dilated(widths).bytes()
}

func closed(plane []uint8, h, w int, widths []int) []uint8 {
	b := packed(plane, h, w).dilated(widths)
	b.invert()
	b = b.dilated(widths)
	b.invert()
	return b.bytes()
}
