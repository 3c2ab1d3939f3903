package recipes_test

import (
	"fmt"

	"tessera/segtrain/recipes"
)

// A recipe says where it is from.
func ExampleFind() {
	r, err := recipes.Find("nnunet-2d")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Sources[0])
	// Output:
	// https://github.com/MIC-DKFZ/nnUNet, nnunetv2/training/nnUNetTrainer/nnUNetTrainer.py
}
