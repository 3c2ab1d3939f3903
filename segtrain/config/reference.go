package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Reference returns the documentation of every key and every name in Markdown.
func Reference() string {
	var b strings.Builder
	b.WriteString("| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n")
	c := Default()
	for _, k := range keys {
		if k.section() {
			fmt.Fprintf(&b, "| **%s** | | | | %s |\n", k.name, k.doc)
			continue
		}
		v := c.at(k.name)
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | %s |\n",
			k.name, typeName(v.Type()), flow(v), k.allowed(), k.doc)
	}
	for _, k := range keys {
		writeChoices(&b, k.name)
	}
	return b.String()
}

// allowed says in words what the key's values may be.
func (k key) allowed() string {
	const path = "a path, relative to the file's folder"
	names := strings.Join(Choices(k.name), ", ")
	switch {
	case k.rule.path && names != "":
		return names + ", or " + path
	case choices[k.name] != nil:
		return names
	case k.rule.path:
		return path
	}
	return k.rule.allowed
}

func writeChoices(b *strings.Builder, key string) {
	if len(choices[key]) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### %s\n\n", key)
	for _, c := range choices[key] {
		fmt.Fprintf(b, "- `%s`: %s%s\n", c.Name, c.Doc, c.settings())
	}
}

// settings lists the settings of a choice with their defaults.
func (c Choice) settings() string {
	var list []string
	for _, p := range c.Parameters() {
		list = append(list, fmt.Sprintf("`%s: %s`", p[0], p[1]))
	}
	if len(list) == 0 {
		return ""
	}
	return "; settings " + strings.Join(list, ", ")
}

// Parameters returns the settings of a choice: names and defaults, as they would be written.
func (c Choice) Parameters() (list [][2]string) {
	if c.Settings == nil {
		return nil
	}
	v := reflect.ValueOf(c.Settings()).Elem()
	for _, name := range fieldNames(v.Type()) {
		list = append(list, [2]string{name, flow(fieldOf(v, name))})
	}
	return list
}
