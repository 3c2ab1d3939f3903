package config

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Set changes one value, given as key=value: "optim.lr=3e-4", "data.size=[96, 128]", "data.size.0=128",
// "loss.dice.weight=0.5". The value is YAML, except that a text needs no quotes; relative paths are relative
// to the working folder. A wrong setting changes nothing and returns a Mistakes. What concerns several keys
// is for Check.
func (c *Config) Set(setting string) error {
	next := c.clone()
	d := next.apply(setting)
	if key, _, _ := strings.Cut(setting, "="); c.Light() && within(strings.TrimSpace(key), "scale") {
		d.say(place{file: "--set " + setting}, strings.TrimSpace(key), "the scale has taken the place of its keys already; set those")
	}
	if len(d.mistakes) == 0 {
		key, _, _ := strings.Cut(setting, "=")
		k := checker{config: &next}
		k.values(strings.TrimSpace(key))
		d.mistakes = k.mistakes
	}
	if len(d.mistakes) == 0 {
		*c = next
	}
	return d.mistakes.sorted()
}

// clone returns a copy that shares no map with c. Decoding replaces slices, except by index, which copies
// them first.
func (c *Config) clone() Config {
	next := *c
	next.places = maps.Clone(c.places)
	if next.places == nil {
		next.places = map[string]place{}
	}
	next.Data.Mask.Map = maps.Clone(c.Data.Mask.Map)
	return next
}

// apply decodes one setting into c and returns the decoder with what was wrong.
func (c *Config) apply(setting string) decoder {
	d := decoder{places: c.places, manySeeds: &c.Train.Seeds}
	key, text, ok := strings.Cut(setting, "=")
	s := setter{decoder: &d, at: place{file: "--set " + setting}, text: strings.TrimSpace(text)}
	if !ok {
		d.say(s.at, "", "wants key=value")
		return d
	}
	s.assign(reflect.ValueOf(c).Elem(), "", strings.Split(strings.TrimSpace(key), "."))
	return d
}

// A setter walks down a dotted key and decodes its text there.
type setter struct {
	*decoder
	at   place
	text string
}

func (s setter) assign(v reflect.Value, key string, rest []string) {
	if len(rest) == 0 {
		s.leaf(v, key)
		return
	}
	next, under := rest[0], below(key, rest[0])
	switch into := v.Addr().Interface().(type) {
	case *[]Part:
		s.part(into, key, rest)
		return
	case *Part:
		s.onePart(into, key, rest)
		return
	case *Val:
		defer into.keep(next)
	}
	switch v.Kind() {
	case reflect.Struct:
		field := fieldOf(v, next)
		if !field.IsValid() {
			s.unknown(s.at, key, next, fieldNames(v.Type()))
			return
		}
		s.assign(field, under, rest[1:])
	case reflect.Slice, reflect.Array:
		i, err := strconv.Atoi(next)
		if err != nil || i < 0 || i >= v.Len() {
			s.say(s.at, under, "no such index; allowed: 0 to %d", v.Len()-1)
			return
		}
		if v.Kind() == reflect.Slice {
			fresh := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(fresh, v)
			v.Set(fresh)
		}
		s.assign(v.Index(i), under, rest[1:])
	case reflect.Pointer:
		if v.IsNil() {
			s.say(s.at, under, "%s is null; set its whole value", key)
			return
		}
		fresh := reflect.New(v.Type().Elem())
		fresh.Elem().Set(v.Elem())
		v.Set(fresh)
		s.assign(fresh.Elem(), key, rest)
	case reflect.Map:
		s.entry(v.Addr().Interface().(*map[int]int), under, rest)
	default:
		s.say(s.at, under, "%s has no keys below it", key)
	}
}

// leaf decodes the text as the whole value of key.
func (s setter) leaf(v reflect.Value, key string) {
	if v.Kind() == reflect.String && !strings.HasPrefix(s.text, `"`) && !strings.HasPrefix(s.text, "'") {
		s.value(&node{at: s.at, scalar: s.text}, v, key)
		return
	}
	if n := s.node(key); n != nil {
		s.value(n, v, key)
	}
}

// node parses the text; nil after a mistake.
func (s setter) node(key string) *node {
	n, mistakes := parseYAML("", key, []byte(s.text))
	for _, m := range mistakes {
		s.say(s.at, key, "%s", m.What)
	}
	if len(mistakes) > 0 {
		return nil
	}
	if n == nil {
		n = &node{}
	}
	n.locate(s.at)
	return n
}

// locate puts a node and all below it at one place.
func (n *node) locate(at place) {
	n.at = at
	for _, item := range n.items {
		item.locate(at)
	}
	for i := range n.pairs {
		n.pairs[i].at = at
		n.pairs[i].value.locate(at)
	}
}

func (s setter) entry(into *map[int]int, key string, rest []string) {
	k, err := strconv.Atoi(rest[0])
	if err != nil || len(rest) > 1 {
		s.say(s.at, key, "%q is no whole number", strings.Join(rest, "."))
		return
	}
	var x int
	before := len(s.mistakes)
	s.leaf(reflect.ValueOf(&x).Elem(), key)
	if len(s.mistakes) > before {
		return
	}
	if *into == nil {
		*into = map[int]int{}
	}
	(*into)[k] = x
}

// part sets a whole part (loss.0) or one setting of it (loss.dice.weight).
func (s setter) part(into *[]Part, key string, rest []string) {
	i := find(*into, rest[0])
	if i < 0 {
		s.say(s.at, below(key, rest[0]), "is not in the list; there are: %s", partNames(*into))
		return
	}
	n := s.node(below(key, strings.Join(rest, ".")))
	if n == nil {
		return
	}
	parts := slices.Clone(*into)
	p := &parts[i]
	switch len(rest) {
	case 1:
		fresh, ok := s.decoder.part(n, key)
		if !ok {
			s.say(s.at, below(key, rest[0]), "wants a name or {name: settings}, not %s", n.describePart())
			return
		}
		*p = fresh
	case 2:
		p.places = maps.Clone(p.places)
		p.Settings = maps.Clone(p.Settings)
		if p.places == nil {
			p.places, p.key = map[string]place{}, below(key, p.Name)
		}
		if p.Settings == nil {
			p.Settings = map[string]any{}
		}
		p.Settings[rest[1]] = p.settings(n, rest[1])
	default:
		s.say(s.at, below(key, strings.Join(rest, ".")), "goes too deep; set the whole value of %s", rest[1])
		return
	}
	*into = parts
}

// onePart sets one setting of a part: model.arch.fpn.decoder_dropout, or whatever the part's name is.
func (s setter) onePart(into *Part, key string, rest []string) {
	if rest[0] != into.Name {
		s.say(s.at, below(key, rest[0]), "%s is %s; set %s={%s: …}", key, into.Name, key, rest[0])
		return
	}
	if len(rest) == 1 {
		s.say(s.at, below(key, rest[0]), "wants the name of a setting; or set %s={%s: …}", key, rest[0])
		return
	}
	list := []Part{*into}
	s.part(&list, key, rest)
	*into = list[0]
}

// keep clears what the key that was just set excludes.
func (v *Val) keep(name string) {
	switch name {
	case "images", "masks":
		v.Fraction, v.Fold = 0, nil
	case "fraction":
		*v = Val{Fraction: v.Fraction}
	case "fold":
		*v = Val{Fold: v.Fold}
	}
}
