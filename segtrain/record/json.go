package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
)

// encode is json.Marshal, except that floats without a JSON form are null: the mean over no class is NaN,
// and a loss that has become infinite is what the log is read for.
func encode(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if _, nonFinite := errors.AsType[*json.UnsupportedValueError](err); nonFinite {
		return json.Marshal(plain(reflect.ValueOf(v)))
	}
	return data, err
}

// JSON returns v as indented JSON that ends in a newline. Numbers that JSON lacks (NaN, ±Inf) become null.
func JSON(v any) ([]byte, error) {
	data, err := encode(v)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, data, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// plain returns v as a tree of JSON's own kinds of value, with nil for floats that are not finite.
func plain(v reflect.Value) any {
	if v.IsValid() && v.CanInterface() {
		if m, ok := v.Interface().(json.Marshaler); ok {
			return m
		}
	}
	switch v.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.Pointer, reflect.Interface:
		return plain(v.Elem())
	case reflect.Float32, reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil
		}
	case reflect.Struct:
		return members(nil, v)
	case reflect.Map:
		m := reflect.MakeMap(reflect.MapOf(v.Type().Key(), reflect.TypeFor[any]()))
		for key, value := range v.Seq2() {
			m.SetMapIndex(key, box(plain(value)))
		}
		return m.Interface()
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 || v.Kind() == reflect.Slice && v.IsNil() {
			break
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	}
	return v.Interface()
}

// box returns x as a value of type any, also when it is nil.
func box(x any) reflect.Value { return reflect.ValueOf(&x).Elem() }

// object is a JSON object that keeps its members in order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}

// members appends the fields of the struct v to o under their JSON names, those of embedded structs in place.
func members(o object, v reflect.Value) object {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		embedded := field.Anonymous && name == "" && field.Type.Kind() == reflect.Struct
		omit := strings.HasPrefix(options, "omit") && v.Field(i).IsZero()
		switch {
		case embedded:
			o = members(o, v.Field(i))
			continue
		case !field.IsExported() || field.Tag.Get("json") == "-" || omit:
			continue
		case name == "":
			name = field.Name
		}
		o = append(o, member{name, plain(v.Field(i))})
	}
	return o
}
