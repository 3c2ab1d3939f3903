package refine_test

import (
	"fmt"

	"tessera/segtrain/raster"
	"tessera/segtrain/refine"
)

// Two models look at two pixels: of the first they are sure, on the second they do not agree.
func ExampleNewPseudoLabel() {
	members := []*raster.Float{
		{H: 1, W: 2, C: 2, Pix: []float32{0.125, 0.875, 1, 0}},
		{H: 1, W: 2, C: 2, Pix: []float32{0, 1, 0.25, 0.75}},
	}
	rule := refine.PseudoRule{Thresholds: []float64{0.6, 0.9}, Agreement: 1, MinKept: 0.5}
	label := refine.NewPseudoLabel(members, rule)
	fmt.Println(label.Mask.Pix, label.Confidence, rule.Keeps(label))
	// Output: [1 255] [0.9375 0.625] true
}
