package post

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tessera/segtrain/metric"
)

// Values are settings of classes: one for all, or one for each of the step's classes.
type Values []float64

// UnmarshalYAML reads a number or a list of numbers.
func (v *Values) UnmarshalYAML(decode func(any) error) error {
	var one float64
	if decode(&one) == nil {
		*v = Values{one}
		return nil
	}
	var list []float64
	if err := decode(&list); err != nil {
		return err
	}
	if len(list) == 0 {
		return errors.New("wants a number, or one for each of the classes")
	}
	*v = list
	return nil
}

// check says which value is out of range; a value must be at least from and below to.
func (v Values) check(name string, from, to float64, allowed string) error {
	if len(v) == 0 {
		return fmt.Errorf("%s is missing; allowed: a number, or one for each of the classes", name)
	}
	for _, x := range v {
		if !(x >= from && x < to) {
			return fmt.Errorf("%s: %v is out of range; allowed: %s", name, x, allowed)
		}
	}
	return nil
}

// of returns the value of class i of n.
func (v Values) of(i int) float64 {
	if len(v) == 1 {
		return v[0]
	}
	return v[i]
}

// Names are classes: none for all of them.
type Names []string

// UnmarshalYAML reads a name or a list of names.
func (n *Names) UnmarshalYAML(decode func(any) error) error {
	var one string
	if decode(&one) == nil {
		*n = Names{one}
		return nil
	}
	return decode((*[]string)(n))
}

// find returns the index of a class.
func (of Of) find(name string) (int, error) {
	if i := slices.Index(of.Classes, name); i >= 0 {
		return i, nil
	}
	return 0, fmt.Errorf("no class %q; there are: %s", name, strings.Join(of.Classes, ", "))
}

// list returns the indices of the classes that a step names, or of all but the background.
func (of Of) list(names Names, background int) ([]int, error) {
	var list []int
	if len(names) == 0 {
		for k := range of.Classes {
			if k != background {
				list = append(list, k)
			}
		}
		return list, nil
	}
	for _, name := range names {
		k, err := of.find(name)
		if err != nil {
			return nil, fmt.Errorf("classes: %w", err)
		}
		if slices.Contains(list, k) {
			return nil, fmt.Errorf("classes: %q is named twice", name)
		}
		if k == background {
			return nil, fmt.Errorf("classes: %q is the background", name)
		}
		list = append(list, k)
	}
	return list, nil
}

// background returns the index of the class that pixels of no other class get, -1 for none.
func (of Of) background(name string) (int, error) {
	if name == "" {
		return -1, nil
	}
	if of.Task.Flags() {
		return 0, fmt.Errorf("background is for task %s, but task is %s: a pixel may be of no class", metric.Multiclass, of.Task)
	}
	k, err := of.find(name)
	if err != nil {
		return 0, fmt.Errorf("background: %w", err)
	}
	return k, nil
}

// fits makes sure that values are one, or one a class.
func fits(name string, v Values, classes int) error {
	if len(v) != 1 && len(v) != classes {
		return fmt.Errorf("%s: %d values for %d classes; allowed: one, or one for each of the classes", name, len(v), classes)
	}
	return nil
}

// target is what steps that change single classes share: which, and who gets what they lose.
type target struct {
	Classes    Names  `yaml:"classes"`    // empty: all, but the background
	Background string `yaml:"background"` // class that gets what others lose (multiclass); empty: the most probable
}

// bind returns the indices of both.
func (t target) bind(of Of, values map[string]Values) (classes []int, background int, err error) {
	if background, err = of.background(t.Background); err != nil {
		return nil, 0, err
	}
	if classes, err = of.list(t.Classes, background); err != nil {
		return nil, 0, err
	}
	for name, v := range values {
		if err := fits(name, v, len(classes)); err != nil {
			return nil, 0, err
		}
	}
	return classes, background, nil
}

// areaRange is what areas may be.
const areaRange = "0 or more; below 1 it is a share of the picture"

// area returns a setting as pixels of a picture: below 1 it is a share.
func (p *picture) area(v float64) float64 {
	if v < 1 {
		return v * float64(p.h*p.w)
	}
	return v
}

func checkConnectivity(n int) error {
	if n != 4 && n != 8 {
		return fmt.Errorf("connectivity: %d; allowed: 4, 8", n)
	}
	return nil
}
