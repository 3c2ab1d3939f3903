//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "elem_neon_arm64.h"

// the upper halves of x, after half a unit and the lowest bit that stays, less one; of NaN those of a quiet one
#define FROM \
	LOAD(R1, F0); \
	VUSHR $16, V0.S4, V1.S4; \
	VAND V28.B16, V1.B16, V1.B16; \
	VADD V29.S4, V1.S4, V1.S4; \
	VADD V0.S4, V1.S4, V1.S4; \
	VORR V30.B16, V0.B16, V2.B16; \
	VFCMEQ(0, 0, 3); \
	VINSERTNOT(3, 2, 1); \
	VUPPER(1, 1); \
	VST1.P [V1.H4], 8(R2)

#define TO \
	VLD1.P 8(R1), [V0.H4]; \
	VRAISE(0, 0); \
	STORE(F0, R2)

// func bfloatFromNEON(n int, x *float32, y *uint16)
TEXT ·bfloatFromNEON(SB), NOSPLIT, $0-24
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	MOVD $1, R8
	VDUP R8, V28.S4
	MOVD $0x7fff, R8
	VDUP R8, V29.S4
	MOVD $0x400000, R8
	VDUP R8, V30.S4
	EACH(FROM)
	RET

// func bfloatToNEON(n int, x *uint16, y *float32)
TEXT ·bfloatToNEON(SB), NOSPLIT, $0-24
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	EACH(TO)
	RET
