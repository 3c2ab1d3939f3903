//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "elem_neon_arm64.h"

// R0 n; R1 the input, R2 dy, R3 the output. The constants' registers have these numbers: the rows of actTable.
#define LO 16
#define HI 17
#define ONE 18
#define SIGN 19
#define LOG2E 20
#define MAGIC 21
#define LN2HI 22
#define LN2LO 23
#define E2 24
#define E3 25
#define E4 26
#define E5 27
#define E6 28
#define ZERO 30
#define ACC 31 // all ones to accumulate

#define CONSTANTS \
	MOVD $·actTable(SB), R8; \
	FMOVQ 0(R8), F16; \
	FMOVQ 32(R8), F17; \
	FMOVQ 64(R8), F18; \
	FMOVQ 96(R8), F19; \
	FMOVQ 128(R8), F20; \
	FMOVQ 160(R8), F21; \
	FMOVQ 192(R8), F22; \
	FMOVQ 224(R8), F23; \
	FMOVQ 256(R8), F24; \
	FMOVQ 288(R8), F25; \
	FMOVQ 320(R8), F26; \
	FMOVQ 352(R8), F27; \
	FMOVQ 384(R8), F28

// V3 = e^V1 for V1 in [LO, HI] or NaN, destroying V1, V2 and V4:
//	V2 = V1·LOG2E + MAGIC; V3 = V2 - MAGIC; V1 = (V1 - V3·LN2HI) - V3·LN2LO
//	V3 = (((E6·V1 + E5)·V1 + E4)·V1 + E3)·V1 + E2
//	V3 = (V3·V1² + V1 + 1)·2ⁿ, n = V2 shifted to the exponent, unless V3 is NaN
#define RAISE \
	VFMUL(LOG2E, 1, 2); \
	VFADD(MAGIC, 2, 2); \
	VFSUB(MAGIC, 2, 3); \
	VSHL $23, V2.S4, V2.S4; \
	VFMUL(LN2HI, 3, 4); \
	VFSUB(4, 1, 1); \
	VFMUL(LN2LO, 3, 3); \
	VFSUB(3, 1, 1); \
	VFMUL(E6, 1, 3); \
	VFADD(E5, 3, 3); \
	VFMUL(1, 3, 3); \
	VFADD(E4, 3, 3); \
	VFMUL(1, 3, 3); \
	VFADD(E3, 3, 3); \
	VFMUL(1, 3, 3); \
	VFADD(E2, 3, 3); \
	VFMUL(1, 1, 4); \
	VFMUL(4, 3, 3); \
	VFADD(1, 3, 3); \
	VFADD(ONE, 3, 3); \
	VFCMEQ(3, 3, 4); \
	VAND V2.B16, V4.B16, V2.B16; \
	VADD V2.S4, V3.S4, V3.S4

// V1 = Sigmoid(V0), using V2 to V4:
//	V3 = e^max(-|V0|, LO); V1 = (V0 < 0 ? V3 : 1) / (1 + V3)
#define SIGMA \
	VORR V19.B16, V0.B16, V1.B16; \
	VFMAX(LO, 1, 1); \
	RAISE; \
	VFADD(ONE, 3, 2); \
	VFCMGT(0, ZERO, 4); \
	VBSL V18.B16, V3.B16, V4.B16; \
	VFDIV(2, 4, 1)

// dx = prior + V1
#define GRADIENT \
	PEEK(R3, F2); \
	VAND V31.B16, V2.B16, V2.B16; \
	VFADD(1, 2, 2); \
	STORE(F2, R3)

#define EXP \
	LOAD(R1, F1); \
	VFMAX(LO, 1, 1); \
	VFMIN(HI, 1, 1); \
	RAISE; \
	STORE(F3, R3)

#define SIGMOID \
	LOAD(R1, F0); \
	SIGMA; \
	STORE(F1, R3)

#define SILU \
	LOAD(R1, F0); \
	SIGMA; \
	VFMUL(0, 1, 0); \
	STORE(F0, R3)

#define RELU \
	LOAD(R1, F0); \
	VFMAX(ZERO, 0, 0); \
	STORE(F0, R3)

// (dy·y)·(1 - y)
#define SIGMOIDGRAD \
	LOAD(R1, F0); \
	LOAD(R2, F1); \
	VFMUL(0, 1, 1); \
	VFSUB(0, ONE, 0); \
	VFMUL(0, 1, 1); \
	GRADIENT

// dy·(s·(1 + x·(1 - s)))
#define SILUGRAD \
	LOAD(R1, F0); \
	SIGMA; \
	VFSUB(1, ONE, 2); \
	VFMUL(2, 0, 0); \
	VFADD(ONE, 0, 0); \
	VFMUL(0, 1, 1); \
	LOAD(R2, F2); \
	VFMUL(2, 1, 1); \
	GRADIENT

#define RELUGRAD \
	LOAD(R1, F0); \
	LOAD(R2, F1); \
	VFCMGT(ZERO, 0, 0); \
	VAND V0.B16, V1.B16, V1.B16; \
	GRADIENT

// func actExpNEON(n int, x, y *float32)
TEXT ·actExpNEON(SB), NOSPLIT, $0-24
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R3
	CONSTANTS
	VEOR V30.B16, V30.B16, V30.B16
	EACH(EXP)
	RET

// func actSigmoidNEON(n int, x, y *float32)
TEXT ·actSigmoidNEON(SB), NOSPLIT, $0-24
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R3
	CONSTANTS
	VEOR V30.B16, V30.B16, V30.B16
	EACH(SIGMOID)
	RET

// func actSiLUNEON(n int, x, y *float32)
TEXT ·actSiLUNEON(SB), NOSPLIT, $0-24
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R3
	CONSTANTS
	VEOR V30.B16, V30.B16, V30.B16
	EACH(SILU)
	RET

// func actReLUNEON(n int, x, y *float32)
TEXT ·actReLUNEON(SB), NOSPLIT, $0-24
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R3
	VEOR V30.B16, V30.B16, V30.B16
	EACH(RELU)
	RET

// func actSigmoidGradNEON(n int, accumulate bool, y, dy, dx *float32)
TEXT ·actSigmoidGradNEON(SB), NOSPLIT, $0-40
	MOVD n+0(FP), R0
	MOVBU accumulate+8(FP), R4
	MOVD y+16(FP), R1
	MOVD dy+24(FP), R2
	MOVD dx+32(FP), R3
	NEG R4, R4
	VDUP R4, V31.S4
	CONSTANTS
	VEOR V30.B16, V30.B16, V30.B16
	EACH(SIGMOIDGRAD)
	RET

// func actSiLUGradNEON(n int, accumulate bool, x, dy, dx *float32)
TEXT ·actSiLUGradNEON(SB), NOSPLIT, $0-40
	MOVD n+0(FP), R0
	MOVBU accumulate+8(FP), R4
	MOVD x+16(FP), R1
	MOVD dy+24(FP), R2
	MOVD dx+32(FP), R3
	NEG R4, R4
	VDUP R4, V31.S4
	CONSTANTS
	VEOR V30.B16, V30.B16, V30.B16
	EACH(SILUGRAD)
	RET

// func actReLUGradNEON(n int, accumulate bool, y, dy, dx *float32)
TEXT ·actReLUGradNEON(SB), NOSPLIT, $0-40
	MOVD n+0(FP), R0
	MOVBU accumulate+8(FP), R4
	MOVD y+16(FP), R1
	MOVD dy+24(FP), R2
	MOVD dx+32(FP), R3
	NEG R4, R4
	VDUP R4, V31.S4
	VEOR V30.B16, V30.B16, V30.B16
	EACH(RELUGRAD)
	RET
