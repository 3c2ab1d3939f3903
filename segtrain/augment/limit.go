package augment

import "fmt"

// Limit is a Range about 0: in YAML a single number v is the range [-v, v], as for Rotate's limit in Albumentations.
type Limit Range

// UnmarshalYAML reads a number or a list of two.
func (l *Limit) UnmarshalYAML(decode func(any) error) error {
	var one float64
	if decode(&one) == nil {
		*l = Limit{-max(one, -one), max(one, -one)}
		return nil
	}
	return (*Range)(l).UnmarshalYAML(decode)
}

// Axes is a Range for x and one for y. In YAML it is a number or a list of two, for both, or {x: …, y: …}; what is left
// out there stays at its default.
type Axes struct {
	X Range `yaml:"x"`
	Y Range `yaml:"y"`
}

// UnmarshalYAML reads a number, a list of two, or both ranges.
func (a *Axes) UnmarshalYAML(decode func(any) error) error {
	var both Range
	if both.UnmarshalYAML(decode) == nil {
		*a = Axes{both, both}
		return nil
	}
	type plain Axes
	p := plain(*a)
	if err := decode(&p); err != nil {
		return fmt.Errorf("wants a number, [low, high], or {x: …, y: …}: %w", err)
	}
	*a = Axes(p)
	return nil
}

// same is the range v for both axes.
func same(low, high float64) Axes { return Axes{Range{low, high}, Range{low, high}} }
