package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The largest size of a room, in lines. They are there to notice one that has grown too big.
const (
	maxGoFile   = 500
	maxAssembly = 250
	maxFunc     = 60
)

// vagueNames say nothing about what a package has.
var vagueNames = []string{"util", "utils", "common", "core", "base"}

// mark is what unfinished work is marked with. The pattern does not match its own source.
var mark = regexp.MustCompile(`\b(T[O]DO|F[I]XME)\b`)

// checkName reports a package whose name could be any package's.
func (c *checker) checkName(p *pkg) {
	for _, element := range strings.Split(p.dir, "/") {
		if slices.Contains(vagueNames, element) {
			c.report(p.dir, "%q names nothing: call a package after what it has", element)
		}
	}
	for _, f := range p.files {
		if f.ast != nil && slices.Contains(vagueNames, f.ast.Name.Name) && f.ast.Name.Name != path.Base(p.dir) {
			c.reportAt(f.ast.Name.Pos(), "%q names nothing: call a package after what it has", f.ast.Name.Name)
		}
	}
}

// checkSize reports a file that is too long.
func (c *checker) checkSize(f *file) {
	limit := maxGoFile
	if f.ast == nil {
		limit = maxAssembly
	}
	if n := f.lines(); n > limit {
		c.report(f.path, "%d lines, at most %d: split it by what its parts do", n, limit)
	}
}

// checkMarks reports marks of unfinished work.
func (c *checker) checkMarks(f *file) {
	line := 0
	for text := range strings.Lines(string(f.text)) {
		line++
		if found := mark.FindString(text); found != "" {
			what := "a " + found + " mark: do it, or open an issue"
			c.found = append(c.found, Violation{f.path, line, what})
		}
	}
}

// checkFuncs reports functions that are too long.
func (c *checker) checkFuncs(f *file) {
	for _, d := range f.ast.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		begin, end := c.module.fset.Position(fn.Pos()), c.module.fset.Position(fn.End())
		if n := end.Line - begin.Line + 1; n > maxFunc {
			c.reportAt(fn.Pos(), "%s has %d lines, at most %d: give its steps names", fn.Name.Name, n, maxFunc)
		}
	}
}

// checkFinalizers reports work left to the garbage collector.
func (c *checker) checkFinalizers(f *file) {
	names := runtimeNames(f)
	if f.test || len(names) == 0 {
		return
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if ok && names[x.Name] && (sel.Sel.Name == "SetFinalizer" || sel.Sel.Name == "AddCleanup") {
			c.reportAt(sel.Pos(), "runtime.%s: memory has owners, nothing is finalized", sel.Sel.Name)
		}
		return true
	})
}

// runtimeNames returns the names by which a file calls package runtime.
func runtimeNames(f *file) map[string]bool {
	names := map[string]bool{}
	for _, spec := range f.ast.Imports {
		if spec.Path.Value != strconv.Quote("runtime") {
			continue
		}
		if spec.Name == nil {
			names["runtime"] = true
		} else {
			names[spec.Name.Name] = true
		}
	}
	return names
}

// checkDocs reports a package without a package comment and exported identifiers without a comment.
func (c *checker) checkDocs(p *pkg) {
	documented := false
	for _, f := range p.files {
		if f.ast == nil {
			continue
		}
		documented = documented || hasText(f.ast.Doc)
		if f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				c.checkFuncDoc(d)
			case *ast.GenDecl:
				c.checkDeclDoc(d)
			}
		}
	}
	if !documented {
		c.report(p.dir, "no package comment: say what the package has and what it is for")
	}
}

func (c *checker) checkFuncDoc(d *ast.FuncDecl) {
	if d.Name.IsExported() && isExportedReceiver(d.Recv) && !hasText(d.Doc) {
		c.undocumented(d.Name)
	}
}

// checkDeclDoc looks at types, variables and constants. A comment on a group speaks for its variables and
// constants, not for its types.
func (c *checker) checkDeclDoc(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && !hasText(s.Doc) && (d.Lparen.IsValid() || !hasText(d.Doc)) {
				c.undocumented(s.Name)
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				if name.IsExported() && !hasText(s.Doc) && !hasText(s.Comment) && !hasText(d.Doc) {
					c.undocumented(name)
				}
			}
		}
	}
}

func (c *checker) undocumented(name *ast.Ident) {
	c.reportAt(name.Pos(), "%s is exported and has no comment", name.Name)
}

// isExportedReceiver tells whether a method's type is exported; a function has none and counts.
func isExportedReceiver(recv *ast.FieldList) bool {
	if recv == nil {
		return true
	}
	t := recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return token.IsExported(x.Name)
		default:
			return true
		}
	}
}

// hasText tells whether there is a comment that says something; directives such as //go:noinline do not.
func hasText(g *ast.CommentGroup) bool { return g != nil && strings.TrimSpace(g.Text()) != "" }
