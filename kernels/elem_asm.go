//go:build !purego && (amd64 || arm64)

package kernels

// The functions below make a kernel of assembly that takes a multiple of step floats, step being a power of
// two; tail, the generic kernel, takes the rest, and is nil where step is 1. The function they return also is
// the place where a goroutine can be preempted between two calls, which assembly is not.

func elemFilled(step int, asm func(n int, a float32, y *float32),
	tail func(a float32, y []float32)) func(a float32, y []float32) {
	return func(a float32, y []float32) {
		n := len(y) &^ (step - 1)
		if n > 0 {
			asm(n, a, &y[0])
		}
		if n < len(y) {
			tail(a, y[n:])
		}
	}
}

func elemMap(step int, asm func(n int, x, y *float32),
	tail func(x, y []float32)) func(x, y []float32) {
	return func(x, y []float32) {
		n := len(x) &^ (step - 1)
		if n > 0 {
			asm(n, &x[0], &y[0])
		}
		if n < len(x) {
			tail(x[n:], y[n:])
		}
	}
}

func elemZip(step int, asm func(n int, x, y, z *float32),
	tail func(x, y, z []float32)) func(x, y, z []float32) {
	return func(x, y, z []float32) {
		n := len(x) &^ (step - 1)
		if n > 0 {
			asm(n, &x[0], &y[0], &z[0])
		}
		if n < len(x) {
			tail(x[n:], y[n:], z[n:])
		}
	}
}

func elemScaled(step int, asm func(n int, a float32, x, y *float32),
	tail func(a float32, x, y []float32)) func(a float32, x, y []float32) {
	return func(a float32, x, y []float32) {
		n := len(x) &^ (step - 1)
		if n > 0 {
			asm(n, a, &x[0], &y[0])
		}
		if n < len(x) {
			tail(a, x[n:], y[n:])
		}
	}
}
