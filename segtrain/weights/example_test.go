package weights_test

import (
	"fmt"

	"tessera/segtrain/weights"
)

func Example() {
	p, err := weights.Find("efficientnet-b0", "imagenet")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.File(), p.Mean)
	_, err = weights.Find("efficientnet-b0", "imagnet")
	fmt.Println(err)
	// Output:
	// efficientnet-b0.imagenet-1bbe7ecc.safetensors [0.485 0.456 0.406]
	// no weights "imagnet" for encoder efficientnet-b0; did you mean "imagenet"? there are: imagenet, advprop, or a file
}
