package post

import (
	"fmt"
	"reflect"
	"strings"
)

// registry lists the steps in the order in which Fit tries them; each makes the defaults.
var registry = []struct {
	name, doc string
	usual     func() Step
}{
	{"crf", "dense CRF: pixels of like colors near each other are of one class", func() Step { return usualCRF() }},
	{"weights", "factors of the classes' probabilities (multiclass)", func() Step { return &Weights{Weight: Values{1}} }},
	{"threshold", "probability from which a class is there; with background where classes exclude each other",
		func() Step { return &Threshold{Threshold: Values{0.5}} }},
	{"triplet", "a class is there if the area above top is min_area; its mask is what is above bottom",
		func() Step { return &Triplet{Top: Values{0.75}, MinArea: Values{0}, Bottom: Values{0}} }},
	{"remove_small_objects", "components of fewer than min_size pixels go",
		func() Step { return &RemoveSmallObjects{MinSize: Values{64}, Connectivity: 8} }},
	{"largest_component", "all components but the largest go", func() Step { return &LargestComponent{Connectivity: 8} }},
	{"fill_holes", "what a class encloses becomes the class, up to max_area",
		func() Step { return &FillHoles{MaxArea: Values{0}, Connectivity: 4} }},
	{"opening", "what is narrower than the element goes", func() Step { return &Opening{Morphology{Shape: "disk", Radius: Values{1}}} }},
	{"closing", "gaps that are narrower than the element become the class",
		func() Step { return &Closing{Morphology{Shape: "disk", Radius: Values{1}}} }},
}

// StepNames returns the names of all steps.
func StepNames() []string {
	var list []string
	for _, r := range registry {
		list = append(list, r.name)
	}
	return list
}

// Doc returns a line about a step.
func Doc(name string) string {
	for _, r := range registry {
		if r.name == name {
			return r.doc
		}
	}
	return ""
}

// Defaults returns a step with its default settings. An unknown name is an error.
func Defaults(name string) (Step, error) {
	for _, r := range registry {
		if r.name == name {
			return r.usual(), nil
		}
	}
	return nil, fmt.Errorf("no step %q; there are: %s", name, strings.Join(StepNames(), ", "))
}

// New returns a step. decode writes the settings over the defaults, in the struct it is given, and may be nil.
func New(name string, decode func(any) error) (Step, error) {
	s, err := Defaults(name)
	if err != nil || decode == nil {
		return s, err
	}
	return s, decode(s)
}

// NameOf returns the name of a step.
func NameOf(s Step) string {
	for _, r := range registry {
		if reflect.TypeOf(r.usual()) == reflect.TypeOf(s) {
			return r.name
		}
	}
	return fmt.Sprintf("%T", s)
}
