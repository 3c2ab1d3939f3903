package data_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"tessera/segtrain/augment"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// From two folders to batches.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	images, masks := drawSet(dir)

	manifest, err := data.Scan(images, masks, data.ScanOptions{MaskPattern: "{stem}_mask.png"})
	if err != nil {
		log.Fatal(err)
	}
	train, val, err := data.HoldOut(manifest, 0.25, 1)
	if err != nil {
		log.Fatal(err)
	}
	set, err := data.NewDataset(train, data.Options{
		H: 32, W: 32, C: 3,
		MaskCode: raster.MaskCode{Coding: raster.IndexCode, Classes: 2, Ignore: -1},
		Augment:  augment.Compose{augment.HorizontalFlip{P: 0.5}},
	})
	if err != nil {
		log.Fatal(err)
	}
	loader, err := data.NewLoader(set, data.LoaderOptions{Batch: 4, Shuffle: true, DropLast: true, Epochs: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer loader.Close()
	batch, err := loader.Next()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(train), "for training,", len(val), "for validation")
	fmt.Println(batch.N, "samples,", len(batch.Images), "values,", len(batch.Masks), "classes")
	// Output:
	// 6 for training, 2 for validation
	// 4 samples, 12288 values, 4096 classes
}

// drawSet writes eight grey pictures with empty masks.
func drawSet(dir string) (images, masks string) {
	images, masks = filepath.Join(dir, "images"), filepath.Join(dir, "masks")
	for _, d := range []string{images, masks} {
		if err := os.Mkdir(d, 0o755); err != nil {
			log.Fatal(err)
		}
	}
	for i := range 8 {
		image := filepath.Join(images, fmt.Sprintf("frame%d.png", i))
		mask := filepath.Join(masks, fmt.Sprintf("frame%d_mask.png", i))
		if err := raster.WritePNG(image, raster.NewImage(40, 60, 3)); err != nil {
			log.Fatal(err)
		}
		if err := raster.WriteMask(mask, raster.NewMask(40, 60), nil); err != nil {
			log.Fatal(err)
		}
	}
	return images, masks
}
