// Package archtest holds the module to the rules of its house: packages import floors below and nothing else,
// the engine depends on nearly nothing, test helpers stay in tests, no cgo and no finalizers, everything
// exported is documented, and no room grows too big.
//
// It reads every source file of the module, whatever its build tags, because a rule that holds on one
// platform only is not kept. What the engine depends on through others comes from go list.
package archtest

import (
	"cmp"
	"fmt"
	"go/token"
	"io/fs"
	"slices"
)

// A Violation is one broken rule.
type Violation struct {
	Path string // of the file or package, relative to the root of the module
	Line int    // 0 where the whole file or package is meant
	What string // what is wrong and what to do
}

// String returns the violation as path:line: what.
func (v Violation) String() string {
	if v.Line == 0 {
		return v.Path + ": " + v.What
	}
	return fmt.Sprintf("%s:%d: %s", v.Path, v.Line, v.What)
}

// Check returns what breaks the rules in the module whose root is fsys, in the order of paths and lines. Its
// error is a file that cannot be read or parsed.
func Check(fsys fs.FS) ([]Violation, error) {
	m, err := readModule(fsys)
	if err != nil {
		return nil, err
	}
	c := checker{module: m}
	for _, p := range m.packages {
		c.checkFloor(p)
		c.checkImports(p)
		c.checkName(p)
		c.checkDocs(p)
		for _, f := range p.files {
			c.checkSize(f)
			c.checkMarks(f)
			if f.ast != nil {
				c.checkFinalizers(f)
				c.checkFuncs(f)
			}
		}
	}
	slices.SortStableFunc(c.found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
	})
	return c.found, nil
}

// A checker collects violations.
type checker struct {
	module *module
	found  []Violation
}

// report adds a violation of a whole file or package.
func (c *checker) report(path, format string, args ...any) {
	c.found = append(c.found, Violation{Path: path, What: fmt.Sprintf(format, args...)})
}

// reportAt adds a violation at a place in Go source.
func (c *checker) reportAt(pos token.Pos, format string, args ...any) {
	at := c.module.fset.Position(pos)
	c.found = append(c.found, Violation{at.Filename, at.Line, fmt.Sprintf(format, args...)})
}
