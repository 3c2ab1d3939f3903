//go:build !purego

package kernels

import (
	"sync"
	"unsafe"
)

// A channelAsm is a kernel in assembly over n numbers of a map x, perhaps a second one y, and the output z. The factors a, b and k
// come again after a period; both n and the period are multiples of 16. Pointers that a kernel has no use for are nil. Where it
// streams, z lies at a multiple of a cache line.
type channelAsm func(n, period int, stream bool, x, y, z, a, b, k *float32)

// A channelSet is the family in one instruction set.
type channelSet struct {
	affine, affineReLU, affineSiLU, scale, grad, gradAdd, reluGrad, siluGrad channelAsm
}

func registerChannel(isa ISA, k channelSet) {
	channelAffine.register(isa, func(rows, c int, stream bool, x, a, b, y []float32) {
		k.affine.run(rows, c, stream, x, nil, y, a, b, nil)
	})
	channelAffineReLU.register(isa, func(rows, c int, stream bool, x, a, b, y []float32) {
		k.affineReLU.run(rows, c, stream, x, nil, y, a, b, nil)
	})
	channelAffineSiLU.register(isa, func(rows, c int, stream bool, x, a, b, y []float32) {
		k.affineSiLU.run(rows, c, stream, x, nil, y, a, b, nil)
	})
	channelScale.register(isa, func(rows, c int, stream bool, x, a, y []float32) {
		k.scale.run(rows, c, stream, x, nil, y, a, nil, nil)
	})
	batchNormGrad.register(isa, func(rows, c int, stream bool, x, dy, a, b, k3, dx []float32) {
		k.grad.run(rows, c, stream, x, dy, dx, a, b, k3)
	})
	batchNormGradAdd.register(isa, func(rows, c int, x, dy, a, b, k3, dx []float32) {
		k.gradAdd.run(rows, c, false, x, dy, dx, a, b, k3)
	})
	channelAffineReLUGrad.register(isa, func(rows, c int, x, a, b, dy, dx []float32) {
		k.reluGrad.run(rows, c, false, x, dy, dx, a, b, nil)
	})
	channelAffineSiLUGrad.register(isa, func(rows, c int, x, a, b, dy, dx []float32) {
		k.siluGrad.run(rows, c, false, x, dy, dx, a, b, nil)
	})
}

const (
	channelVector = 16      // numbers the assembly takes at a time
	channelCall   = 1 << 14 // numbers in one call of it: some microseconds' work
	channelTable  = 512     // the longest period for which factors are written down again and again
	cacheLine     = 64
)

// A channelScratch is what a call of a kernel needs for channels that do not fill vectors.
type channelScratch struct {
	table   [3][channelTable]float32
	vectors [6][channelVector]float32
}

var channelScratches = sync.Pool{New: func() any { return new(channelScratch) }}

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
	s := channelScratches.Get().(*channelScratch)
	defer channelScratches.Put(s)
	f.along(period, stream, x, y, z, repeat(s.table[0][:period], a), repeat(s.table[1][:period], b), repeat(s.table[2][:period], k))
}

// rest computes less than a vector.
func (f channelAsm) rest(x, y, z, a, b, k []float32) {
	s := channelScratches.Get().(*channelScratch)
	defer channelScratches.Put(s)
	v := &s.vectors
	for i, from := range [...][]float32{x, y, z, a, b, k} {
		copy(v[i][:len(z)], from)
	}
	f.call(channelVector, channelVector, false, &v[0][0], &v[1][0], &v[2][0], &v[3][0], &v[4][0], &v[5][0])
	copy(z, v[2][:])
}

// call is where a goroutine can be preempted.
//
//go:noinline
func (f channelAsm) call(n, period int, stream bool, x, y, z, a, b, k *float32) {
	f(n, period, stream, x, y, z, a, b, k)
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

func init() {
	registerChannel(AVX2, channelSet{channelAffineAVX2, channelAffineReLUAVX2, channelAffineSiLUAVX2, channelScaleAVX2,
		batchNormGradAVX2, batchNormGradAddAVX2, channelAffineReLUGradAVX2, channelAffineSiLUGradAVX2})
	registerChannel(AVX512, channelSet{channelAffineAVX512, channelAffineReLUAVX512, channelAffineSiLUAVX512, channelScaleAVX512,
		batchNormGradAVX512, batchNormGradAddAVX512, channelAffineReLUGradAVX512, channelAffineSiLUGradAVX512})
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
