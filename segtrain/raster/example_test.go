package raster_test

import (
	"fmt"
	"os"
	"path/filepath"

	"tessera/segtrain/raster"
)

// A mask is written with colours to look at, and read back as class indices.
func ExampleReadMask() {
	dir, err := os.MkdirTemp("", "masks")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "mask.png")
	mask := &raster.Mask{H: 2, W: 3, Pix: []uint8{0, 1, 2, 2, 1, 0}}
	if err := raster.WriteMask(path, mask, raster.Palette(3)); err != nil {
		fmt.Println(err)
		return
	}
	got, err := raster.ReadMask(path, raster.MaskCode{Coding: raster.IndexCode, Classes: 3, Ignore: -1})
	fmt.Println(got.Pix, err)
	// Output: [0 1 2 2 1 0] <nil>
}

func ExampleResizeFloat() {
	row := &raster.Float{H: 1, W: 2, C: 1, Pix: []float32{0, 1}}
	fmt.Println(raster.ResizeFloat(row, 1, 4).Pix)
	// Output: [0 0.25 0.75 1]
}
