package checkpoint

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// A Slot is a tensor that a model has: its name and its shape in a file.
type Slot struct {
	Name  string
	Shape []int
}

// MatchOptions say how far a file may differ from a model.
type MatchOptions struct {
	// Adapt allows another number of classes and of picture channels. A head of another shape is left out, and the
	// first convolution is changed as segmentation_models_pytorch does: for one channel its weights are summed, for
	// more they are repeated and scaled by old/new.
	Adapt bool
	// Extra allows tensors that the model does not have, as when it is a part of what the file holds.
	Extra bool
	// Prefix is what stands before the names in the file. Nil finds the one under which most of them are.
	Prefix *string
}

// A Match tells how a file's tensors became a model's.
type Match struct {
	Prefix  string   // what stood before the names, as in state_dict.module.
	Others  []string // other prefixes under which as many of the model's tensors are in the file
	Dialect string   // whose names the file has; empty for the model's own
	Adapted []string // tensors that were changed, and how
	Fresh   []string // tensors of the model that the file does not give, and why
	Unused  []string // tensors of the file that the model does not have, those beside the prefix last
}

// heads are the names of parts that depend on the number of classes, and of classifiers, which models for segmentation
// lack.
var heads = []string{"segmentation_head.", "classification_head.", "_fc.", "fc.", "classifier.", "head.", "last_linear."}

func isHead(name string) bool {
	return slices.ContainsFunc(heads, func(h string) bool { return strings.HasPrefix(name, h) })
}

// FindMatch finds a model's tensors among those of a file and returns them under the model's names, in its order. It
// knows them by their own names and by those of other libraries (see dialects), below any prefix: module. of
// DataParallel, model. of Lightning, state_dict of a training checkpoint. Where a file has several, such as
// weights and their moving average, it takes the average ("ema" in the prefix). What does not fit is a MismatchError.
func FindMatch(model []Slot, entries []Entry, o MatchOptions) ([]Entry, *Match, error) {
	f := find(model, entries, o.Prefix)
	if f == nil {
		return nil, nil, strangers(model, entries)
	}
	m := &Match{Prefix: f.prefix, Others: f.others, Dialect: f.dialect}
	byName := map[string]Entry{}
	for _, e := range entries {
		if name, ok := strings.CutPrefix(e.Name, f.prefix); ok {
			byName[name] = e
		}
	}
	var wrong MismatchError
	var list []Entry
	used, first := map[string]bool{}, firstConv(model)
	for _, slot := range model {
		alias := f.aliases[slot.Name]
		e, ok := byName[alias]
		used[alias] = ok
		e.Name = slot.Name
		switch {
		case !ok && strings.HasSuffix(slot.Name, ".num_batches_tracked"): // PyTorch before 0.4.1 had none
		case !ok && o.Adapt && isHead(slot.Name):
			m.Fresh = append(m.Fresh, slot.Name+" (not in the file)")
		case !ok:
			wrong.Missing = append(wrong.Missing, slot.Name)
		case slices.Equal(e.Shape, slot.Shape):
			list = append(list, e)
		case o.Adapt && isHead(slot.Name):
			m.Fresh = append(m.Fresh, fmt.Sprintf("%s (%v in the file, %v in the model)", slot.Name, e.Shape, slot.Shape))
		case o.Adapt && slot.Name == first && sameBut(e.Shape, slot.Shape, 1):
			adapted, err := adaptChannels(e, slot.Shape[1])
			if err != nil {
				return nil, nil, err
			}
			list = append(list, adapted)
			m.Adapted = append(m.Adapted, fmt.Sprintf("%s (from %d channels to %d)", slot.Name, e.Shape[1], slot.Shape[1]))
		default:
			wrong.Misshapen = append(wrong.Misshapen,
				fmt.Sprintf("%s (%v in the checkpoint, %v in the model)", slot.Name, e.Shape, slot.Shape))
		}
	}
	wrong.Unexpected = m.leftOver(f, entries, used, o)
	if len(wrong.Missing)+len(wrong.Unexpected)+len(wrong.Misshapen) > 0 {
		return nil, nil, &wrong
	}
	return list, m, nil
}

// leftOver notes what the model does not use, and returns the names that it should.
func (m *Match) leftOver(f *finding, entries []Entry, used map[string]bool, o MatchOptions) (unexpected []string) {
	var beside []string
	for _, e := range entries {
		name, below := strings.CutPrefix(e.Name, f.prefix)
		switch {
		case below && used[name]:
		case below:
			m.Unused = append(m.Unused, name)
			if !o.Extra && !(o.Adapt && isHead(name)) {
				unexpected = append(unexpected, name)
			}
		case !slices.ContainsFunc(f.others, func(p string) bool { return strings.HasPrefix(e.Name, p) }):
			beside = append(beside, e.Name)
		}
	}
	m.Unused = append(m.Unused, beside...)
	return unexpected
}

// A finding is a way to read a file: the names below a prefix are those that a dialect gives the model's tensors.
type finding struct {
	prefix, dialect string
	aliases         map[string]string // model's name: name in the dialect
	others          []string
}

// find returns the prefix and dialect under which most of the model's tensors are in the file; nil if none are.
func find(model []Slot, entries []Entry, prefix *string) *finding {
	type way struct{ prefix, dialect string }
	tables, votes := aliases(model), map[way]int{}
	known := map[string][]string{} // name: the dialects that have it
	for _, dialect := range slices.Sorted(maps.Keys(tables)) {
		for _, alias := range tables[dialect] {
			known[alias] = append(known[alias], dialect)
		}
	}
	for _, e := range entries {
		for at := range ends(e.Name) {
			if prefix != nil && e.Name[:at] != *prefix {
				continue
			}
			for _, dialect := range known[e.Name[at:]] {
				votes[way{e.Name[:at], dialect}]++
			}
		}
	}
	if len(votes) == 0 {
		return nil
	}
	ways := slices.SortedFunc(maps.Keys(votes), func(a, b way) int {
		return cmp.Or(-cmp.Compare(votes[a], votes[b]), cmp.Compare(average(b.prefix), average(a.prefix)),
			cmp.Compare(len(a.dialect), len(b.dialect)), cmp.Compare(len(a.prefix), len(b.prefix)),
			cmp.Compare(a.prefix, b.prefix), cmp.Compare(a.dialect, b.dialect))
	})
	f := &finding{prefix: ways[0].prefix, dialect: ways[0].dialect, aliases: tables[ways[0].dialect]}
	for _, w := range ways[1:] {
		if votes[w] == votes[ways[0]] && w.prefix != f.prefix {
			f.others = append(f.others, w.prefix)
		}
	}
	return f
}

// ends calls yield with the places where a prefix of a name may end: its start, and after each dot.
func ends(name string) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		at := 0
		for range maxDepth {
			if !yield(at) {
				return
			}
			dot := strings.IndexByte(name[at:], '.')
			if dot < 0 {
				return
			}
			at += dot + 1
		}
	}
}

// average is 1 for the prefix of a moving average.
func average(prefix string) int {
	for word := range strings.FieldsFuncSeq(strings.ToLower(prefix), func(r rune) bool { return r == '.' || r == '_' }) {
		if word == "ema" {
			return 1
		}
	}
	return 0
}

// strangers is the error for a file and a model that have no name in common.
func strangers(model []Slot, entries []Entry) error {
	return fmt.Errorf("the checkpoint is of another model: none of its %d tensors (%s, …) is one of the model's %d (%s, …)",
		len(entries), some(entries, func(e Entry) string { return e.Name }),
		len(model), some(model, func(s Slot) string { return s.Name }))
}

// plain returns a text from a file without what a terminal would take for a command.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// some names the first of a list.
func some[T any](list []T, name func(T) string) string {
	var names []string
	for _, v := range list[:min(4, len(list))] {
		names = append(names, fmt.Sprintf("%.80s", plain(name(v))))
	}
	return strings.Join(names, ", ")
}
