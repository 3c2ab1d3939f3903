package checkpoint

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	maxDepth    = 64      // of containers in one another
	maxVisited  = 1 << 20 // values, where one is met several times
	maxMetadata = 256     // values kept beside the tensors
	maxName     = 1024    // bytes of a tensor's name
	maxNames    = 8 << 20 // bytes of all names
)

// A flattener lists the tensors of a tree of containers under the keys on the way, joined by dots.
type flattener struct {
	entries  []Entry
	metadata map[string]string
	seen     map[string]bool
	path     []any // the keys on the way, which make a name where one is needed
	visited  int
	names    int   // bytes of the names of entries
	budget   int64 // bytes that tensors may take beyond the file
}

// flatten returns the tensors in a value, and the numbers and texts in its dicts.
func flatten(root any) ([]Entry, map[string]string, error) {
	f := &flattener{metadata: map[string]string{}, seen: map[string]bool{}, budget: maxShared}
	if err := f.visit(root, true); err != nil {
		return nil, nil, err
	}
	if len(f.entries) == 0 {
		return nil, nil, errors.New("there is no tensor in it")
	}
	return f.entries, f.metadata, nil
}

// visit takes in a value. Numbers and texts count as metadata where only dicts lead to them.
func (f *flattener) visit(v any, dicts bool) error {
	if f.visited++; f.visited > maxVisited {
		return fmt.Errorf("more than %d values", maxVisited)
	}
	if len(f.path) > maxDepth {
		return fmt.Errorf("containers are nested more than %d deep", maxDepth)
	}
	switch v := v.(type) {
	case *view:
		return f.tensor(v)
	case *pairs:
		for i, key := range v.keys {
			if err := f.below(key, v.values[i], dicts); err != nil {
				return err
			}
		}
	case *list:
		for i, item := range v.items {
			if err := f.below(i, item, false); err != nil {
				return err
			}
		}
	case string, int64, float64, bool:
		if dicts && len(f.metadata) < maxMetadata {
			f.keep(v)
		}
	}
	return nil
}

// below visits what a container holds under a key.
func (f *flattener) below(key, v any, dicts bool) error {
	f.path = append(f.path, key)
	err := f.visit(v, dicts)
	f.path = f.path[:len(f.path)-1]
	return err
}

// keep makes a number or text metadata, unless it is long.
func (f *flattener) keep(v any) {
	name, whole := f.name()
	if s, isText := v.(string); !whole || isText && len(s) > maxName {
		return
	}
	if text := fmt.Sprint(v); len(name)+len(text) <= maxName {
		f.metadata[name] = text
	}
}

func (f *flattener) tensor(v *view) error {
	name, whole := f.name()
	if !whole {
		return fmt.Errorf("tensor %q…: the name is longer than %d bytes", name[:min(40, len(name))], maxName)
	}
	if f.seen[name] {
		return fmt.Errorf("tensor %q is there twice", name)
	}
	if f.names += len(name); len(f.entries) == maxTensors || f.names > maxNames {
		return fmt.Errorf("more than %d tensors, or names of more than %d bytes", maxTensors, maxNames)
	}
	f.seen[name] = true
	if v.dtype == "" {
		return fmt.Errorf("tensor %q: its memory has no type", name)
	}
	data, err := v.bytes(&f.budget)
	if err != nil {
		return fmt.Errorf("tensor %q: %w", name, err)
	}
	f.entries = append(f.entries, Entry{Name: name, DType: v.dtype, Shape: v.shape, Data: data})
	return nil
}

// name joins the keys on the way, as far as they are within the longest name. What is neither text nor integer is
// no key of a state dict.
func (f *flattener) name() (name string, whole bool) {
	var b strings.Builder
	for i, key := range f.path {
		text := "?"
		switch k := key.(type) {
		case string:
			text = k
		case int64:
			text = strconv.FormatInt(k, 10)
		case int:
			text = strconv.Itoa(k)
		}
		if i > 0 && b.Len() > 0 {
			text = "." + text
		}
		if b.Len()+len(text) > maxName {
			return b.String() + text[:min(40, len(text))], false
		}
		b.WriteString(text)
	}
	return b.String(), true
}
