package checkpoint

import (
	"fmt"
	"strings"

	"tessera/nn"
)

// Slots returns the tensors of a model, or of the part of it whose names begin with part and a dot, without these.
// An empty part is the whole model.
func Slots(model any, part string) []Slot {
	var slots []Slot
	walkPart(model, part, func(name string, e nn.Entry) {
		slots = append(slots, Slot{name, fileShapeOf(e)})
	})
	return slots
}

// Fit copies weights from elsewhere into a model, or a part of it, as FindMatch finds them. Unless they fit it changes
// nothing.
func Fit(model any, part string, entries []Entry, o MatchOptions) (*Match, error) {
	list, m, err := FindMatch(Slots(model, part), entries, o)
	if err != nil {
		return nil, err
	}
	byName := map[string]Entry{}
	for _, e := range list {
		byName[e.Name] = e
	}
	var wrong MismatchError
	var assign []func()
	walkPart(model, part, func(name string, e nn.Entry) {
		from, ok := byName[name]
		if !ok {
			return
		}
		do, err := assignment(e, from)
		if err != nil {
			wrong.Misshapen = append(wrong.Misshapen, fmt.Sprintf("%s (%v)", name, err))
			return
		}
		assign = append(assign, do)
	})
	if len(wrong.Misshapen) > 0 {
		return nil, &wrong
	}
	for _, do := range assign {
		do()
	}
	return m, nil
}

// walkPart is nn.Walk for a part of a model.
func walkPart(model any, part string, visit func(string, nn.Entry)) {
	nn.Walk(model, func(name string, e nn.Entry) {
		if part != "" {
			var ok bool
			if name, ok = strings.CutPrefix(name, part+"."); !ok {
				return
			}
		}
		visit(name, e)
	})
}
