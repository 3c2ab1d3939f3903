package refine_test

import (
	"fmt"

	"tessera/segtrain/raster"
	"tessera/segtrain/refine"
)

// Three images of one sky each, of which one is labelled as ground.
func ExampleAuditor() {
	a := refine.NewAuditor(refine.AuditOptions{Classes: 2, Ignore: -1})
	ground, sky := &raster.Float{H: 1, W: 2, C: 2, Pix: []float32{1, 0, 1, 0}}, &raster.Float{H: 1, W: 2, C: 2, Pix: []float32{0, 1, 0, 1}}
	images := []struct {
		id     string
		p      *raster.Float
		labels []uint8
	}{{"a", sky, []uint8{1, 1}}, {"b", sky, []uint8{0, 0}}, {"c", sky, []uint8{1, 1}}, {"d", ground, []uint8{0, 0}}}
	for _, x := range images {
		a.Learn(x.p, x.labels)
	}
	for _, x := range images {
		a.Judge(x.id, x.p, x.labels)
	}
	r := a.Result()
	fmt.Println(r.Images[0].ID, r.Findings[0].Region)
	// Output: b {0 1 {0 0 2 1} 2 1}
}
