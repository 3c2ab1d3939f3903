//go:build !purego

package kernels

import "unsafe"

func init() {
	registerChannel16(AVX512)
	registerChannel16(AMX)
}

func registerChannel16(isa ISA) {
	channel16.register(isa, channel16Kernel{
		affine: func(rows, c int, stream bool, x []uint16, a, b []float32, y []uint16) {
			channel16Asm{isa, asmAffine}.run(rows, c, stream, x, nil, y, a, b, nil)
		},
		relu: func(rows, c int, stream bool, x []uint16, a, b []float32, y []uint16) {
			channel16Asm{isa, asmAffineReLU}.run(rows, c, stream, x, nil, y, a, b, nil)
		},
		silu: func(rows, c int, stream bool, x []uint16, a, b []float32, y []uint16) {
			channel16Asm{isa, asmAffineSiLU}.run(rows, c, stream, x, nil, y, a, b, nil)
		},
		scale: func(rows, c int, x []uint16, a []float32, y []uint16) {
			channel16Asm{isa, asmScale}.run(rows, c, false, x, nil, y, a, nil, nil)
		},
		grad: func(rows, c int, stream bool, x, dy []uint16, a, b, k []float32, dx []uint16) {
			channel16Asm{isa, asmGrad}.run(rows, c, stream, x, dy, dx, a, b, k)
		},
	})
}

// A channel16Asm is channelAsm for maps in bfloat16.
type channel16Asm channelAsm

// run computes a map of rows×c. Factors are written down until they fill whole vectors; where that would be too long, generic Go
// computes it.
func (f channel16Asm) run(rows, c int, stream bool, x, y, z []uint16, a, b, k []float32) {
	period := c
	for period > 0 && period%channelVector != 0 {
		period *= 2
	}
	whole := len(z) &^ (channelVector - 1)
	if c%channelVector != 0 && period > channelTable {
		whole = 0
	}
	if whole > 0 {
		stream = stream && uintptr(unsafe.Pointer(&z[0]))%cacheLine == 0
		if c%channelVector == 0 {
			f.along(whole, period, stream, x, y, z, a, b, k)
		} else {
			var table [3][channelTable]float32
			f.along(whole, period, stream, x, y, z, repeat(table[0][:period], a), repeat(table[1][:period], b), repeat(table[2][:period], k))
		}
	}
	f.rest(whole, rows, c, x, y, z, a, b, k)
}

// along computes the first whole numbers of a map whose factors have so long a period.
func (f channel16Asm) along(whole, period int, stream bool, x, y, z []uint16, a, b, k []float32) {
	step := max(1, channelCall/period) * period
	for i := 0; i < whole; i += step {
		var second *uint16
		if y != nil {
			second = &y[i]
		}
		f.call(min(step, whole-i), period, stream, &x[i], second, &z[i], normAt(a, 0), normAt(b, 0), normAt(k, 0))
	}
}

// rest computes what is left of a map from number at on, in the row where it begins and then row by row.
func (f channel16Asm) rest(at, rows, c int, x, y, z []uint16, a, b, k []float32) {
	for at < rows*c {
		phase := at % c
		n := c - phase
		f.row(n, x[at:], from16(y, at), z[at:], from(a, phase), from(b, phase), from(k, phase))
		at += n
	}
}

// row computes n numbers in generic Go.
func (f channel16Asm) row(n int, x, y, z []uint16, a, b, k []float32) {
	switch f.what {
	case asmAffine:
		channel16AffineGeneric(1, n, false, x, a, b, z)
	case asmAffineReLU:
		channel16ReLUGeneric(1, n, false, x, a, b, z)
	case asmAffineSiLU:
		channel16SiLUGeneric(1, n, false, x, a, b, z)
	case asmScale:
		channel16ScaleGeneric(1, n, x, a, z)
	case asmGrad:
		channel16GradGeneric(1, n, false, x, y, a, b, k, z)
	}
}

// from16 leaves nil as it is.
func from16(x []uint16, i int) []uint16 {
	if x == nil {
		return nil
	}
	return x[i:]
}

// call is that of channelAsm.
//
//go:noinline
func (f channel16Asm) call(n, period int, stream bool, x, y, z *uint16, a, b, k *float32) {
	switch f {
	case channel16Asm{AVX512, asmAffine}:
		channel16AffineAVX512(n, period, stream, x, y, z, a, b, k)
	case channel16Asm{AVX512, asmAffineReLU}:
		channel16ReLUAVX512(n, period, stream, x, y, z, a, b, k)
	case channel16Asm{AVX512, asmAffineSiLU}:
		channel16SiLUAVX512(n, period, stream, x, y, z, a, b, k)
	case channel16Asm{AVX512, asmScale}:
		channel16ScaleAVX512(n, period, stream, x, y, z, a, b, k)
	case channel16Asm{AVX512, asmGrad}:
		channel16GradAVX512(n, period, stream, x, y, z, a, b, k)
	case channel16Asm{AMX, asmAffine}:
		channel16AffineAMX(n, period, stream, x, y, z, a, b, k)
	case channel16Asm{AMX, asmAffineReLU}:
		channel16ReLUAMX(n, period, stream, x, y, z, a, b, k)
	case channel16Asm{AMX, asmAffineSiLU}:
		channel16SiLUAMX(n, period, stream, x, y, z, a, b, k)
	case channel16Asm{AMX, asmScale}:
		channel16ScaleAMX(n, period, stream, x, y, z, a, b, k)
	case channel16Asm{AMX, asmGrad}:
		channel16GradAMX(n, period, stream, x, y, z, a, b, k)
	}
}

//go:noescape
func channel16AffineAVX512(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)

//go:noescape
func channel16ReLUAVX512(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)

//go:noescape
func channel16SiLUAVX512(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)

//go:noescape
func channel16ScaleAVX512(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)

//go:noescape
func channel16GradAVX512(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)

//go:noescape
func channel16AffineAMX(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)

//go:noescape
func channel16ReLUAMX(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)

//go:noescape
func channel16SiLUAMX(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)

//go:noescape
func channel16ScaleAMX(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)

//go:noescape
func channel16GradAMX(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)
