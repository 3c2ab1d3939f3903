package synth_test

import (
	"fmt"

	"tessera/segtrain/synth"
)

func ExampleDraw() {
	picture, mask := synth.Draw(1, 0, 96, 128)
	fmt.Println(picture.H, picture.W, picture.C)
	found := make([]int, len(synth.Names()))
	for _, class := range mask.Pix {
		found[class]++
	}
	for class, name := range synth.Names() {
		fmt.Println(name, found[class] > 0)
	}
	// Output:
	// 96 128 3
	// ground true
	// coin true
	// tile true
	// sail true
	// ribbon false
	// ring true
}
