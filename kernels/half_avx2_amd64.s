//go:build !purego

#include "textflag.h"
#include "elem_avx2_amd64.h"
#include "half_amd64.h"

#define FETCH

// func halfFromAVX2(n int, x *float32, y *uint16)
TEXT ·halfFromAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	EACH(FROM)
	VZEROUPPER
	RET

// func halfClampAVX2(n int, x *float32, y *uint16)
TEXT ·halfClampAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	LIMITS
	EACH(CLAMP)
	VZEROUPPER
	RET

// func halfToAVX2(n int, x *uint16, y *float32)
TEXT ·halfToAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	EACH(TO)
	VZEROUPPER
	RET
