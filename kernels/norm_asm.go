//go:build !purego && (amd64 || arm64)

package kernels

// A normAsm is a kernel in assembly over rows×c matrices x, y, z, the output last, and vectors u, v, w of c numbers.
// Pointers that a kernel has no use for are nil; rows and c are at least 1.
type normAsm func(rows, c int, x, y, z, u, v, w *float32)

// A normSet is the family in one instruction set.
type normSet struct {
	sums, moments, dot, mulAdd, add, gradSums normAsm
}

func registerNorm(isa ISA, k normSet) {
	channelSums.register(isa, func(rows, c int, x, s []float32) {
		k.sums.run(rows, c, x, nil, nil, s, nil, nil)
	})
	channelMoments.register(isa, func(rows, c int, x, shift, s1, s2 []float32) {
		k.moments.run(rows, c, x, nil, nil, shift, s1, s2)
	})
	channelDot.register(isa, func(rows, c int, x, y, s []float32) {
		k.dot.run(rows, c, x, y, nil, s, nil, nil)
	})
	channelMulAdd.register(isa, func(rows, c int, x, a, y []float32) {
		k.mulAdd.run(rows, c, x, y, nil, a, nil, nil)
	})
	channelAdd.register(isa, func(rows, c int, a, y []float32) {
		k.add.run(rows, c, nil, y, nil, a, nil, nil)
	})
	batchNormGradSums.register(isa, func(rows, c int, x, dy, mean, s1, s2 []float32) {
		k.gradSums.run(rows, c, x, dy, nil, mean, s1, s2)
	})
}

// normFloats is how much of a matrix one call of assembly passes over: some microseconds' work, and few enough pages
// and lines that the blocks of channels, one after the other, find them in the cache.
const normFloats = 1 << 12

// run calls the assembly for one block of rows after the other.
func (f normAsm) run(rows, c int, x, y, z, u, v, w []float32) {
	if c == 0 {
		return
	}
	step := max(1, normFloats/c)
	for i := 0; i < rows; i += step {
		f.call(min(step, rows-i), c, normAt(x, i*c), normAt(y, i*c), normAt(z, i*c),
			normAt(u, 0), normAt(v, 0), normAt(w, 0))
	}
}

// call is where a goroutine can be preempted.
//
//go:noinline
func (f normAsm) call(rows, c int, x, y, z, u, v, w *float32) { f(rows, c, x, y, z, u, v, w) }

func normAt(x []float32, i int) *float32 {
	if x == nil {
		return nil
	}
	return &x[i]
}
