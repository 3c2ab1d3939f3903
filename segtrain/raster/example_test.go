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

// A mask in the words of a competition and of COCO.
func ExampleRunsOf() {
	mask := &raster.Mask{H: 2, W: 3, Pix: []uint8{
		0, 1, 1,
		0, 1, 0}}
	down := raster.RunsOf(mask, 1, raster.ColumnMajor)
	fmt.Println(raster.RLE{Order: raster.ColumnMajor, Base: 1}.Text(down))
	fmt.Println(down.Counts, down.COCO())

	dacon := raster.RLE{Order: raster.RowMajor, Base: 1, Empty: []string{"-1"}}
	along, err := dacon.Parse("2 2 5 1", 2, 3)
	fmt.Println(along.Counts, along.Area(), err)
	fmt.Println(dacon.Text(raster.RunsOf(mask, 7, raster.RowMajor)))
	// Output:
	// 3 3
	// [2 3 1] 231
	// [1 2 1 1 1] 3 <nil>
	// -1
}
