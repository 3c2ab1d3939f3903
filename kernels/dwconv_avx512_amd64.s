//go:build !purego

#include "go_asm.h"
#include "textflag.h"

#define V0 Z0
#define V1 Z1
#define V2 Z2
#define V3 Z3
#define V4 Z4
#define V5 Z5
#define V6 Z6
#define V7 Z7
#define V8 Z31

// K1, K2 = the low lanes of a vector
#define LOW(n, mask) \
	MOVL  $-1, AX   \
	MOVL  n, BX     \
	BZHIL BX, AX, AX \
	KMOVW AX, mask
#define LANES(n) LOW(n, K1)
#define PRIOR_LANES(n) LOW(n, K2)

#define LOADM(mem, reg) VMOVUPS.Z mem, K1, reg
#define LOAD_PRIOR(mem, reg) VMOVUPS.Z mem, K2, reg
#define STOREM(reg, mem) VMOVUPS reg, K1, mem
#define FMA(mem, acc) VFMADD231PS mem, V8, K1, acc

#include "dwconv_amd64.h"

// func dwApplyAVX512(a *dwArgs)
TEXT ·dwApplyAVX512(SB), NOSPLIT, $0-8
	APPLY

// func dwWeight1x1AVX512(a *dwArgs)
TEXT ·dwWeight1x1AVX512(SB), NOSPLIT, $0-8
	WEIGHT_1x1

#define SUMS_3x3(OP) \
	SUMS3(OP, Z0, Z1, Z2) \
	SUMS3(OP, Z3, Z4, Z5) \
	SUMS3(OP, Z6, Z7, Z8)
#define FMAS_3x3 \
	FMAS3(SI, Z0, Z1, Z2) \
	FMAS3(AX, Z3, Z4, Z5) \
	FMAS3(BX, Z6, Z7, Z8)

// func dwWeight3x3AVX512(a *dwArgs)
TEXT ·dwWeight3x3AVX512(SB), NOSPLIT, $0-8
	WEIGHT(SUMS_3x3(LOAD_SUM), POINT3, FMAS_3x3, STEP3, SUMS_3x3(STORE_SUM))

#define SUMS_5x5(OP) \
	SUMS5(OP, Z0, Z1, Z2, Z3, Z4)      \
	SUMS5(OP, Z5, Z6, Z7, Z8, Z9)      \
	SUMS5(OP, Z10, Z11, Z12, Z13, Z14) \
	SUMS5(OP, Z15, Z16, Z17, Z18, Z19) \
	SUMS5(OP, Z20, Z21, Z22, Z23, Z24)
#define FMAS_5x5 \
	FMAS5(SI, Z0, Z1, Z2, Z3, Z4)      \
	FMAS5(AX, Z5, Z6, Z7, Z8, Z9)      \
	FMAS5(BX, Z10, Z11, Z12, Z13, Z14) \
	FMAS5(CX, Z15, Z16, Z17, Z18, Z19) \
	FMAS5(DX, Z20, Z21, Z22, Z23, Z24)

// func dwWeight5x5AVX512(a *dwArgs)
TEXT ·dwWeight5x5AVX512(SB), NOSPLIT, $0-8
	WEIGHT(SUMS_5x5(LOAD_SUM), POINT5, FMAS_5x5, STEP5, SUMS_5x5(STORE_SUM))
