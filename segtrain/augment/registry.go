package augment

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// builders makes the transforms a configuration can name; names leads back from their types. defaults makes
// pointers to their settings. All are filled by init, since OneOf builds others.
var (
	builders = map[string]func(settings func(any) error) (Transform, error){}
	names    = map[reflect.Type]string{}
	defaults = map[string]func() any{}
)

func init() {
	register("Affine", RandomAffine{Scale: same(1, 1), Outside: Outside{BorderMode: "constant"}, P: 0.5})
	register("HorizontalFlip", HorizontalFlip{P: 0.5})
	register("Letterbox", Letterbox{})
	register("OneOf", OneOf{P: 0.5})
	register("PadIfNeeded", PadIfNeeded{Position: "center", Outside: Outside{BorderMode: "constant"}})
	register("Resize", Resize{})
	register("VerticalFlip", VerticalFlip{P: 0.5})
}

// register adds a builder that decodes settings over a copy of the defaults and validates the result.
func register[T Transform](name string, usual T) {
	names[reflect.TypeFor[T]()] = name
	defaults[name] = func() any { t := usual; return &t }
	builders[name] = func(settings func(any) error) (Transform, error) {
		t := usual
		if settings != nil {
			if err := settings(&t); err != nil {
				return nil, err
			}
		}
		if v, ok := any(t).(interface{ Validate() error }); ok {
			if err := v.Validate(); err != nil {
				return nil, err
			}
		}
		return t, nil
	}
}

// Names returns the names New knows, sorted.
func Names() []string { return slices.Sorted(maps.Keys(builders)) }

// Defaults returns a pointer to a transform's settings, which a user may have to complete before New takes them: a
// crop has no usual size. It panics for a name that Names does not list.
func Defaults(name string) any { return defaults[name]() }

// NameOf returns the name that New knows a transform by, and "" for one it does not know.
func NameOf(t Transform) string { return names[reflect.TypeOf(t)] }

// New returns the transform of that name. settings decodes the user's settings into the pointer it is given
// (a struct with yaml tags that holds the defaults) and may be nil. Errors name the transform and what is
// allowed.
func New(name string, settings func(any) error) (Transform, error) {
	build, ok := builders[name]
	if text := OtherNames()[name]; !ok && text != "" {
		return nil, fmt.Errorf("no transform %q: %s", name, text)
	}
	if !ok {
		return nil, fmt.Errorf("no transform %q; there are: %s", name, strings.Join(Names(), ", "))
	}
	t, err := build(settings)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// UnmarshalYAML reads a list of names and of names with settings.
func (c *Compose) UnmarshalYAML(decode func(any) error) error {
	var items []item
	if err := decode(&items); err != nil {
		return err
	}
	*c = make(Compose, len(items))
	for i, it := range items {
		(*c)[i] = it.Transform
	}
	return nil
}

// MarshalYAML writes the list UnmarshalYAML reads, with every setting.
func (c Compose) MarshalYAML() (any, error) {
	list := make([]map[string]Transform, len(c))
	for i, t := range c {
		name, ok := names[reflect.TypeOf(t)]
		if !ok {
			return nil, fmt.Errorf("augment: %T has no name in a configuration", t)
		}
		list[i] = map[string]Transform{name: t}
	}
	return list, nil
}

// item is one element of a list: a name, or a map of one name to its settings.
type item struct{ Transform }

// settings keeps the way to decode a value until its type is known.
type settings struct{ decode func(any) error }

func (s *settings) UnmarshalYAML(decode func(any) error) error {
	s.decode = decode
	return nil
}

func (it *item) UnmarshalYAML(decode func(any) error) (err error) {
	var name string
	if decode(&name) == nil {
		it.Transform, err = New(name, nil)
		return err
	}
	var entry map[string]settings
	if err := decode(&entry); err != nil {
		return err
	}
	if len(entry) != 1 {
		return fmt.Errorf("a transform is a name, or one name with its settings, not %d names", len(entry))
	}
	for name, s := range entry {
		it.Transform, err = New(name, s.decode)
	}
	return err
}

func checkChance(p float64) error {
	if !(p >= 0 && p <= 1) {
		return fmt.Errorf("p: must lie in [0, 1], not %v", p)
	}
	return nil
}

func checkSize(h, w int) error {
	if h < 1 || w < 1 {
		return fmt.Errorf("height and width must be 1 or more, not %d and %d", h, w)
	}
	return nil
}
