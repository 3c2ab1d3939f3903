package archtest

import (
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestHouse holds this module to its rules.
func TestHouse(t *testing.T) {
	root := filepath.Join("..", "..")
	found, err := Check(os.DirFS(root))
	require.NoError(t, err)
	packages, err := List(root)
	require.NoError(t, err)
	require.NotEmpty(t, packages)
	for _, v := range append(found, CheckDeps("tessera", packages)...) {
		t.Error(v)
	}
}

// checkFiles checks a module of the given files and a go.mod.
func checkFiles(t *testing.T, files map[string]string) []string {
	t.Helper()
	fsys := fstest.MapFS{"go.mod": {Data: []byte("// Engine.\nmodule tessera\n\ngo 1.26.0\n")}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	found, err := Check(fsys)
	require.NoError(t, err)
	var list []string
	for _, v := range found {
		list = append(list, v.String())
	}
	return list
}

// source returns a package clause on line 2, below a comment, and imports from line 4 on.
func source(name string, imports ...string) string {
	text := "// Package " + name + " is a sample.\npackage " + name + "\n\n"
	for _, path := range imports {
		text += "import _ " + strconv.Quote(path) + "\n"
	}
	return text
}

// A sample is a file that breaks a rule, or does not.
type sample struct {
	name, path, text string
	want             []string // beginnings of the violations, in order; none if the file is right
}

// run adds each sample to a small house without faults and compares what is found.
func run(t *testing.T, samples []sample) {
	t.Helper()
	house := map[string]string{
		"kernels/kernels.go":          source("kernels"),
		"tensor/tensor.go":            source("tensor", "tessera/kernels"),
		"internal/ref/ref.go":         source("ref", "tessera/kernels"),
		"segtrain/main.go":            source("main", "tessera/tensor"),
		"tools/go.mod":                "module tessera/tools\n",
		"tools/tools.go":              "package util\n",
		"kernels/testdata/example.go": "package core\n",
		".hidden/hidden.go":           "package base\n",
	}
	require.Empty(t, checkFiles(t, house), "the house without samples must be right")
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			files := maps.Clone(house)
			files[s.path] = s.text
			got := checkFiles(t, files)
			require.Len(t, got, len(s.want), "%s", strings.Join(got, "\n"))
			for i, want := range s.want {
				assert.True(t, strings.HasPrefix(got[i], want), "%s\nmust begin with\n%s", got[i], want)
			}
		})
	}
}

func TestCheckErrors(t *testing.T) {
	_, err := Check(fstest.MapFS{})
	require.ErrorContains(t, err, "go.mod")
	_, err = Check(fstest.MapFS{"go.mod": {Data: []byte("go 1.26.0\n")}})
	require.ErrorContains(t, err, "no module line")
	_, err = Check(fstest.MapFS{
		"go.mod":          {Data: []byte("module tessera\n")},
		"kernels/axpy.go": {Data: []byte("package kernels\n\nfunc {\n")},
	})
	require.ErrorContains(t, err, "kernels/axpy.go:3")
}
