package archtest_test

import (
	"fmt"
	"testing/fstest"

	"tessera/internal/archtest"
)

func ExampleCheck() {
	found, err := archtest.Check(fstest.MapFS{
		"go.mod":             {Data: []byte("module tessera\n")},
		"kernels/kernels.go": {Data: []byte("// Package kernels has inner loops.\npackage kernels\n")},
		"kernels/gemm.go":    {Data: []byte("package kernels\n\nimport \"tessera/nn/loss\"\n\nfunc GEMM() {}\n")},
	})
	for _, v := range found {
		fmt.Println(v)
	}
	fmt.Println(err)
	// Output:
	// kernels/gemm.go:3: imports upward: nn/loss is on a floor above kernels
	// kernels/gemm.go:5: GEMM is exported and has no comment
	// <nil>
}
