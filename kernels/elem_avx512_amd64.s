//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "elem_amd64.h"

// CX n; SI x, DX y, DI the output; V7 a

// func elemFillAVX512(n int, a float32, y *float32)
TEXT ·elemFillAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	VBROADCASTSS a+8(FP), V7
	MOVQ y+16(FP), DI
	EACH(FILL)
	VZEROUPPER
	RET

// func elemAddAVX512(n int, x, y, z *float32)
TEXT ·elemAddAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ z+24(FP), DI
	EACH(ADD)
	VZEROUPPER
	RET

// func elemMulAVX512(n int, x, y, z *float32)
TEXT ·elemMulAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ z+24(FP), DI
	EACH(MUL)
	VZEROUPPER
	RET

// func elemMulAddAVX512(n int, x, y, z *float32)
TEXT ·elemMulAddAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ z+24(FP), DI
	EACH(MULADD)
	VZEROUPPER
	RET

// func elemScaleAVX512(n int, a float32, x, y *float32)
TEXT ·elemScaleAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	VBROADCASTSS a+8(FP), V7
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	EACH(SCALE)
	VZEROUPPER
	RET

// func elemAxpyAVX512(n int, a float32, x, y *float32)
TEXT ·elemAxpyAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	VBROADCASTSS a+8(FP), V7
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	EACH(AXPY)
	VZEROUPPER
	RET

// A lane that is masked out adds +0 to a sum that is not negative: nothing.
#define SQUARES \
	LOAD(SI, Z0); \
	VEXTRACTF64X4 $1, Z0, Y1; \
	VCVTPS2PD Y0, Z0; \
	VCVTPS2PD Y1, Z1; \
	VMULPD Z0, Z0, Z0; \
	VMULPD Z1, Z1, Z1; \
	VADDPD Z0, Z14, Z14; \
	VADDPD Z1, Z15, Z15

// func elemSquaresAVX512(n int, x *float32, lane *[16]float64)
// Z14 and Z15 the lanes.
TEXT ·elemSquaresAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ lane+16(FP), DI
	VMOVUPD (DI), Z14
	VMOVUPD 64(DI), Z15
	EACH(SQUARES)
	VMOVUPD Z14, (DI)
	VMOVUPD Z15, 64(DI)
	VZEROUPPER
	RET

#define FINITE \
	LOAD(SI, Z0); \
	VPANDD Z0, Z15, Z0; \
	VPCMPEQD Z0, Z15, K3; \
	KORTESTW K3, K3; \
	JNE infinite

// func elemFiniteAVX512(n int, x *float32) bool
// Z15 the exponent of infinity.
TEXT ·elemFiniteAVX512(SB), NOSPLIT, $0-17
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVL $0x7f800000, R8
	VPBROADCASTD R8, Z15
	MOVB $1, ret+16(FP)
	EACH(FINITE)
	VZEROUPPER
	RET
infinite:
	MOVB $0, ret+16(FP)
	VZEROUPPER
	RET
