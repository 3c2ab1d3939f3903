package checkpoint

import (
	"errors"
	"fmt"
	"strconv"
)

const (
	maxDepth    = 64      // of containers in one another
	maxVisited  = 1 << 20 // values, where one is met several times
	maxMetadata = 256     // values kept beside the tensors
	maxName     = 1024    // bytes of a tensor's name
)

// A flattener lists the tensors of a tree of containers under the keys on the way, joined by dots.
type flattener struct {
	entries  []Entry
	metadata map[string]string
	seen     map[string]bool
	visited  int
	budget   int64
}

// flatten returns the tensors in a value, and the numbers and texts in its dicts.
func flatten(root any) ([]Entry, map[string]string, error) {
	f := &flattener{metadata: map[string]string{}, seen: map[string]bool{}, budget: maxCopied}
	if err := f.visit("", root, 0, true); err != nil {
		return nil, nil, err
	}
	if len(f.entries) == 0 {
		return nil, nil, errors.New("there is no tensor in it")
	}
	return f.entries, f.metadata, nil
}

// visit takes in a value. Numbers and texts count as metadata where only dicts lead to them.
func (f *flattener) visit(name string, v any, depth int, dicts bool) error {
	if f.visited++; f.visited > maxVisited {
		return fmt.Errorf("more than %d values", maxVisited)
	}
	if depth > maxDepth {
		return fmt.Errorf("containers are nested more than %d deep", maxDepth)
	}
	switch v := v.(type) {
	case *view:
		return f.tensor(name, v)
	case *pairs:
		for i, key := range v.keys {
			if err := f.visit(below(name, key), v.values[i], depth+1, dicts); err != nil {
				return err
			}
		}
	case *list:
		for i, item := range v.items {
			if err := f.visit(below(name, int64(i)), item, depth+1, false); err != nil {
				return err
			}
		}
	case string, int64, float64, bool:
		if text := fmt.Sprint(v); dicts && len(f.metadata) < maxMetadata && len(name)+len(text) <= maxName {
			f.metadata[name] = text
		}
	}
	return nil
}

func (f *flattener) tensor(name string, v *view) error {
	if len(name) > maxName {
		return fmt.Errorf("tensor %q…: the name is longer than %d bytes", name[:40], maxName)
	}
	if f.seen[name] {
		return fmt.Errorf("tensor %q is there twice", name)
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

// below joins a name and a key of a dict or list. What is neither text nor integer is no key of a state dict.
func below(name string, key any) string {
	text := "?"
	switch k := key.(type) {
	case string:
		text = k
	case int64:
		text = strconv.FormatInt(k, 10)
	}
	if name == "" {
		return text
	}
	return name + "." + text
}
