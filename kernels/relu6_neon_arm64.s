//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "elem_neon_arm64.h"

// R0 n; R1 the input, R2 dy, R3 the output
#define SIX 29
#define ZERO 30

#define BOUNDS \
	MOVD $0x40c00000, R8; \
	VDUP R8, V29.S4; \
	VEOR V30.B16, V30.B16, V30.B16

// y = min(max(x, 0), 6)
#define RELU6 \
	LOAD(R1, F0); \
	VFMAX(ZERO, 0, 0); \
	VFMIN(SIX, 0, 0); \
	STORE(F0, R3)

// dx = prior + (y > 0 && 6 > y ? dy : 0); V31 is all ones to accumulate
#define RELU6GRAD \
	LOAD(R1, F0); \
	LOAD(R2, F1); \
	VFCMGT(ZERO, 0, 2); \
	VFCMGT(0, SIX, 3); \
	VAND V2.B16, V1.B16, V1.B16; \
	VAND V3.B16, V1.B16, V1.B16; \
	PEEK(R3, F2); \
	VAND V31.B16, V2.B16, V2.B16; \
	VFADD(1, 2, 2); \
	STORE(F2, R3)

// func relu6MapNEON(n int, x, y *float32)
TEXT ·relu6MapNEON(SB), NOSPLIT, $0-24
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R3
	BOUNDS
	EACH(RELU6)
	RET

// func relu6GradNEON(n int, accumulate bool, y, dy, dx *float32)
TEXT ·relu6GradNEON(SB), NOSPLIT, $0-40
	MOVD n+0(FP), R0
	MOVBU accumulate+8(FP), R4
	MOVD y+16(FP), R1
	MOVD dy+24(FP), R2
	MOVD dx+32(FP), R3
	NEG R4, R4
	VDUP R4, V31.S4
	BOUNDS
	EACH(RELU6GRAD)
	RET
