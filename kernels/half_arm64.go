//go:build !purego

package kernels

func init() {
	halfFrom.register(NEON, halfFromBy4)
	halfClamp.register(NEON, halfClampBy4)
	halfTo.register(NEON, halfToBy4)
}

func halfFromBy4(x []float32, y []uint16) {
	n := len(x) &^ 3
	if n > 0 {
		halfFromNEON(n, &x[0], &y[0])
	}
	halfFromGeneric(x[n:], y[n:])
}

func halfClampBy4(x []float32, y []uint16) {
	n := len(x) &^ 3
	if n > 0 {
		halfClampNEON(n, &x[0], &y[0])
	}
	halfClampGeneric(x[n:], y[n:])
}

func halfToBy4(x []uint16, y []float32) {
	n := len(x) &^ 3
	if n > 0 {
		halfToNEON(n, &x[0], &y[0])
	}
	halfToGeneric(x[n:], y[n:])
}

//go:noescape
func halfFromNEON(n int, x *float32, y *uint16)

//go:noescape
func halfClampNEON(n int, x *float32, y *uint16)

//go:noescape
func halfToNEON(n int, x *uint16, y *float32)
