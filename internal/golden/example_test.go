package golden_test

import (
	"fmt"

	"tessera/internal/golden"
)

func ExampleWeights() {
	fmt.Println(golden.Weights("decoder.blocks.0.conv1.1.running_var", []int{3}))
	fmt.Println(golden.Weights("decoder.blocks.0.conv1.1.num_batches_tracked", nil))
	// Output:
	// [1.0112312 0.62822026 0.8060119]
	// [7]
}
