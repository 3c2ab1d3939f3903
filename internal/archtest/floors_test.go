package archtest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFloors(t *testing.T) {
	run(t, []sample{
		{name: "below", path: "nn/encoder/encoder.go", text: source("encoder", "tessera/kernels")},
		{
			name: "upward", path: "kernels/gemm.go", text: source("kernels", "tessera/tensor"),
			want: []string{"kernels/gemm.go:4: imports upward: tensor is on a floor above kernels"},
		},
		{
			name: "upward on another platform", path: "kernels/gemm_windows_arm64.go",
			text: "//go:build purego\n" + source("kernels", "tessera/segtrain"),
			want: []string{"kernels/gemm_windows_arm64.go:5: imports upward: segtrain is on a floor above kernels"},
		},
		{name: "upward in a test", path: "kernels/gemm_test.go", text: source("kernels_test", "tessera/tensor")},
		{
			name: "sideways", path: "optim/adamw.go", text: source("optim", "tessera/nn/encoder"),
			want: []string{"optim/adamw.go:4: imports sideways: nn/encoder is on the same floor as optim"},
		},
		{
			name: "sideways in a tree", path: "examples/circles/main.go", text: source("main", "tessera/examples/segment"),
			want: []string{"examples/circles/main.go:4: imports sideways"},
		},
	})
}

func TestTestOnly(t *testing.T) {
	run(t, []sample{
		{
			name: "in the engine", path: "tensor/check.go", text: source("tensor", "tessera/internal/ref"),
			want: []string{"tensor/check.go:4: imports internal/ref, which is for tests only"},
		},
		{
			name: "in the application", path: "segtrain/check.go", text: source("main", "tessera/internal/golden"),
			want: []string{"segtrain/check.go:4: imports internal/golden, which is for tests only"},
		},
		{name: "in a test", path: "tensor/check_test.go", text: source("tensor", "tessera/internal/ref")},
		{
			name: "in another", path: "internal/gradcheck/gradcheck.go",
			text: source("gradcheck", "tessera/internal/ref", "tessera/segtrain"),
		},
	})
}

func TestNewPackage(t *testing.T) {
	run(t, []sample{
		{
			name: "with imports", path: "segtrain/tiles/tiles.go", text: source("tiles", "tessera/segtrain/data"),
			want: []string{"segtrain/tiles: is on no floor. Its imports allow the floor of segtrain/train, " +
				"segtrain/predict, segtrain/survey or a higher one: write it into the table in internal/archtest/floors.go"},
		},
		{
			name: "without imports", path: "nn/loss/focal/focal.go", text: source("focal"),
			want: []string{"nn/loss/focal: is on no floor. Its imports allow the floor of internal/near, internal/parallel, internal/random or"},
		},
		{
			name: "above everything", path: "server/server.go", text: source("server", "tessera/segtrain"),
			want: []string{"server: is on no floor. Its imports allow a new floor above all others"},
		},
	})
}

func TestModules(t *testing.T) {
	run(t, []sample{
		{
			name: "allowed", path: "kernels/isa.go",
			text: source("kernels", "go/ast", "golang.org/x/sys/cpu", "github.com/klauspost/cpuid/v2"),
		},
		{
			name: "another module", path: "tensor/image.go", text: source("tensor", "golang.org/x/image/bmp"),
			want: []string{"tensor/image.go:4: imports golang.org/x/image/bmp: beside the standard library"},
		},
		{
			name: "a module with a similar name", path: "tensor/system.go", text: source("tensor", "golang.org/x/system"),
			want: []string{"tensor/system.go:4: imports golang.org/x/system"},
		},
		{
			name: "testify in a test", path: "tensor/a_test.go",
			text: source("tensor", "github.com/stretchr/testify/assert"),
		},
		{
			name: "testify outside of tests", path: "tensor/a.go",
			text: source("tensor", "github.com/stretchr/testify/assert"),
			want: []string{"tensor/a.go:4: imports github.com/stretchr/testify/assert"},
		},
		{
			name: "cobra in a test of the engine", path: "tensor/a_test.go",
			text: source("tensor", "github.com/spf13/cobra"),
			want: []string{"tensor/a_test.go:4: imports github.com/spf13/cobra"},
		},
		{name: "cobra in the application", path: "segtrain/flags.go", text: source("main", "github.com/spf13/cobra")},
		{
			name: "cgo", path: "segtrain/blas.go", text: source("main", "C"),
			want: []string{`segtrain/blas.go:4: import "C"`},
		},
		{
			name: "cgo in a test of the engine", path: "kernels/blas_test.go", text: source("kernels", "C"),
			want: []string{`kernels/blas_test.go:4: import "C"`},
		},
	})
}

func TestCheckDeps(t *testing.T) {
	right := []Package{
		{ImportPath: "tessera/nn", Deps: []string{"vendor/golang.org/x/net", "golang.org/x/sys/cpu", "tessera/tensor"}},
		{ImportPath: "tessera/segtrain/cli", Deps: []string{"github.com/spf13/cobra", "tessera/internal/ref"}},
		{ImportPath: "tessera/internal/gradcheck", Deps: []string{"testing", "tessera/internal/ref"}},
	}
	assert.Empty(t, CheckDeps("tessera", right))

	found := CheckDeps("tessera", append(right, Package{ImportPath: "tessera/optim", Deps: []string{
		"math", "gonum.org/v1/gonum/mat", "tessera/internal/ref", "tessera/segtrain/data",
	}}))
	assert.Equal(t, []Violation{
		{Path: "optim", What: "depends on gonum.org/v1/gonum/mat, which the engine does without"},
		{Path: "optim", What: "depends on tessera/internal/ref, which the engine does without"},
		{Path: "optim", What: "depends on tessera/segtrain/data, which the engine does without"},
	}, found)
}

// TestTable finds a package that is written on two floors, or both on a floor and among the test helpers.
func TestTable(t *testing.T) {
	all := slices.Concat(slices.Concat(floors...), testOnly)
	slices.Sort(all)
	assert.Equal(t, slices.Compact(slices.Clone(all)), all)
}
