package config

import (
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tessera/internal/near"
)

// A decoder writes nodes into structs, slices, maps and scalars over what is there, and goes on after a
// mistake.
type decoder struct {
	dir      string           // what paths are relative to
	places   map[string]place // filled with where each key is
	broken   []string         // keys whose value is not to be judged further
	mistakes Mistakes

	manySeeds *[]uint64 // where a list of seeds goes
}

// document decodes a whole file.
func (d *decoder) document(name string, b []byte, c *Config) {
	root, mistakes := parseYAML(name, "", b)
	for _, m := range mistakes {
		d.broken = append(d.broken, m.Key)
	}
	d.mistakes = append(d.mistakes, mistakes...)
	if root != nil {
		d.value(root, reflect.ValueOf(c).Elem(), "")
	}
	d.places[""] = place{file: name} // what concerns the file as a whole has no line
}

func (d *decoder) merge(other decoder) {
	d.broken = append(d.broken, other.broken...)
	d.mistakes = append(d.mistakes, other.mistakes...)
}

func (d *decoder) say(at place, key, format string, args ...any) {
	d.broken = append(d.broken, key)
	d.mistakes = append(d.mistakes, at.mistake(key, format, args...))
}

// value decodes n into v, the value of key.
func (d *decoder) value(n *node, v reflect.Value, key string) {
	if n.kind == refusedNode {
		return
	}
	d.places[key] = n.at
	switch into := v.Addr().Interface().(type) {
	case unmarshaler:
		d.custom(n, into, key)
		return
	case *[]Part:
		d.parts(n, into, key)
		return
	case *Part:
		d.onePart(n, into, key)
		return
	case *Classes:
		if d.classCount(n, into, key) {
			return
		}
	case *Numbers:
		if n.kind == scalarNode && !n.isNull() {
			*into = make(Numbers, 1)
			d.scalar(n, v.Index(0), key)
			return
		}
	case *uint64:
		if key == seedKey && n.kind == listNode {
			d.seeds(n, v)
			return
		}
	case *Val:
		if n.kind == mappingNode {
			*into = Val{} // its keys exclude each other, so those of the default go
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		d.section(n, v, key)
	case reflect.Pointer:
		d.pointer(n, v, key)
	case reflect.Slice, reflect.Array:
		d.list(n, v, key)
	case reflect.Map:
		d.mapping(n, v, key)
	default:
		d.scalar(n, v, key)
	}
}

// section decodes a mapping into a struct whose fields carry yaml tags. Nothing below the key means no
// change.
func (d *decoder) section(n *node, v reflect.Value, key string) {
	if n.isNull() {
		return
	}
	if n.kind != mappingNode {
		names := strings.Join(fieldNames(v.Type()), ", ")
		d.say(n.at, key, "wants keys below it, not %s; allowed: %s", n, names)
		return
	}
	for _, p := range n.pairs {
		field := fieldOf(v, p.key)
		if !field.IsValid() {
			d.unknown(p.at, key, p.key, fieldNames(v.Type()))
			continue
		}
		d.value(p.value, field, below(key, p.key))
	}
}

// unknown reports a key that is not there, with the one that was probably meant.
func (d *decoder) unknown(at place, section, name string, names []string) {
	guess := near.Name(name, names)
	if guess != "" {
		d.broken = append(d.broken, below(section, guess)) // so that it is not called missing
	} else {
		guess = elsewhere(name)
	}
	if guess != "" {
		guess = fmt.Sprintf("did you mean %q? ", guess)
	}
	allowed := "none"
	if len(names) > 0 {
		allowed = strings.Join(names, ", ")
	}
	d.say(at, below(section, name), "unknown key; %sallowed: %s", guess, allowed)
}

// elsewhere returns the only dotted key that ends in name, if it is the only one.
func elsewhere(name string) string {
	found := ""
	for _, k := range Keys() {
		if strings.HasSuffix(k, "."+name) && !within(k, "scale") {
			if found != "" {
				return ""
			}
			found = k
		}
	}
	return found
}

func (d *decoder) pointer(n *node, v reflect.Value, key string) {
	if n.isNull() {
		v.SetZero()
		return
	}
	fresh := reflect.New(v.Type().Elem())
	before := len(d.mistakes)
	d.value(n, fresh.Elem(), key)
	if len(d.mistakes) == before {
		v.Set(fresh)
	}
}

// list replaces a slice, or an array, which wants its number of values.
func (d *decoder) list(n *node, v reflect.Value, key string) {
	isArray := v.Kind() == reflect.Array
	if n.isNull() && !isArray {
		v.SetZero()
		return
	}
	if n.kind != listNode {
		d.say(n.at, key, "wants %s, not %s", typeName(v.Type()), n)
		return
	}
	if isArray && len(n.items) != v.Len() {
		d.say(n.at, key, "wants %s, not %d", typeName(v.Type()), len(n.items))
		return
	}
	fresh := reflect.New(v.Type()).Elem()
	if !isArray && len(n.items) > 0 {
		fresh.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	}
	for i, item := range n.items {
		d.value(item, fresh.Index(i), below(key, strconv.Itoa(i)))
	}
	v.Set(fresh)
}

// mapping replaces a map from whole numbers to whole numbers.
func (d *decoder) mapping(n *node, v reflect.Value, key string) {
	if !n.isNull() && n.kind != mappingNode {
		d.say(n.at, key, "wants %s, not %s", typeName(v.Type()), n)
		return
	}
	var fresh map[int]int
	for _, p := range n.pairs {
		k, ok := resolve(p.key).(int)
		if !ok {
			d.say(p.at, below(key, p.key), "%q is no whole number", p.key)
			continue
		}
		if fresh == nil {
			fresh = make(map[int]int, len(n.pairs))
		}
		var x int
		d.value(p.value, reflect.ValueOf(&x).Elem(), below(key, p.key))
		fresh[k] = x
	}
	v.Set(reflect.ValueOf(fresh))
}

// scalar decodes a string, a number or a boolean. Nothing is the empty string and no number.
func (d *decoder) scalar(n *node, v reflect.Value, key string) {
	ok := n.kind == scalarNode
	if ok {
		switch v.Kind() {
		case reflect.String:
			ok = d.setString(n.scalar, v, key)
		case reflect.Bool:
			b, is := n.scalar.(bool)
			ok = is
			v.SetBool(ok && b)
		case reflect.Int:
			ok = setInt(n.scalar, v)
		case reflect.Uint8, reflect.Uint64:
			ok = setUint(n.scalar, v)
			if key == seedKey {
				*d.manySeeds = nil
			}
		case reflect.Float64, reflect.Float32:
			f := toFloat(n.scalar)
			_, text := n.scalar.(string)
			ok = !text && n.scalar != nil && !math.IsNaN(f) && !math.IsInf(f, 0)
			v.SetFloat(f)
		default:
			panic(fmt.Sprintf("config: %s has a type no file can hold: %s", key, v.Type()))
		}
	}
	if !ok {
		d.say(n.at, key, "wants %s, not %s", typeName(v.Type()), n)
	}
}

func (d *decoder) setString(scalar any, v reflect.Value, key string) bool {
	s, ok := scalar.(string)
	if !ok && scalar != nil {
		return false
	}
	if keyIndex[key].rule.path && s != "" && !slices.Contains(Choices(key), s) && !strings.Contains(s, "://") {
		s = absolute(d.dir, s)
	}
	v.SetString(s)
	return true
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	joined := filepath.Join(dir, path)
	if abs, err := filepath.Abs(joined); err == nil {
		return abs
	}
	return joined // the working folder is gone: whoever opens the path will say so
}

func setInt(scalar any, v reflect.Value) bool {
	switch x := scalar.(type) {
	case int:
		v.SetInt(int64(x))
		return true
	case float64: // 1e3
		if x == math.Trunc(x) && math.Abs(x) <= 1<<53 {
			v.SetInt(int64(x))
			return true
		}
	}
	return false
}

func setUint(scalar any, v reflect.Value) bool {
	switch x := scalar.(type) {
	case int:
		if x < 0 || v.OverflowUint(uint64(x)) {
			return false
		}
		v.SetUint(uint64(x))
		return true
	case uint64:
		if v.OverflowUint(x) {
			return false
		}
		v.SetUint(x)
		return true
	}
	return false
}

// String names the node's value for messages: what was written if it is a scalar.
func (n *node) String() string {
	switch n.kind {
	case listNode:
		return "a list"
	case mappingNode:
		return "a mapping"
	}
	if s, ok := n.scalar.(string); ok {
		return strconv.Quote(s)
	}
	if n.scalar == nil {
		return "nothing"
	}
	return fmt.Sprint(n.scalar)
}

// classCount decodes classes from their number; false if it is none.
func (d *decoder) classCount(n *node, into *Classes, key string) bool {
	count, ok := n.scalar.(int)
	if n.kind != scalarNode || !ok {
		return false
	}
	if count < 1 || count > maxClasses {
		d.say(n.at, key, "%d is out of range; allowed: 1 to %d, or names", count, maxClasses)
		return true
	}
	*into = make(Classes, count)
	for i := range *into {
		(*into)[i] = "class_" + strconv.Itoa(i)
	}
	return true
}
