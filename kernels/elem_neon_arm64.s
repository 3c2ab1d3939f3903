//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "elem_neon_arm64.h"

// R0 n; R1 x, R2 y, R3 the output; V7 a

// func elemFillNEON(n int, a float32, y *float32)
TEXT ·elemFillNEON(SB), NOSPLIT, $0-24
	MOVD  n+0(FP), R0
	MOVWU a+8(FP), R4
	MOVD  y+16(FP), R3
	VDUP  R4, V7.S4
#define FILL STORE(F7, R3)
	EACH(FILL)
	RET

// func elemAddNEON(n int, x, y, z *float32)
TEXT ·elemAddNEON(SB), NOSPLIT, $0-32
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	MOVD z+24(FP), R3
#define ADDITION LOAD(R1, F0); LOAD(R2, F1); VFADD(1, 0, 0); STORE(F0, R3)
	EACH(ADDITION)
	RET

// func elemMulNEON(n int, x, y, z *float32)
TEXT ·elemMulNEON(SB), NOSPLIT, $0-32
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	MOVD z+24(FP), R3
#define PRODUCT LOAD(R1, F0); LOAD(R2, F1); VFMUL(1, 0, 0); STORE(F0, R3)
	EACH(PRODUCT)
	RET

// func elemMulAddNEON(n int, x, y, z *float32)
TEXT ·elemMulAddNEON(SB), NOSPLIT, $0-32
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	MOVD z+24(FP), R3
#define MULADD LOAD(R1, F0); LOAD(R2, F1); PEEK(R3, F2); VFMUL(1, 0, 0); VFADD(0, 2, 2); STORE(F2, R3)
	EACH(MULADD)
	RET

// func elemScaleNEON(n int, a float32, x, y *float32)
TEXT ·elemScaleNEON(SB), NOSPLIT, $0-32
	MOVD  n+0(FP), R0
	MOVWU a+8(FP), R4
	MOVD  x+16(FP), R1
	MOVD  y+24(FP), R3
	VDUP  R4, V7.S4
#define SCALE LOAD(R1, F0); VFMUL(7, 0, 0); STORE(F0, R3)
	EACH(SCALE)
	RET

// func elemAxpyNEON(n int, a float32, x, y *float32)
TEXT ·elemAxpyNEON(SB), NOSPLIT, $0-32
	MOVD  n+0(FP), R0
	MOVWU a+8(FP), R4
	MOVD  x+16(FP), R1
	MOVD  y+24(FP), R3
	VDUP  R4, V7.S4
#define AXPY LOAD(R1, F0); PEEK(R3, F1); VFMUL(7, 0, 0); VFADD(0, 1, 1); STORE(F1, R3)
	EACH(AXPY)
	RET

// SUM adds the squares of the next 4 floats to the lanes in lo and hi.
#define SUM(lo, hi) \
	LOAD(R1, F0);    \
	VFCVTL(0, 1);    \
	VFCVTL2(0, 2);   \
	VFMULD(1, 1, 1); \
	VFMULD(2, 2, 2); \
	VFADDD(1, lo, lo); \
	VFADDD(2, hi, hi)

// func elemSquaresNEON(n int, x *float32, lane *[16]float64)
// V16-V23 the lanes; n a multiple of 16.
TEXT ·elemSquaresNEON(SB), NOSPLIT, $0-24
	MOVD   n+0(FP), R0
	MOVD   x+8(FP), R1
	MOVD   lane+16(FP), R2
	VLD1.P 64(R2), [V16.D2, V17.D2, V18.D2, V19.D2]
	VLD1   (R2), [V20.D2, V21.D2, V22.D2, V23.D2]
loop:
	SUM(16, 17)
	SUM(18, 19)
	SUM(20, 21)
	SUM(22, 23)
	SUBS   $16, R0
	BGT    loop
	VST1   [V20.D2, V21.D2, V22.D2, V23.D2], (R2)
	SUB    $64, R2
	VST1   [V16.D2, V17.D2, V18.D2, V19.D2], (R2)
	RET

// func elemFiniteNEON(n int, x *float32) bool
// V7 the exponent of infinity, V1 all ones where one was seen.
TEXT ·elemFiniteNEON(SB), NOSPLIT, $0-17
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD $0x7f800000, R4
	VDUP R4, V7.S4
	VEOR V1.B16, V1.B16, V1.B16
#define SEE \
	LOAD(R1, F0); \
	VAND V7.B16, V0.B16, V0.B16; \
	VCMEQ V7.S4, V0.S4, V0.S4; \
	VORR V0.B16, V1.B16, V1.B16
	EACH(SEE)
	VMOV V1.D[0], R4
	VMOV V1.D[1], R5
	ORR  R4, R5
	CMP  $0, R5
	CSET EQ, R4
	MOVB R4, ret+16(FP)
	RET
