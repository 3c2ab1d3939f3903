package config

import (
	"reflect"
	"slices"
	"strings"
)

// variants are the keys that name an algorithm whose settings are the keys beside it. Those that it has not must not be
// set, and those that are not set are left at its own defaults.
var variants = []string{"optim.name", "schedule.name", "data.rle.dialect", "submit.rle.dialect"}

// Settings returns the settings of the choice that a key such as "optim.name" names: a pointer to what Choice.Settings
// returns, with the keys beside it that are set over its defaults; nil if the choice has none.
func (c *Config) Settings(key string) any {
	choice := c.choice(key)
	if choice == nil || choice.Settings == nil {
		return nil
	}
	section, _ := cutLast(key)
	into := choice.Settings()
	for _, name := range fieldNames(reflect.TypeOf(into).Elem()) {
		if v := c.at(below(section, name)); isSet(v) {
			if v.Kind() == reflect.Pointer {
				v = v.Elem()
			}
			fieldOf(reflect.ValueOf(into).Elem(), name).Set(v)
		}
	}
	return into
}

// choice returns the choice that a key names; nil if there is no such name.
func (c *Config) choice(key string) *Choice {
	list := choices[key]
	i := slices.IndexFunc(list, func(x Choice) bool { return x.Name == c.at(key).String() })
	if i < 0 {
		return nil
	}
	return &list[i]
}

// isSet tells whether a setting is not left at its default.
func isSet(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil()
	case reflect.Slice:
		return v.Len() > 0
	}
	return true
}

// names returns those of the choice's settings.
func (c *Choice) names() []string {
	if c == nil || c.Settings == nil {
		return nil
	}
	return fieldNames(reflect.TypeOf(c.Settings()).Elem())
}

// has tells whether any choice of a key has a setting of this name.
func has(key, name string) bool {
	return slices.ContainsFunc(choices[key], func(c Choice) bool { return slices.Contains(c.names(), name) })
}

// variants reports settings that the chosen algorithm has not, and what the algorithm refuses.
func (k *checker) variants() {
	for _, key := range variants {
		choice := k.config.choice(key)
		if choice == nil || choice.Settings == nil {
			continue
		}
		section, _ := cutLast(key)
		wrong := false
		for _, name := range fieldNames(k.config.at(section).Type()) {
			setting := below(section, name)
			if v := k.config.at(setting); has(key, name) && isSet(v) && !slices.Contains(choice.names(), name) {
				k.say([]string{setting, key}, "is no setting of %s; it has %s", choice.Name, listOf(choice.names()))
				wrong = true
			}
		}
		if checked, ok := k.config.Settings(key).(interface{ Check() error }); ok && !wrong {
			if err := checked.Check(); err != nil {
				k.say(append([]string{key}, belowEach(section, choice.names())...), "%v", err)
			}
		}
	}
}

// unused tells whether a key is a setting that is not set and that the chosen algorithm has not.
func (c *Config) unused(name string) bool {
	section, last := cutLast(name)
	key := below(section, "name")
	return slices.Contains(variants, key) && has(key, last) && !isSet(c.at(name)) &&
		!slices.Contains(c.choice(key).names(), last)
}

// standing returns the default that an unset setting is left at, as it would be written; "" if it is none.
func (c *Config) standing(name string) string {
	section, last := cutLast(name)
	key := below(section, "name")
	if !slices.Contains(variants, key) || isSet(c.at(name)) || !slices.Contains(c.choice(key).names(), last) {
		return ""
	}
	return flow(fieldOf(reflect.ValueOf(c.choice(key).Settings()).Elem(), last))
}

func cutLast(key string) (section, name string) {
	i := strings.LastIndexByte(key, '.')
	return key[:max(i, 0)], key[i+1:]
}

func belowEach(section string, names []string) []string {
	var keys []string
	for _, name := range names {
		keys = append(keys, below(section, name))
	}
	return keys
}

func listOf(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
