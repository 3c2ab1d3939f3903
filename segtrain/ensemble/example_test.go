package ensemble_test

import (
	"fmt"

	"tessera/segtrain/ensemble"
)

// One pixel of two classes, of which one member is nearly sure, and the other thinks otherwise.
func Example() {
	sure, unsure := []float32{0.99, 0.01}, []float32{0.3, 0.7}
	out := make([]float32, 2)
	for _, method := range ensemble.Methods {
		c := ensemble.Combiner{Method: method, Weights: []float64{1, 3}}
		c.Combine(2, [][]float32{sure, unsure}, out)
		fmt.Printf("%-6s %.3f\n", method, out)
	}
	// Output:
	// mean   [0.473 0.527]
	// logits [0.626 0.374]
	// gmean  [0.626 0.374]
}
