package augment

// Axes is a Range for x and one for y. In YAML it is a number or a list of two, for both, or {x: …, y: …}; what is left
// out there stays at its default.
type Axes struct {
	X Range `yaml:"x"`
	Y Range `yaml:"y"`
}

// UnmarshalYAML reads a number, a list of two, or both ranges.
func (a *Axes) UnmarshalYAML(decode func(any) error) error {
	type plain Axes
	p := plain(*a)
	var keys map[string]settings
	if decode(&keys) != nil { // neither x nor y
		err := p.X.UnmarshalYAML(decode)
		*a = Axes{p.X, p.X}
		return err
	}
	err := decode(&p)
	*a = Axes(p)
	return err
}

// same is the range v for both axes.
func same(low, high float64) Axes { return Axes{Range{low, high}, Range{low, high}} }
