package config

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Marshal returns the whole configuration, defaults included, as YAML with a comment on each key. Left out are settings
// that the chosen optimizer and schedule have not. Parse
// gives the same Config back, whatever the name.
func (c *Config) Marshal() []byte {
	var b strings.Builder
	b.WriteString("# Configuration of segtrain, complete.\n")
	for _, k := range keys {
		if c.unused(k.name) {
			continue
		}
		if standing := c.standing(k.name); standing != "" {
			k.doc += "; null: " + standing
		}
		depth := strings.Count(k.name, ".")
		if depth == 0 {
			b.WriteByte('\n')
		}
		if k.name == seedKey && len(c.Train.Seeds) > 0 {
			writeKey(&b, k, depth, reflect.ValueOf(c.Train.Seeds))
			continue
		}
		writeKey(&b, k, depth, c.at(k.name))
	}
	return []byte(b.String())
}

const (
	docColumn = 44  // where comments beside values start
	maxWidth  = 110 // of a line
)

// writeKey writes one key: a section's doc stands above it, a value's beside it where there is room.
func writeKey(b *strings.Builder, k key, depth int, v reflect.Value) {
	indent := strings.Repeat("  ", depth)
	name := k.name[strings.LastIndexByte(k.name, '.')+1:]
	if k.section() {
		fmt.Fprintf(b, "%s# %s\n%s%s:\n", indent, k.doc, indent, name)
		return
	}
	line := indent + name + ": " + flow(v)
	switch {
	case len(line) < docColumn && docColumn+len(k.doc)+2 <= maxWidth:
		fmt.Fprintf(b, "%-*s# %s\n", docColumn, line, k.doc)
	case len(line) <= maxWidth || v.Kind() != reflect.Slice || v.Len() == 0:
		fmt.Fprintf(b, "%s# %s\n%s\n", indent, k.doc, line)
	default:
		fmt.Fprintf(b, "%s# %s\n%s%s:\n", indent, k.doc, indent, name)
		for i := range v.Len() {
			fmt.Fprintf(b, "%s  - %s\n", indent, flow(v.Index(i)))
		}
	}
}

// flow writes a value on one line.
func flow(v reflect.Value) string {
	if p, ok := v.Interface().(Part); ok {
		if len(p.Settings) == 0 {
			return quote(p.Name)
		}
		return fmt.Sprintf("{%s: %s}", quote(p.Name), flowAny(p.Settings))
	}
	if text, ok := v.Interface().(fmt.Stringer); ok { // a setting of several forms
		return text.String()
	}
	switch v.Kind() {
	case reflect.String:
		return quote(v.String())
	case reflect.Float64:
		return number(v.Float())
	case reflect.Pointer:
		if v.IsNil() {
			return "null"
		}
		return flow(v.Elem())
	case reflect.Slice, reflect.Array:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = flow(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case reflect.Map:
		var items []string
		for _, k := range sortedKeys(v) {
			items = append(items, fmt.Sprintf("%v: %v", k, v.MapIndex(k)))
		}
		return "{" + strings.Join(items, ", ") + "}"
	case reflect.Struct:
		var items []string
		for _, name := range fieldNames(v.Type()) {
			items = append(items, name+": "+flow(fieldOf(v, name)))
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return fmt.Sprint(v)
}

// flowAny writes a part's setting on one line, its keys in order.
func flowAny(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case string:
		return quote(value)
	case float64:
		if s := number(value); strings.Trim(s, "-0123456789") != "" {
			return s
		}
		return number(value) + ".0" // nothing else tells it from an int
	case []any:
		items := make([]string, len(value))
		for i, x := range value {
			items[i] = flowAny(x)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		var items []string
		for _, k := range slices.Sorted(maps.Keys(value)) {
			items = append(items, quote(k)+": "+flowAny(value[k]))
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return fmt.Sprint(value)
}

// number writes a float as the shortest text that reads back as the same one, and as a float.
func number(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	switch s {
	case "NaN":
		return ".nan"
	case "+Inf", "-Inf":
		return strings.ToLower(strings.Replace(s, "Inf", ".inf", 1))
	}
	return s
}

// sortedKeys returns the keys of a map[int]int in order.
func sortedKeys(v reflect.Value) []reflect.Value {
	return slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int {
		return cmp.Compare(a.Int(), b.Int())
	})
}
