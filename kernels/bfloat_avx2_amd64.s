//go:build !purego

#include "textflag.h"
#include "elem_avx2_amd64.h"

#define CONSTANT(V, X, Y) MOVL $V, R8; VMOVD R8, X; VPBROADCASTD X, Y

// the upper halves of X, after half a unit and the lowest bit that stays, less one; of NaN those of a quiet one
#define FROM \
	LOAD(SI, V0); \
	VPSRLD $16, V0, V1; \
	VPAND V5, V1, V1; \
	VPADDD V6, V1, V1; \
	VPADDD V0, V1, V1; \
	VPOR V7, V0, V2; \
	VCMPPS $3, V0, V0, V3; \
	VBLENDVPS V3, V2, V1, V1; \
	VPSRLD $16, V1, V1; \
	VEXTRACTI128 $1, V1, X2; \
	VPACKUSDW X2, X1, X1; \
	VMOVDQU X1, (DI)(AX*2)

#define TO \
	VPMOVZXWD (SI)(AX*2), V0; \
	VPSLLD $16, V0, V0; \
	STORE(V0, DI)

// func bfloatFromAVX2(n int, x *float32, y *uint16)
TEXT ·bfloatFromAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	CONSTANT(1, X5, V5)
	CONSTANT(0x7fff, X6, V6)
	CONSTANT(0x400000, X7, V7)
	EACH(FROM)
	VZEROUPPER
	RET

// func bfloatToAVX2(n int, x *uint16, y *float32)
TEXT ·bfloatToAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	EACH(TO)
	VZEROUPPER
	RET
