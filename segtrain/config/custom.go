package config

import (
	"errors"
	"reflect"

	"github.com/goccy/go-yaml"
)

// An unmarshaler is a setting that reads more than one form, as package yaml has it: decode writes what was written
// into what it is given, and may be tried with several types.
type unmarshaler = yaml.InterfaceUnmarshaler

// custom decodes n into a setting that knows how.
func (d *decoder) custom(n *node, into unmarshaler, key string) {
	err := into.UnmarshalYAML(func(target any) error {
		trial := decoder{dir: d.dir, places: map[string]place{}}
		trial.target(n, reflect.ValueOf(target).Elem(), key)
		return trial.mistakes.sorted()
	})
	var mistakes Mistakes
	switch {
	case errors.As(err, &mistakes):
		d.mistakes = append(d.mistakes, mistakes...)
		d.broken = append(d.broken, key)
	case err != nil:
		d.say(n.at, key, "%v", err)
	}
}

// target is value for what a setting asks for: it may be a map from names as well.
func (d *decoder) target(n *node, v reflect.Value, key string) {
	if v.Kind() != reflect.Map || v.Type().Key().Kind() != reflect.String {
		d.value(n, v, key)
		return
	}
	if n.kind != mappingNode {
		d.say(n.at, key, "wants a mapping, not %s", n)
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, p := range n.pairs {
		item := reflect.New(v.Type().Elem())
		if custom, ok := item.Interface().(unmarshaler); ok { // which may keep the way to decode for later
			d.custom(p.value, custom, below(key, p.key))
		} else {
			d.value(p.value, item.Elem(), below(key, p.key))
		}
		v.SetMapIndex(reflect.ValueOf(p.key), item.Elem())
	}
}
