//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "half_amd64.h"

// What waited for the backward pass lies in memory: it is asked for 3 KB ahead.
#define FETCH PREFETCHT0 3072(SI)(AX*2)

// func halfFromAVX512(n int, x *float32, y *uint16)
TEXT ·halfFromAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	EACH(FROM)
	VZEROUPPER
	RET

// func halfClampAVX512(n int, x *float32, y *uint16)
TEXT ·halfClampAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	LIMITS
	EACH(CLAMP)
	VZEROUPPER
	RET

// Whole cache lines of y, past the caches.

// func halfClampStreamAVX512(n int, x *float32, y *uint16)
TEXT ·halfClampStreamAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	LIMITS

line:
	VMINPS    (SI), V6, V0
	VMINPS    64(SI), V6, V1
	VMAXPS    V0, V7, V0
	VMAXPS    V1, V7, V1
	VCVTPS2PH $0, V0, Y0
	VCVTPS2PH $0, V1, Y1
	VMOVNTDQ  Y0, (DI)
	VMOVNTDQ  Y1, 32(DI)
	ADDQ      $128, SI
	ADDQ      $64, DI
	SUBQ      $32, CX
	JNZ       line
	SFENCE
	VZEROUPPER
	RET

// func halfToAVX512(n int, x *uint16, y *float32)
TEXT ·halfToAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	EACH(TO)
	VZEROUPPER
	RET
