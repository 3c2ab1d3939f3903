// Package recipes holds presets: configurations that won, or that many train with, each with its source and what differs from it.
//
// A recipe is a YAML file of package config's keys without the data itself. Its head are comments: what it is, then lines that begin
// with "source: " and "differs: ". What it says of data, such as the size, stands in a block of its own, so that it can be put into the data block
// of a configuration for one's own pictures.
package recipes

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// A Recipe is a preset.
type Recipe struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Sources []string `json:"sources"`
	Differs []string `json:"differs"` // sentences: what this program does otherwise
	Binary  bool     `json:"binary"`  // it is for one class and the rest
	Text    string   `json:"text"`    // the file
}

// List returns all recipes, by name.
func List() []Recipe {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // they are in the program
	}
	var list []Recipe
	for _, e := range entries {
		text, err := files.ReadFile(e.Name())
		if err != nil {
			panic(err)
		}
		list = append(list, parse(strings.TrimSuffix(e.Name(), path.Ext(e.Name())), string(text)))
	}
	return list
}

// Find returns the recipe of a name.
func Find(name string) (Recipe, error) {
	list := List()
	if i := slices.IndexFunc(list, func(r Recipe) bool { return r.Name == name }); i >= 0 {
		return list[i], nil
	}
	var names []string
	for _, r := range list {
		names = append(names, r.Name)
	}
	return Recipe{}, fmt.Errorf("no recipe %q; there are: %s", name, strings.Join(names, ", "))
}

// parse reads the head of a recipe.
func parse(name, text string) Recipe {
	r := Recipe{Name: name, Text: text}
	var differs []string
	for _, line := range strings.Split(text, "\n") {
		comment, ok := strings.CutPrefix(line, "# ")
		if source, is := strings.CutPrefix(comment, "source: "); ok && is {
			r.Sources = append(r.Sources, source)
		} else if what, is := strings.CutPrefix(comment, "differs: "); ok && is {
			differs = append(differs, what)
		} else if ok && r.Title == "" {
			r.Title = comment
		}
		r.Binary = r.Binary || line == "task: binary"
	}
	r.Differs = sentences(differs)
	return r
}

// sentences joins lines of which each that does not begin a sentence goes on with the one before.
func sentences(lines []string) (list []string) {
	ended := true
	for _, line := range lines {
		if n := len(list); !ended {
			list[n-1] += " " + line
		} else {
			list = append(list, line)
		}
		ended = strings.HasSuffix(line, ".")
	}
	return list
}

// Parts returns the comments at the head, the lines below data, and all other lines, each ending in a newline unless empty.
func (r Recipe) Parts() (head, data, rest string) {
	part := &head
	for line := range strings.Lines(r.Text) {
		switch {
		case strings.HasPrefix(line, "#"):
		case line == "data:\n":
			part = &data
			continue
		case part != &data || !strings.HasPrefix(line, "  "):
			part = &rest
		}
		*part += line
	}
	return head, data, rest
}

// Begin and End are the marks in docs/recipes.md between which Markdown stands.
const (
	Begin = "<!-- recipes: begin -->"
	End   = "<!-- recipes: end -->"
)

// Markdown describes all recipes for the documentation.
func Markdown() string {
	var b strings.Builder
	for _, r := range List() {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\nSources:\n\n", r.Name, r.Title)
		for _, s := range r.Sources {
			fmt.Fprintf(&b, "- %s\n", s)
		}
		b.WriteString("\nWhat differs:\n\n")
		for _, d := range r.Differs {
			fmt.Fprintf(&b, "- %s\n", d)
		}
		_, data, rest := r.Parts()
		if data != "" {
			data = "data:\n" + data
		}
		fmt.Fprintf(&b, "\n```yaml\n%s%s```\n", data, rest)
	}
	return b.String()
}
