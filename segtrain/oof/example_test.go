package oof_test

import (
	"fmt"
	"log"
	"os"

	"tessera/segtrain/oof"
	"tessera/segtrain/raster"
)

// One pixel of one image, written by a fold and read back.
func Example() {
	dir, err := os.MkdirTemp("", "oof")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	p := &raster.Float{H: 1, W: 1, C: 2, Pix: []float32{0.2, 0.8}}
	if err := oof.WriteImage(dir, 0, "a", p, &raster.Mask{H: 1, W: 1, Pix: []uint8{1}}); err != nil {
		log.Fatal(err)
	}
	err = oof.WriteManifest(dir, oof.Manifest{
		Split: "5f1e", Folds: 1, Repeats: 1, Classes: []string{"sky", "car"}, Size: [2]int{1, 1},
		Images: []oof.Image{{ID: "a", Folds: []int{0}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	folder, err := oof.Open(dir, "5f1e")
	if err != nil {
		log.Fatal(err)
	}
	p, err = folder.Probabilities("a")
	fmt.Println(p.Pix, err)
	// Output: [0.2 0.8] <nil>
}
