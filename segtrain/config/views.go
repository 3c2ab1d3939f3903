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

// Tiles says how pictures are cut to training samples.
type Tiles struct {
	Size       *[2]int `yaml:"size"` // H, W of the pictures' pixels; nil: not at all
	Overlap    float64 `yaml:"overlap"`
	Foreground string  `yaml:"foreground"`
	Share      float64 `yaml:"share"`
}

// tiles: the proportions of a tile are those of what the network sees, so that pictures can be predicted in the same tiles.
func (k *checker) tiles() {
	d := k.config.Data
	if d.Tiles.Size == nil {
		return
	}
	if t := *d.Tiles.Size; t[0]*d.Size[1] != t[1]*d.Size[0] {
		k.say([]string{"data.tiles.size", "data.size"}, "%v has other proportions than data.size, which is %v", t, d.Size)
	}
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
