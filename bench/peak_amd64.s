//go:build !purego

#include "textflag.h"

#define ZERO4(x, a, b, c, d) VPXOR x, x, a; VPXOR x, x, b; VPXOR x, x, c; VPXOR x, x, d
#define FMA4(x, a, b, c, d) VFMADD231PS x, x, a; VFMADD231PS x, x, b; VFMADD231PS x, x, c; VFMADD231PS x, x, d

// func burstAVX2(rounds int)
TEXT ·burstAVX2(SB), NOSPLIT, $0-8
	MOVQ  rounds+0(FP), CX
	VPXOR Y0, Y0, Y0
	ZERO4(Y0, Y1, Y2, Y3, Y4)
	ZERO4(Y0, Y5, Y6, Y7, Y8)
	ZERO4(Y0, Y9, Y10, Y11, Y12)
	PCALIGN $32
loop:
	FMA4(Y0, Y1, Y2, Y3, Y4)
	FMA4(Y0, Y5, Y6, Y7, Y8)
	FMA4(Y0, Y9, Y10, Y11, Y12)
	DECQ CX
	JNE  loop
	VZEROUPPER
	RET

#define ZERO4Z(x, a, b, c, d) VPXORD x, x, a; VPXORD x, x, b; VPXORD x, x, c; VPXORD x, x, d

// func burstAVX512(rounds int)
TEXT ·burstAVX512(SB), NOSPLIT, $0-8
	MOVQ   rounds+0(FP), CX
	VPXORD Z0, Z0, Z0
	ZERO4Z(Z0, Z1, Z2, Z3, Z4)
	ZERO4Z(Z0, Z5, Z6, Z7, Z8)
	ZERO4Z(Z0, Z9, Z10, Z11, Z12)
	ZERO4Z(Z0, Z13, Z14, Z15, Z16)
	PCALIGN $32
loop:
	FMA4(Z0, Z1, Z2, Z3, Z4)
	FMA4(Z0, Z5, Z6, Z7, Z8)
	FMA4(Z0, Z9, Z10, Z11, Z12)
	FMA4(Z0, Z13, Z14, Z15, Z16)
	DECQ CX
	JNE  loop
	VZEROUPPER
	RET
