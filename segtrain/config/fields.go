package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// fieldOf returns the field of a struct, or of one embedded in it, that a yaml tag calls name; the zero Value if there is
// none.
func fieldOf(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if tag, ok := tagOf(f); ok && tag == name {
			return v.Field(i)
		}
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			if inner := fieldOf(v.Field(i), name); inner.IsValid() {
				return inner
			}
		}
	}
	return reflect.Value{}
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		if tag, ok := tagOf(f); ok {
			names = append(names, tag)
		} else if f.Anonymous && f.Type.Kind() == reflect.Struct {
			names = append(names, fieldNames(f.Type)...)
		}
	}
	return names
}

func tagOf(f reflect.StructField) (string, bool) {
	tag, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return tag, f.IsExported() && tag != "" && tag != "-"
}

// at returns the value of a dotted key of the table.
func (c *Config) at(key string) reflect.Value {
	v := reflect.ValueOf(c).Elem()
	for name := range strings.SplitSeq(key, ".") {
		v = fieldOf(v, name)
	}
	return v
}

// typeName says what a value of type t is written as.
func typeName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[[]Part]():
		return "a list of names or {name: settings}"
	case reflect.TypeFor[Part]():
		return "a name or {name: settings}"
	case reflect.TypeFor[Classes]():
		return "a list of texts or their number"
	case reflect.TypeFor[Views]():
		return "a list of names, name=numbers or {name: numbers}"
	case reflect.TypeFor[Numbers]():
		return "a number or a list of numbers"
	}
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Uint8:
		return "a whole number from 0 to 255"
	case reflect.Uint64:
		return "a whole number from 0"
	case reflect.Float64, reflect.Float32:
		return "a number"
	case reflect.Pointer:
		return typeName(t.Elem()) + " or null"
	case reflect.Array:
		return fmt.Sprintf("%d %s", t.Len(), plural(t.Elem()))
	case reflect.Slice:
		return "a list of " + plural(t.Elem())
	case reflect.Map:
		return "a mapping from whole numbers to whole numbers"
	}
	return "a section"
}

func plural(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Array, reflect.Slice:
		return "lists of " + strings.TrimPrefix(typeName(t), "a list of ")
	}
	_, noun, _ := strings.Cut(typeName(t), " ")
	return noun + "s"
}

// scalars calls visit with every string and number in v and its key; null has none.
func scalars(v reflect.Value, key string, visit func(key string, value any)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			scalars(v.Elem(), key, visit)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			scalars(v.Index(i), below(key, strconv.Itoa(i)), visit)
		}
	case reflect.Map:
		for _, k := range sortedKeys(v) {
			scalars(v.MapIndex(k), below(key, fmt.Sprint(k)), visit)
		}
	case reflect.String:
		visit(key, v.String())
	case reflect.Int:
		visit(key, int(v.Int()))
	case reflect.Uint64:
		visit(key, v.Uint())
	case reflect.Float64:
		visit(key, v.Float())
	}
}
