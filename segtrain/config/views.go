package config

import (
	"errors"
	"strconv"
	"strings"
)

// Views are the views of test-time augmentation, each as package predict reads it: a name, or name=number:number. A file may
// write {name: [number, number]} as well, and one view needs no list.
type Views []string

// UnmarshalYAML reads a view or a list of them.
func (v *Views) UnmarshalYAML(decode func(any) error) error {
	var one string
	if decode(&one) == nil {
		*v = nil
		if one != "" {
			*v = Views{one}
		}
		return nil
	}
	var list []view
	if err := decode(&list); err != nil {
		return err
	}
	*v = nil
	for _, x := range list {
		*v = append(*v, string(x))
	}
	return nil
}

// A view is one of Views.
type view string

// UnmarshalYAML reads a text, or a name with numbers.
func (v *view) UnmarshalYAML(decode func(any) error) error {
	var text string
	if decode(&text) == nil {
		*v = view(text)
		return nil
	}
	var numbers map[string]Numbers
	if err := decode(&numbers); err != nil {
		return err
	}
	if len(numbers) != 1 {
		return errors.New("wants a name, or {name: numbers}")
	}
	for name, list := range numbers {
		var words []string
		for _, x := range list {
			words = append(words, strconv.FormatFloat(x, 'g', -1, 64))
		}
		*v = view(name + "=" + strings.Join(words, ":"))
	}
	return nil
}
