//go:build !purego && (amd64 || arm64)

package kernels

import "math"

// actGradient makes a kernel of assembly that takes a multiple of step floats, as elemMap does.
func actGradient(step int, asm func(n int, accumulate bool, x, dy, dx *float32),
	tail func(accumulate bool, x, dy, dx []float32)) func(accumulate bool, x, dy, dx []float32) {
	return func(accumulate bool, x, dy, dx []float32) {
		n := len(x) &^ (step - 1)
		if n > 0 {
			asm(n, accumulate, &x[0], &dy[0], &dx[0])
		}
		if n < len(x) {
			tail(accumulate, x[n:], dy[n:], dx[n:])
		}
	}
}

// actTable holds the constants of the assembly, each in a row as wide as a vector of AVX2. act_amd64.h names
// the rows.
var actTable = actRows(actLo, actHi, 1, float32(math.Copysign(0, -1)), actLog2E, actMagic, actLn2Hi, actLn2Lo,
	actE2, actE3, actE4, actE5, actE6)

func actRows(constants ...float32) (rows [13][8]float32) {
	for i, c := range constants {
		for j := range rows[i] {
			rows[i][j] = c
		}
	}
	return rows
}
