package kernels

import "fmt"

var bytesMean = newFamily("bytesMean", bytesMeanGeneric)

// ByteMean computes y[i] as the mean of x[k][i], rounded. The number of rows x is odd and at most 15. y must not overlap x.
func ByteMean(x [][]uint8, y []uint8) {
	if len(x)%2 == 0 || len(x) > 15 {
		panic(fmt.Sprintf("kernels: ByteMean: %d rows; allowed: odd numbers up to 15", len(x)))
	}
	for _, row := range x {
		_ = row[:len(y)]
	}
	if len(x) == 1 {
		copy(y, x[0])
		return
	}
	bytesMean.fn(x, y)
}
