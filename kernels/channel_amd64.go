//go:build !purego

package kernels

import "unsafe"

// A channelAsm is a kernel in assembly. Calls are written out, call by call, for the compiler to see that no pointer escapes: what they
// need for channels that do not fill vectors can lie on the stack then.
type channelAsm struct {
	isa  ISA
	what int
}

const (
	asmAffine = iota
	asmAffineReLU
	asmAffineSiLU
	asmScale
	asmGrad
	asmGradAdd
	asmReLUGrad
	asmSiLUGrad
)

func init() {
	registerChannel(AVX2)
	registerChannel(AVX512)
}

func registerChannel(isa ISA) {
	channelAffine.register(isa, func(rows, c int, stream bool, x, a, b, y []float32) {
		channelAsm{isa, asmAffine}.run(rows, c, stream, x, nil, y, a, b, nil)
	})
	channelAffineReLU.register(isa, func(rows, c int, stream bool, x, a, b, y []float32) {
		channelAsm{isa, asmAffineReLU}.run(rows, c, stream, x, nil, y, a, b, nil)
	})
	channelAffineSiLU.register(isa, func(rows, c int, stream bool, x, a, b, y []float32) {
		channelAsm{isa, asmAffineSiLU}.run(rows, c, stream, x, nil, y, a, b, nil)
	})
	channelScale.register(isa, func(rows, c int, stream bool, x, a, y []float32) {
		channelAsm{isa, asmScale}.run(rows, c, stream, x, nil, y, a, nil, nil)
	})
	batchNormGrad.register(isa, func(rows, c int, stream bool, x, dy, a, b, k, dx []float32) {
		channelAsm{isa, asmGrad}.run(rows, c, stream, x, dy, dx, a, b, k)
	})
	batchNormGradAdd.register(isa, func(rows, c int, x, dy, a, b, k, dx []float32) {
		channelAsm{isa, asmGradAdd}.run(rows, c, false, x, dy, dx, a, b, k)
	})
	channelAffineReLUGrad.register(isa, func(rows, c int, x, a, b, dy, dx []float32) {
		channelAsm{isa, asmReLUGrad}.run(rows, c, false, x, dy, dx, a, b, nil)
	})
	channelAffineSiLUGrad.register(isa, func(rows, c int, x, a, b, dy, dx []float32) {
		channelAsm{isa, asmSiLUGrad}.run(rows, c, false, x, dy, dx, a, b, nil)
	})
}

const (
	channelVector = 16      // numbers the assembly takes at a time
	channelCall   = 1 << 14 // numbers in one call of it: some microseconds' work
	channelTable  = 512     // the longest period for which factors are written down again and again
	cacheLine     = 64
)

// run computes a map of rows×c.
func (f channelAsm) run(rows, c int, stream bool, x, y, z, a, b, k []float32) {
	if rows == 0 || c == 0 {
		return
	}
	stream = stream && uintptr(unsafe.Pointer(&z[0]))%cacheLine == 0
	if c%channelVector == 0 {
		f.along(c, stream, x, y, z, a, b, k)
		return
	}
	f.odd(rows, c, stream, x, y, z, a, b, k)
}

// along goes over a map whose factors have so long a period.
func (f channelAsm) along(period int, stream bool, x, y, z, a, b, k []float32) {
	step := max(1, channelCall/period) * period
	whole := len(z) &^ (channelVector - 1)
	for i := 0; i < whole; i += step {
		f.call(min(step, whole-i), period, stream, normAt(x, i), normAt(y, i), &z[i], normAt(a, 0), normAt(b, 0), normAt(k, 0))
	}
	if whole < len(z) {
		phase := whole % period
		f.rest(from(x, whole), from(y, whole), z[whole:], from(a, phase), from(b, phase), from(k, phase))
	}
}

// odd writes factors down until they fill whole vectors; where that would be too long it goes row by row.
func (f channelAsm) odd(rows, c int, stream bool, x, y, z, a, b, k []float32) {
	period := c
	for period%channelVector != 0 {
		period *= 2
	}
	if period > channelTable {
		for i := 0; i < rows*c; i += c {
			f.along(c, false, part(x, i, c), part(y, i, c), z[i:i+c], a, b, k)
		}
		return
	}
	var table [3][channelTable]float32
	f.along(period, stream, x, y, z, repeat(table[0][:period], a), repeat(table[1][:period], b), repeat(table[2][:period], k))
}

// rest computes less than a vector.
func (f channelAsm) rest(x, y, z, a, b, k []float32) {
	var v [6][channelVector]float32
	for i, from := range [...][]float32{x, y, z, a, b, k} {
		copy(v[i][:len(z)], from)
	}
	f.call(channelVector, channelVector, false, &v[0][0], &v[1][0], &v[2][0], &v[3][0], &v[4][0], &v[5][0])
	copy(z, v[2][:])
}

// call computes n numbers of a map x, perhaps with a second one y, to z. The factors a, b and k come again after a period; both n and
// the period are multiples of 16. Pointers that a kernel has no use for are nil. Where it streams, z lies at a multiple of a cache
// line. It is where a goroutine can be preempted.
//
//go:noinline
func (f channelAsm) call(n, period int, stream bool, x, y, z, a, b, k *float32) {
	switch f {
	case channelAsm{AVX2, asmAffine}:
		channelAffineAVX2(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX2, asmAffineReLU}:
		channelAffineReLUAVX2(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX2, asmAffineSiLU}:
		channelAffineSiLUAVX2(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX2, asmScale}:
		channelScaleAVX2(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX2, asmGrad}:
		batchNormGradAVX2(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX2, asmGradAdd}:
		batchNormGradAddAVX2(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX2, asmReLUGrad}:
		channelAffineReLUGradAVX2(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX2, asmSiLUGrad}:
		channelAffineSiLUGradAVX2(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX512, asmAffine}:
		channelAffineAVX512(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX512, asmAffineReLU}:
		channelAffineReLUAVX512(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX512, asmAffineSiLU}:
		channelAffineSiLUAVX512(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX512, asmScale}:
		channelScaleAVX512(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX512, asmGrad}:
		batchNormGradAVX512(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX512, asmGradAdd}:
		batchNormGradAddAVX512(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX512, asmReLUGrad}:
		channelAffineReLUGradAVX512(n, period, stream, x, y, z, a, b, k)
	case channelAsm{AVX512, asmSiLUGrad}:
		channelAffineSiLUGradAVX512(n, period, stream, x, y, z, a, b, k)
	}
}

// repeat fills to with x again and again, and returns it; nil stays nil.
func repeat(to, x []float32) []float32 {
	if x == nil {
		return nil
	}
	for n := copy(to, x); n < len(to); n *= 2 {
		copy(to[n:], to[:n])
	}
	return to
}

// from and part leave nil as it is.

func from(x []float32, i int) []float32 {
	if x == nil {
		return nil
	}
	return x[i:]
}

func part(x []float32, i, n int) []float32 {
	if x == nil {
		return nil
	}
	return x[i : i+n]
}

//go:noescape
func channelAffineAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func channelAffineReLUAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func channelAffineSiLUAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func channelScaleAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func batchNormGradAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func batchNormGradAddAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func channelAffineReLUGradAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func channelAffineSiLUGradAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func channelAffineAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func channelAffineReLUAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func channelAffineSiLUAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func channelScaleAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func batchNormGradAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func batchNormGradAddAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func channelAffineReLUGradAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)

//go:noescape
func channelAffineSiLUGradAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)
