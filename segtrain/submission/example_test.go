package submission_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/segtrain/submission"
)

// A predicted mask as the row of a table.
func Example() {
	dir, err := os.MkdirTemp("", "submission")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Mkdir(filepath.Join(dir, "masks"), 0o777); err != nil {
		log.Fatal(err)
	}
	mask := &raster.Mask{H: 2, W: 3, Pix: []uint8{
		0, 255, 255,
		0, 255, 0}}
	if err := raster.WriteMask(filepath.Join(dir, "masks", "a.png"), mask, nil); err != nil {
		log.Fatal(err)
	}
	masks, err := submission.Open(dir, metric.Binary, []string{"salt"})
	if err != nil {
		log.Fatal(err)
	}
	out := filepath.Join(dir, "submission.csv")
	for _, d := range submission.Dialects() {
		if d.Name == "salt" {
			_, err = submission.Write(context.Background(), masks, submission.Spec{
				Format: submission.RLE, Task: metric.Binary, Classes: []string{"salt"}, Written: []int{0}, Table: d.Table,
			}, submission.Options{Out: out})
		}
	}
	text, _ := os.ReadFile(out)
	fmt.Print(string(text), err)
	// Output:
	// id,rle_mask
	// a,3 3
	// <nil>
}
