package archtest

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// The floors of the house, the lowest first. A package imports packages of lower floors and nothing else:
// neither its neighbours nor what is above. A name that ends in /... takes in all packages below it.
var (
	engine = [][]string{
		{"internal/near", "internal/parallel", "internal/random"},
		{"kernels"},
		{"tensor"},
		{"autograd"},
		{"nn"},
		{"nn/encoder", "nn/decoder", "nn/loss", "nn/checkpoint", "optim"},
	}
	application = [][]string{
		{"segtrain/raster", "segtrain/split", "segtrain/metric", "segtrain/weights", "segtrain/recipes", "segtrain/disk"},
		{"segtrain/augment", "segtrain/synth", "segtrain/ink", "segtrain/oof", "segtrain/ensemble", "segtrain/post", "segtrain/gate"},
		{"segtrain/data"},
		{"segtrain/train", "segtrain/predict", "segtrain/survey"},
		{"segtrain/refine", "segtrain/record", "segtrain/report", "segtrain/submission", "segtrain/plan"},
		{"segtrain/config", "segtrain/solve"},
		{"segtrain/runs"},
		{"segtrain/workflow", "bench"},
		{"segtrain/cli"},
		{"segtrain", "examples/...", "bench/peers"},
	}
	floors = slices.Concat(engine, application)
)

// testOnly are the packages that only tests import. They may import everything.
var testOnly = []string{
	"internal/archtest", "internal/ref", "internal/kerneltest", "internal/gradcheck", "internal/golden", "internal/smallnet",
}

// The modules that packages of the engine may import, and those that their tests may import beside them.
var (
	engineModules     = []string{"golang.org/x/sys", "github.com/klauspost/cpuid/v2"}
	engineTestModules = []string{"github.com/stretchr/testify", "github.com/google/go-cmp"}
)

// level returns the floor a package is on, counted from 0 upward.
func level(dir string) (floor int, ok bool) {
	floor = slices.IndexFunc(floors, func(names []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return matches(name, dir) })
	})
	return floor, floor >= 0
}

func matches(name, dir string) bool {
	if tree, ok := strings.CutSuffix(name, "/..."); ok {
		return dir == tree || strings.HasPrefix(dir, tree+"/")
	}
	return name == dir
}

// isEngine tells whether a package is on a floor of the engine.
func isEngine(dir string) bool {
	floor, ok := level(dir)
	return ok && floor < len(engine)
}

// checkFloor reports a package that no floor lists, with the lowest floor it could be on.
func (c *checker) checkFloor(p *pkg) {
	if _, ok := level(p.dir); ok || slices.Contains(testOnly, p.dir) {
		return
	}
	lowest := 0
	for _, i := range c.imports(p) {
		if floor, ok := level(i.dir); ok && !i.file.test {
			lowest = max(lowest, floor+1)
		}
	}
	where := "a new floor above all others"
	if lowest < len(floors) {
		where = "the floor of " + strings.Join(floors[lowest], ", ") + " or a higher one"
	}
	c.report(p.dir, "is on no floor. Its imports allow %s: write it into the table in "+
		"internal/archtest/floors.go, or into testOnly if only tests import it", where)
}

// checkImports reports imports of what is not below, of test helpers outside of tests, of C, and of modules
// that the engine does without.
func (c *checker) checkImports(p *pkg) {
	for _, i := range c.imports(p) {
		switch {
		case i.path == "C":
			c.reportAt(i.spec.Pos(), `import "C": the house is built without cgo`)
		case i.dir != "" && !i.file.test && !slices.Contains(testOnly, p.dir):
			c.checkDirection(p, i)
		case i.dir == "" && isEngine(p.dir) && !allowedInEngine(i.path, i.file.test):
			c.reportAt(i.spec.Pos(), "imports %s: beside the standard library the engine uses %s (its tests also %s)",
				i.path, strings.Join(engineModules, " and "), strings.Join(engineTestModules, " and "))
		}
	}
}

func (c *checker) checkDirection(p *pkg, i imported) {
	if slices.Contains(testOnly, i.dir) {
		c.reportAt(i.spec.Pos(), "imports %s, which is for tests only", i.dir)
		return
	}
	from, known := level(p.dir)
	to, ok := level(i.dir)
	switch {
	case !known || !ok || to < from: // checkFloor reports what is on no floor
	case to == from:
		c.reportAt(i.spec.Pos(), "imports sideways: %s is on the same floor as %s", i.dir, p.dir)
	default:
		c.reportAt(i.spec.Pos(), "imports upward: %s is on a floor above %s", i.dir, p.dir)
	}
}

// allowedInEngine tells whether the engine may depend on a package outside of the module.
func allowedInEngine(path string, test bool) bool {
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return true // the standard library has no domain
	}
	within := func(module string) bool { return path == module || strings.HasPrefix(path, module+"/") }
	return slices.ContainsFunc(engineModules, within) || test && slices.ContainsFunc(engineTestModules, within)
}

// imported is one import of a file.
type imported struct {
	file *file
	spec *ast.ImportSpec
	path string
	dir  string // within the module, empty outside
}

// imports returns the imports of all files of a package.
func (c *checker) imports(p *pkg) []imported {
	var list []imported
	for _, f := range p.files {
		if f.ast == nil {
			continue
		}
		for _, spec := range f.ast.Imports {
			path, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
			list = append(list, imported{f, spec, path, c.module.dirOf(path)})
		}
	}
	return list
}
