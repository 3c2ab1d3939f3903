//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "elem_neon_arm64.h"

#define FROM \
	LOAD(R1, F0); \
	VFCVTNH(0, 0); \
	VST1.P [V0.H4], 8(R2)

#define LARGEST 29
#define SMALLEST 30

// FMIN and FMAX return NaN where one is
#define CLAMP \
	LOAD(R1, F0); \
	VFMIN(LARGEST, 0, 0); \
	VFMAX(SMALLEST, 0, 0); \
	VFCVTNH(0, 0); \
	VST1.P [V0.H4], 8(R2)

#define TO \
	VLD1.P 8(R1), [V0.H4]; \
	VFCVTLH(0, 0); \
	STORE(F0, R2)

// func halfFromNEON(n int, x *float32, y *uint16)
TEXT ·halfFromNEON(SB), NOSPLIT, $0-24
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	EACH(FROM)
	RET

// func halfClampNEON(n int, x *float32, y *uint16)
TEXT ·halfClampNEON(SB), NOSPLIT, $0-24
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	MOVD $0x477fe000, R8
	VDUP R8, V29.S4
	MOVD $0xc77fe000, R8
	VDUP R8, V30.S4
	EACH(CLAMP)
	RET

// func halfToNEON(n int, x *uint16, y *float32)
TEXT ·halfToNEON(SB), NOSPLIT, $0-24
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	EACH(TO)
	RET
