//go:build !purego

#include "textflag.h"
#include "elem_avx2_amd64.h"
#include "elem_amd64.h"

// CX n; SI x, DX y, DI the output; V7 a

// func elemFillAVX2(n int, a float32, y *float32)
TEXT ·elemFillAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	VBROADCASTSS a+8(FP), V7
	MOVQ y+16(FP), DI
	EACH(FILL)
	VZEROUPPER
	RET

// func elemAddAVX2(n int, x, y, z *float32)
TEXT ·elemAddAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ z+24(FP), DI
	EACH(ADD)
	VZEROUPPER
	RET

// func elemMulAVX2(n int, x, y, z *float32)
TEXT ·elemMulAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ z+24(FP), DI
	EACH(MUL)
	VZEROUPPER
	RET

// func elemMulAddAVX2(n int, x, y, z *float32)
TEXT ·elemMulAddAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ z+24(FP), DI
	EACH(MULADD)
	VZEROUPPER
	RET

// func elemScaleAVX2(n int, a float32, x, y *float32)
TEXT ·elemScaleAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	VBROADCASTSS a+8(FP), V7
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	EACH(SCALE)
	VZEROUPPER
	RET

// func elemAxpyAVX2(n int, a float32, x, y *float32)
TEXT ·elemAxpyAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	VBROADCASTSS a+8(FP), V7
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	EACH(AXPY)
	VZEROUPPER
	RET

// SUM adds the squares of 4 floats at offset OFF to the lanes in ACCUMULATOR.
#define SUM(OFF, ACCUMULATOR, T) \
	VCVTPS2PD OFF(SI)(AX*4), T; \
	VMULPD T, T, T; \
	VADDPD T, ACCUMULATOR, ACCUMULATOR

// func elemSquaresAVX2(n int, x *float32, lane *[16]float64)
// Y12–Y15 the lanes; n a multiple of 16.
TEXT ·elemSquaresAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ lane+16(FP), DI
	XORQ AX, AX
	VMOVUPD (DI), Y12
	VMOVUPD 32(DI), Y13
	VMOVUPD 64(DI), Y14
	VMOVUPD 96(DI), Y15
loop:
	SUM(0, Y12, Y0)
	SUM(16, Y13, Y1)
	SUM(32, Y14, Y2)
	SUM(48, Y15, Y3)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT loop
	VMOVUPD Y12, (DI)
	VMOVUPD Y13, 32(DI)
	VMOVUPD Y14, 64(DI)
	VMOVUPD Y15, 96(DI)
	VZEROUPPER
	RET

// func elemFiniteAVX2(n int, x *float32) bool
// Y15 the exponent of infinity, Y1 all ones where one was seen.
TEXT ·elemFiniteAVX2(SB), NOSPLIT, $0-17
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	XORQ AX, AX
	MOVL $0x7f800000, R8
	VMOVD R8, X15
	VPBROADCASTD X15, Y15
	VPXOR Y1, Y1, Y1
loop:
	VPAND (SI)(AX*4), Y15, Y0
	VPCMPEQD Y0, Y15, Y0
	VPOR Y0, Y1, Y1
	ADDQ $8, AX
	CMPQ AX, CX
	JLT loop
	VPTEST Y1, Y1
	SETEQ ret+16(FP)
	VZEROUPPER
	RET
