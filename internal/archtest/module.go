package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// A module is the source of all packages below one go.mod.
type module struct {
	path     string // "tessera"
	fset     *token.FileSet
	packages []*pkg
}

// A pkg is a directory with Go files.
type pkg struct {
	dir   string // relative to the root of the module, as floors lists it: "nn/encoder"
	files []*file
}

// A file is Go source, with its tests, or assembly, with its headers.
type file struct {
	path string
	text []byte
	ast  *ast.File // nil for assembly
	test bool
}

// readModule reads the packages of the module with its root at fsys. Nested modules, testdata and hidden
// directories are no part of it.
func readModule(fsys fs.FS) (*module, error) {
	mod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return nil, err
	}
	_, rest, found := strings.Cut("\n"+string(mod), "\nmodule ")
	if !found {
		return nil, fmt.Errorf("go.mod: no module line")
	}
	name, _, _ := strings.Cut(rest, "\n")
	m := &module{path: strings.TrimSpace(name), fset: token.NewFileSet()}
	return m, fs.WalkDir(fsys, ".", func(dir string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !d.IsDir():
			return nil
		case dir != "." && !isPackageDir(fsys, dir):
			return fs.SkipDir
		}
		return m.readDir(fsys, dir)
	})
}

// isPackageDir tells whether ./... goes into a directory.
func isPackageDir(fsys fs.FS, dir string) bool {
	base := path.Base(dir)
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return false
	}
	_, err := fs.Stat(fsys, path.Join(dir, "go.mod"))
	return err != nil
}

// readDir adds the package of a directory, if it has Go files.
func (m *module) readDir(fsys fs.FS, dir string) error {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return err
	}
	p, isGo := &pkg{dir: dir}, false
	for _, e := range entries {
		ext := path.Ext(e.Name())
		if e.IsDir() || ext != ".go" && ext != ".s" && ext != ".h" {
			continue
		}
		f, err := m.readFile(fsys, path.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		p.files = append(p.files, f)
		isGo = isGo || f.ast != nil
	}
	if isGo {
		m.packages = append(m.packages, p)
	}
	return nil
}

func (m *module) readFile(fsys fs.FS, name string) (f *file, err error) {
	f = &file{path: name, test: strings.HasSuffix(name, "_test.go")}
	if f.text, err = fs.ReadFile(fsys, name); err != nil {
		return nil, err
	}
	if path.Ext(name) == ".go" {
		f.ast, err = parser.ParseFile(m.fset, name, f.text, parser.ParseComments|parser.SkipObjectResolution)
	}
	return f, err
}

// lines counts lines as wc does.
func (f *file) lines() int { return bytes.Count(f.text, []byte("\n")) }

// dirOf returns the directory of a package of the module, "" for every other package.
func (m *module) dirOf(importPath string) string {
	if dir, ok := strings.CutPrefix(importPath, m.path+"/"); ok {
		return dir
	}
	return ""
}
