package kernels

// BFloat16 numbers are the upper halves of float32 numbers. Conversion rounds to nearest, ties to even; a NaN stays one,
// made quiet. What matrix units multiply has no denormal numbers: they would take them for zeros, and zeros they are.
//
// Pairs of rows lie as a matrix unit wants them: element j of two rows side by side.

// A bf16Kernel converts float32 numbers.
type bf16Kernel struct {
	// split writes the bfloat16 numbers nearest to x to hi, and those nearest to what is left to lo, unless it is empty.
	split func(x []float32, hi, lo []uint16)
	// pair does the same with pairs of rows of n floats, ld apart, side by side: hi[p·2n+2j] of x[2p·ld+j] and
	// hi[p·2n+2j+1] of x[(2p+1)·ld+j].
	pair func(pairs, n, ld int, x []float32, hi, lo []uint16)
	// pairOf is pair of numbers in bfloat16: to[p·2n+2j] = x[2p·ld+j] and to[p·2n+2j+1] = x[(2p+1)·ld+j].
	pairOf func(pairs, n, ld int, x, to []uint16)
	// late writes rows of n pairs anew, from pairs that begin a row of numbers earlier: y[p·n+j] is x[(p-1)·n+j]'s second number and
	// x[p·n+j]'s first; ahead of x lie zeros.
	late func(rows, n int, x, y []uint32)
	// transpose writes a rows×cols matrix of pairs, or of float32 numbers, as cols×rows: y[j·ldy+i] = x[i·ldx+j]
	transpose func(rows, cols, ldx, ldy int, x, y []uint32)
}

var bf16 = newFamily("bf16", bf16Kernel{bf16SplitGeneric, bf16PairGeneric, bf16PairOfGeneric, bf16LateGeneric, bf16TransposeGeneric})
