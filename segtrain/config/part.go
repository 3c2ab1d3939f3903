package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A Part is a thing with variants: a name and its settings. In a file it is the name alone or {name:
// settings}.
type Part struct {
	Name     string
	Settings map[string]any // nil, bool, int, uint64, float64, string, []any or map[string]any

	key    string           // the part's key in messages, such as loss.dice
	places map[string]place // where the part ("") and its settings were written
}

// Numbers are a setting that takes one number or a list of them.
type Numbers []float64

// Decode writes the settings over into, a pointer to a struct of defaults whose fields carry yaml tags. A
// setting that the struct does not have or that is of the wrong type is a mistake; if into has a method
// Check() error, what it returns is one too. The error is a Mistakes with all of them.
func (p Part) Decode(into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("config: settings of %s decode into a pointer to a struct, not %T", p.Name, into))
	}
	key := p.key
	if key == "" {
		key = p.Name
	}
	d := decoder{places: map[string]place{}}
	d.section(p.node(p.Settings, ""), v.Elem(), key)
	if c, ok := into.(interface{ Check() error }); ok && len(d.mistakes) == 0 {
		if err := c.Check(); err != nil {
			d.say(p.places[""], key, "%v", err)
		}
	}
	return d.mistakes.sorted()
}

// node returns a setting as a node, so that one decoder serves files and settings made in code.
func (p Part) node(value any, key string) *node {
	n := &node{at: placeOf(p.places, key)}
	switch value := value.(type) {
	case map[string]any:
		n.kind = mappingNode
		for _, k := range slices.Sorted(maps.Keys(value)) {
			at := below(key, k)
			n.pairs = append(n.pairs, pair{k, placeOf(p.places, at), p.node(value[k], at)})
		}
	case []any:
		n.kind = listNode
		for i, x := range value {
			n.items = append(n.items, p.node(x, below(key, strconv.Itoa(i))))
		}
	default:
		n.scalar = value
	}
	return n
}

// parts replaces a list of parts. One part needs no list.
func (d *decoder) parts(n *node, into *[]Part, key string) {
	items := n.items
	if n.kind != listNode && !n.isNull() {
		items = []*node{n}
	}
	var parts []Part
	for i, item := range items {
		if item.kind == refusedNode {
			continue
		}
		place := below(key, strconv.Itoa(i))
		if p, ok := d.part(item, key); ok {
			parts = append(parts, p)
			d.places[place] = p.places[""]
			continue
		}
		d.say(item.at, place, "wants a name or {name: settings}, not %s", item.describePart())
	}
	*into = parts
}

// onePart replaces a part.
func (d *decoder) onePart(n *node, into *Part, key string) {
	p, ok := d.part(n, key)
	if !ok {
		d.say(n.at, key, "wants a name or {name: settings}, not %s", n.describePart())
		return
	}
	*into = p
	d.places[key] = p.places[""]
}

func (n *node) describePart() string {
	if n.kind != mappingNode || len(n.pairs) < 2 {
		return n.String()
	}
	return fmt.Sprintf("%d keys; settings of %s go one level deeper", len(n.pairs), n.pairs[0].key)
}

func (d *decoder) part(n *node, section string) (Part, bool) {
	if name, ok := n.scalar.(string); ok && n.kind == scalarNode {
		return Part{Name: name, key: below(section, name), places: map[string]place{"": n.at}}, true
	}
	if n.kind != mappingNode || len(n.pairs) != 1 {
		return Part{}, false
	}
	name, at, settings := n.pairs[0].key, n.pairs[0].at, n.pairs[0].value
	p := Part{Name: name, key: below(section, name), places: map[string]place{"": at}}
	switch {
	case settings.kind == mappingNode:
		p.Settings, _ = p.settings(settings, "").(map[string]any)
		p.places[""] = at // not that of the settings
	case settings.kind != refusedNode && !settings.isNull():
		d.say(settings.at, p.key, "wants settings as {key: value}, not %s", settings)
	}
	return p, true
}

// settings returns a node as a plain value and notes the places of everything in it. An empty mapping is
// nil.
func (p *Part) settings(n *node, key string) any {
	p.places[key] = n.at
	switch n.kind {
	case mappingNode:
		if len(n.pairs) == 0 {
			return map[string]any(nil)
		}
		m := make(map[string]any, len(n.pairs))
		for _, x := range n.pairs {
			m[x.key] = p.settings(x.value, below(key, x.key))
			p.places[below(key, x.key)] = x.at
		}
		return m
	case listNode:
		list := make([]any, len(n.items))
		for i, x := range n.items {
			list[i] = p.settings(x, below(key, strconv.Itoa(i)))
		}
		return list
	}
	return n.scalar
}

// find returns the index of the part that seg names, by position or by name; -1 if there is none.
func find(parts []Part, seg string) int {
	if i, err := strconv.Atoi(seg); err == nil && i >= 0 && i < len(parts) {
		return i
	}
	return slices.IndexFunc(parts, func(p Part) bool { return p.Name == seg })
}

func partNames(parts []Part) string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}
