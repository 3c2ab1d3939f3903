package record_test

import (
	"fmt"
	"os"
	"path/filepath"

	"tessera/segtrain/record"
)

func Example() {
	root, err := os.MkdirTemp("", "runs")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(root)

	run, err := record.Create(filepath.Join(root, "first"))
	if err != nil {
		panic(err)
	}
	for step := range 3 {
		err = run.Append("step", record.Step{Step: step + 1, Loss: 1 / float64(step+1)})
		if err != nil {
			panic(err)
		}
	}
	if err := run.Close(); err != nil {
		panic(err)
	}

	history, err := record.ReadHistory(filepath.Join(root, "first"))
	if err != nil {
		panic(err)
	}
	for _, s := range history.Steps {
		fmt.Printf("step %d: loss %.3f\n", s.Step, s.Loss)
	}
	// Output:
	// step 1: loss 1.000
	// step 2: loss 0.500
	// step 3: loss 0.333
}
