package augment_test

import (
	"fmt"

	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

func ExampleCompose() {
	train := augment.Compose{
		augment.HorizontalFlip{P: 0.5},
		augment.PadIfNeeded{PadHeightDivisor: 32, PadWidthDivisor: 32},
	}
	// What happens to sample 7 in epoch 0, whoever asks and whenever.
	op := train.Draw(augment.Rand(42, 0, 7, 0), 30, 50)
	image, mask := op.Image(raster.NewFloat(30, 50, 3)), op.Mask(raster.NewMask(30, 50))
	fmt.Println(image.H, image.W, mask.H, mask.W)
	// Output: 32 64 32 64
}
