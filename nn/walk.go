package nn

import (
	"fmt"
	"reflect"
	"strconv"

	"tessera/autograd"
	"tessera/tensor"
)

// An Entry is one named part of a model's state. Exactly one of its fields is set.
type Entry struct {
	Param   *autograd.Param // learns
	Buffer  *tensor.Tensor  // statistics that are saved but do not learn
	Counter *int64          // a scalar count
}

// Walk calls visit for every parameter, buffer and counter of a model, in the order of its fields, with the names that
// PyTorch gives them: the name tags on the way, joined by dots, with the index of an element of a slice. Fields without
// a tag are not visited, nil pointers neither. It panics on a tagged field of another kind.
func Walk(model any, visit func(name string, e Entry)) {
	walk("", reflect.ValueOf(model), visit)
}

func walk(name string, v reflect.Value, visit func(string, Entry)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		switch leaf := v.Interface().(type) {
		case *autograd.Param:
			visit(name, Entry{Param: leaf})
		case *tensor.Tensor:
			visit(name, Entry{Buffer: leaf})
		case *int64:
			visit(name, Entry{Counter: leaf})
		default:
			walk(name, v.Elem(), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if tag, ok := v.Type().Field(i).Tag.Lookup("name"); ok {
				walk(join(name, tag), v.Field(i), visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(join(name, strconv.Itoa(i)), v.Index(i), visit)
		}
	default:
		panic(fmt.Sprintf("nn.Walk: %s is a %s, not a part of a model", name, v.Type()))
	}
}

// join appends a name; an empty tag adds no level.
func join(prefix, name string) string {
	if prefix == "" || name == "" {
		return prefix + name
	}
	return prefix + "." + name
}

// Params returns the parameters of a model in the order of Walk, and gives each its name.
func Params(model any) []*autograd.Param {
	var list []*autograd.Param
	Walk(model, func(name string, e Entry) {
		if e.Param != nil {
			e.Param.Name = name
			list = append(list, e.Param)
		}
	})
	return list
}
