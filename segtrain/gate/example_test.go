package gate_test

import (
	"fmt"

	"tessera/segtrain/gate"
	"tessera/segtrain/raster"
)

// A head says that a picture shows no ship, and its mask has none.
func Example() {
	g, err := gate.New([]string{"ship"}, []string{"ship"}, []float64{0.4})
	if err != nil {
		panic(err)
	}
	p := &raster.Float{H: 1, W: 2, C: 1, Pix: []float32{0.7, 0.1}}
	fmt.Println(g.Apply(p, []float32{0.5}).Pix, g.Apply(p, []float32{0.2}).Pix)
	// Output: [0.7 0.1] [0 0]
}
