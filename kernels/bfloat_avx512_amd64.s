//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"

#define CONSTANT(V, Z) MOVL $V, R8; VPBROADCASTD R8, Z

// the upper halves of X, after half a unit and the lowest bit that stays, less one; of NaN those of a quiet one
#define FROM \
	LOAD(SI, V0); \
	VPSRLD $16, V0, V1; \
	VPANDD V5, V1, V1; \
	VPADDD V6, V1, V1; \
	VPADDD V0, V1, V1; \
	VCMPPS $3, V0, V0, K3; \
	VPORD V7, V0, K3, V1; \
	VPSRLD $16, V1, V1; \
	VPMOVDW V1, K1, (DI)(AX*2)

#define TO \
	VPMOVZXWD.Z (SI)(AX*2), K1, V0; \
	VPSLLD $16, V0, V0; \
	STORE(V0, DI)

// func bfloatFromAVX512(n int, x *float32, y *uint16)
TEXT ·bfloatFromAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	CONSTANT(1, V5)
	CONSTANT(0x7fff, V6)
	CONSTANT(0x400000, V7)
	EACH(FROM)
	VZEROUPPER
	RET

// func bfloatToAVX512(n int, x *uint16, y *float32)
TEXT ·bfloatToAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	EACH(TO)
	VZEROUPPER
	RET
