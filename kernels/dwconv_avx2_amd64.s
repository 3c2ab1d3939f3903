//go:build !purego

#include "go_asm.h"
#include "textflag.h"

#define V0 Y0
#define V1 Y1
#define V2 Y2
#define V3 Y3
#define V4 Y4
#define V5 Y5
#define V6 Y6
#define V7 Y7
#define V8 Y12
#define V9 Y13

DATA dwLaneMask<>+0(SB)/8, $-1
DATA dwLaneMask<>+8(SB)/8, $-1
DATA dwLaneMask<>+16(SB)/8, $-1
DATA dwLaneMask<>+24(SB)/8, $-1
DATA dwLaneMask<>+32(SB)/8, $0
DATA dwLaneMask<>+40(SB)/8, $0
DATA dwLaneMask<>+48(SB)/8, $0
DATA dwLaneMask<>+56(SB)/8, $0
GLOBL dwLaneMask<>(SB), RODATA|NOPTR, $64

// Y15, Y14 = the low lanes of a vector
#define LOW(n, mask) \
	LEAQ    dwLaneMask<>+32(SB), AX \
	MOVQ    n, BX                \
	NEGQ    BX                   \
	VMOVUPS (AX)(BX*4), mask
#define LANES(n) LOW(n, Y15)
#define PRIOR_LANES(n) LOW(n, Y14)

#define LOADM(mem, reg) VMASKMOVPS mem, Y15, reg
#define LOAD_PRIOR(mem, reg) VMASKMOVPS mem, Y14, reg
#define STOREM(reg, mem) VMASKMOVPS reg, Y15, mem
#define FMA(mem, acc) \
	VMASKMOVPS mem, Y15, V9 \
	VFMADD231PS V9, V8, acc

#include "dwconv_amd64.h"

// func dwApplyTailAVX2(a *dwArgs)
TEXT ·dwApplyTailAVX2(SB), NOSPLIT, $0-8
	APPLY

// func dwWeight1x1AVX2(a *dwArgs)
TEXT ·dwWeight1x1AVX2(SB), NOSPLIT, $0-8
	WEIGHT_1x1

#define SUMS_3x3(OP) \
	SUMS3(OP, Y0, Y1, Y2) \
	SUMS3(OP, Y3, Y4, Y5) \
	SUMS3(OP, Y6, Y7, Y8)
#define FMAS_3x3 \
	FMAS3(SI, Y0, Y1, Y2) \
	FMAS3(AX, Y3, Y4, Y5) \
	FMAS3(BX, Y6, Y7, Y8)

// func dwWeight3x3AVX2(a *dwArgs)
TEXT ·dwWeight3x3AVX2(SB), NOSPLIT, $0-8
	WEIGHT(SUMS_3x3(LOAD_SUM), POINT3, FMAS_3x3, STEP3, SUMS_3x3(STORE_SUM))

#define SUMS_1x5(OP) SUMS5(OP, Y0, Y1, Y2, Y3, Y4)
#define FMAS_1x5 FMAS5(SI, Y0, Y1, Y2, Y3, Y4)

// func dwWeight1x5AVX2(a *dwArgs)
TEXT ·dwWeight1x5AVX2(SB), NOSPLIT, $0-8
	WEIGHT(SUMS_1x5(LOAD_SUM), POINT1, FMAS_1x5, STEP1, SUMS_1x5(STORE_SUM))

#define SUMS_2x5(OP) SUMS_1x5(OP); SUMS5(OP, Y5, Y6, Y7, Y8, Y9)
#define FMAS_2x5 FMAS_1x5; FMAS5(AX, Y5, Y6, Y7, Y8, Y9)

// func dwWeight2x5AVX2(a *dwArgs)
TEXT ·dwWeight2x5AVX2(SB), NOSPLIT, $0-8
	WEIGHT(SUMS_2x5(LOAD_SUM), POINT2, FMAS_2x5, STEP2, SUMS_2x5(STORE_SUM))

// Whole vectors: no masks.

#undef LOADM
#undef STOREM
#undef FMA
#define LOADM(mem, reg) VMOVUPS mem, reg
#define STOREM(reg, mem) VMOVUPS reg, mem
#define FMA(mem, acc) VFMADD231PS mem, V8, acc

// func dwApplyAVX2(a *dwArgs)
TEXT ·dwApplyAVX2(SB), NOSPLIT, $0-8
	APPLY
