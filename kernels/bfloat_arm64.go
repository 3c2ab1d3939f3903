//go:build !purego

package kernels

func init() {
	bfloatFrom.register(NEON, bfloatFromBy4)
	bfloatTo.register(NEON, bfloatToBy4)
}

func bfloatFromBy4(x []float32, y []uint16) {
	n := len(x) &^ 3
	if n > 0 {
		bfloatFromNEON(n, &x[0], &y[0])
	}
	bfloatFromGeneric(x[n:], y[n:])
}

func bfloatToBy4(x []uint16, y []float32) {
	n := len(x) &^ 3
	if n > 0 {
		bfloatToNEON(n, &x[0], &y[0])
	}
	bfloatToGeneric(x[n:], y[n:])
}

//go:noescape
func bfloatFromNEON(n int, x *float32, y *uint16)

//go:noescape
func bfloatToNEON(n int, x *uint16, y *float32)
