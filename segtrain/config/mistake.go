package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Mistake is one thing wrong in a configuration.
type Mistake struct {
	File      string // "" if the value was set in code; "--set key=value" for a setting
	Line, Col int    // from 1; 0 if unknown
	Key       string // dotted; "" for the file as a whole
	What      string // what is wrong and what is allowed
}

// Error returns file:line:col: key: what, without the parts that are unknown.
func (m Mistake) Error() string {
	var b strings.Builder
	if m.File != "" {
		b.WriteString(m.File)
		if m.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", m.Line, m.Col)
		}
		b.WriteString(": ")
	}
	if m.Key != "" {
		b.WriteString(m.Key + ": ")
	}
	b.WriteString(m.What)
	return b.String()
}

// Mistakes are all that could be found, in the order of the file.
type Mistakes []Mistake

// Error returns one mistake a line.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted orders by position and returns nil if there are none.
func (ms Mistakes) sorted() error {
	if len(ms) == 0 {
		return nil
	}
	slices.SortStableFunc(ms, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return ms
}

// A place is where something was written.
type place struct {
	file      string
	line, col int
}

func (p place) mistake(key, format string, args ...any) Mistake {
	return Mistake{p.file, p.line, p.col, key, fmt.Sprintf(format, args...)}
}

// placeOf returns where the key was written, or else the nearest section around it.
func placeOf(places map[string]place, key string) place {
	for {
		if p, ok := places[key]; ok || key == "" {
			return p
		}
		key = key[:max(0, strings.LastIndexByte(key, '.'))]
	}
}

// Mistake returns an error about a key's value that shows where the value was written. It is for what only
// others can find out, such as a folder that does not exist.
func (c *Config) Mistake(key, format string, args ...any) error {
	return placeOf(c.places, key).mistake(key, format, args...)
}
