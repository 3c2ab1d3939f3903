package post

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Text returns a step as it is written in a configuration, on one line: {name: {settings}}. What is empty is left out.
func Text(s Step) string {
	var list []string
	settingsOf(reflect.ValueOf(s).Elem(), &list)
	return fmt.Sprintf("{%s: {%s}}", NameOf(s), strings.Join(list, ", "))
}

func settingsOf(v reflect.Value, list *[]string) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous {
			settingsOf(v.Field(i), list)
			continue
		}
		if text := valueOf(v.Field(i)); text != "" {
			*list = append(*list, field.Tag.Get("yaml")+": "+text)
		}
	}
}

func valueOf(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return quoted(v.String())
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.Int:
		return strconv.FormatInt(v.Int(), 10)
	}
	var items []string
	for i := range v.Len() {
		items = append(items, valueOf(v.Index(i)))
	}
	if len(items) == 0 {
		return ""
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// quoted returns a text as YAML and JSON have it, plain where it is a word.
func quoted(s string) string {
	plain := s != ""
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		plain = plain && (letter || i > 0 && r >= '0' && r <= '9')
	}
	switch strings.ToLower(s) {
	case "":
		return ""
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		plain = false
	}
	if plain {
		return s
	}
	return strconv.Quote(s)
}
