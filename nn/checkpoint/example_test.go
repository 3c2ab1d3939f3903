package checkpoint_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"tessera/nn/checkpoint"
)

func Example() {
	dir, err := os.MkdirTemp("", "checkpoint")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "best.safetensors")

	weight := checkpoint.NewFloat32s("head.weight", []int{2, 3}, []float32{1, 2, 3, 4, 5, 6})
	if err := checkpoint.WriteFile(path, []checkpoint.Entry{weight}, nil); err != nil {
		log.Fatal(err)
	}

	entries, metadata, err := checkpoint.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range entries {
		values, err := e.Float32s()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Name, e.DType, e.Shape, values)
	}
	fmt.Println(metadata)
	// Output:
	// head.weight F32 [2 3] [1 2 3 4 5 6]
	// map[format:pt]
}
