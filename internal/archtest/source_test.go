package archtest

import (
	"strings"
	"testing"
)

// body returns a function of so many lines.
func body(lines int) string {
	return "func long() {\n" + strings.Repeat("\tlong()\n", lines-2) + "}\n"
}

func TestSizes(t *testing.T) {
	run(t, []sample{
		{name: "500 lines", path: "kernels/a.go", text: "package kernels\n" + strings.Repeat("\n", 499)},
		{
			name: "501 lines", path: "kernels/a.go", text: "package kernels\n" + strings.Repeat("\n", 500),
			want: []string{"kernels/a.go: 501 lines, at most 500"},
		},
		{
			name: "501 lines of tests", path: "kernels/a_test.go", text: "package kernels\n" + strings.Repeat("\n", 500),
			want: []string{"kernels/a_test.go: 501 lines, at most 500"},
		},
		{name: "250 lines of assembly", path: "kernels/a.s", text: strings.Repeat("\n", 250)},
		{
			name: "251 lines of assembly", path: "kernels/a.s", text: strings.Repeat("\n", 251),
			want: []string{"kernels/a.s: 251 lines, at most 250"},
		},
		{
			name: "251 lines of macros", path: "kernels/a.h", text: strings.Repeat("\n", 251),
			want: []string{"kernels/a.h: 251 lines, at most 250"},
		},
		{name: "60 lines of a function", path: "kernels/a.go", text: "package kernels\n\n" + body(60)},
		{
			name: "61 lines of a function", path: "kernels/a.go", text: "package kernels\n\n" + body(61),
			want: []string{"kernels/a.go:3: long has 61 lines, at most 60"},
		},
	})
}

func TestNames(t *testing.T) {
	run(t, []sample{
		{
			name: "a directory", path: "examples/common/common.go", text: "// Package common helps.\npackage common\n",
			want: []string{`examples/common: "common" names nothing`},
		},
		{
			name: "on the way", path: "examples/core/circles/main.go", text: "// Circles segments.\npackage main\n",
			want: []string{`examples/core/circles: "core" names nothing`},
		},
		{
			name: "a package clause", path: "kernels/a_test.go", text: "package util\n",
			want: []string{`kernels/a_test.go:1: "util" names nothing`},
		},
		{name: "a part of a word", path: "examples/database/main.go", text: "// Database reads.\npackage main\n"},
	})
}

func TestMarks(t *testing.T) {
	todo, fixme := "TO"+"DO", "FIX"+"ME"
	run(t, []sample{
		{
			name: "in Go", path: "kernels/a.go", text: "package kernels\n\n// " + todo + ": faster\n",
			want: []string{"kernels/a.go:3: a " + todo + " mark"},
		},
		{
			name: "in assembly", path: "kernels/a.s", text: "\n// " + fixme + "(me)\n",
			want: []string{"kernels/a.s:2: a " + fixme + " mark"},
		},
		{name: "a part of a word", path: "kernels/a.go", text: "package kernels\n\n// MASTO" + "DON\n"},
	})
}

func TestFinalizers(t *testing.T) {
	const use = "\n\nfunc f(x *int) { runtime.SetFinalizer(x, nil) }\n"
	run(t, []sample{
		{
			name: "finalizer", path: "tensor/a.go", text: "package tensor\n\nimport \"runtime\"" + use,
			want: []string{"tensor/a.go:5: runtime.SetFinalizer"},
		},
		{
			name: "cleanup by another name", path: "tensor/a.go",
			text: "package tensor\n\nimport rt \"runtime\"\n\nvar _ = rt.AddCleanup[int, int]\n",
			want: []string{"tensor/a.go:5: runtime.AddCleanup"},
		},
		{
			name: "another runtime", path: "tensor/a.go",
			text: "package tensor\n\nimport runtime \"tessera/internal/parallel\"" + use,
		},
		{
			name: "other uses", path: "tensor/a.go",
			text: "package tensor\n\nimport \"runtime\"\n\nvar _ = runtime.GC\n",
		},
		{name: "in a test", path: "tensor/a_test.go", text: "package tensor\n\nimport \"runtime\"" + use},
	})
}

func TestDocs(t *testing.T) {
	run(t, []sample{
		{
			name: "no package comment", path: "autograd/tape.go", text: "package autograd\n",
			want: []string{"autograd: no package comment"},
		},
		{
			name: "a directive is no comment", path: "kernels/a.go",
			text: "package kernels\n\n//go:noinline\nfunc Axpy() {}\n",
			want: []string{"kernels/a.go:4: Axpy is exported and has no comment"},
		},
		{
			name: "functions", path: "kernels/a.go",
			text: "package kernels\n\n// Axpy adds.\nfunc Axpy() {}\n\nfunc axpy() {}\n\nfunc Dot() {}\n",
			want: []string{"kernels/a.go:8: Dot is exported"},
		},
		{
			name: "methods", path: "tensor/a.go", text: "package tensor\n\n// T is T.\ntype T[E any] struct{}\n\n" +
				"func (T[E]) A() {}\nfunc (t *T[E]) B() {}\n\ntype u struct{}\n\nfunc (u) A() {}\n",
			want: []string{"tensor/a.go:6: A is exported", "tensor/a.go:7: B is exported"},
		},
		{
			name: "types", path: "tensor/a.go", text: "package tensor\n\n// Types.\ntype (\n\tA int\n" +
				"\t// B is B.\n\tB int\n)\n\ntype C int\n",
			want: []string{"tensor/a.go:5: A is exported", "tensor/a.go:10: C is exported"},
		},
		{
			name: "values", path: "tensor/a.go", text: "package tensor\n\n// Sizes.\nconst (\n\tA = 1\n\tB = 2\n)\n" +
				"\nvar (\n\tC = 1 // C is C.\n\tD, e = 1, 2\n)\n",
			want: []string{"tensor/a.go:11: D is exported"},
		},
		{name: "tests", path: "tensor/a_test.go", text: "package tensor\n\nfunc TestA() {}\n"},
	})
}
