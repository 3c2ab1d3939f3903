//go:build !purego

#include "textflag.h"
#include "bf16_amd64.h"

#define ONE Z16
#define BIAS Z17
#define QUIET Z18
#define UPPER Z19
#define INF Z20
#define MINUS Z21

#define CONSTANTS \
	CONSTANT(1, ONE); \
	CONSTANT(0x7fff, BIAS); \
	CONSTANT(0x400000, QUIET); \
	CONSTANT(0xffff0000, UPPER); \
	CONSTANT(0x7f800000, INF); \
	CONSTANT(0x80000000, MINUS)

// the upper halves of T = bf16(X), zero where X is denormal
#define ROUND(X, T) \
	VPSRLD $16, X, T; \
	VPANDD ONE, T, T; \
	VPADDD BIAS, T, T; \
	VPADDD X, T, T; \
	VCMPPS $3, X, X, K1; \
	VPORD QUIET, X, K1, T; \
	VPTESTNMD INF, X, K1; \
	VPANDD MINUS, X, K1, T

// the upper halves of T = bf16(X - H), zero where H is infinite or no number; H is a bf16 in the upper half, destroyed as X is
#define REST(X, H, T) \
	VPANDD UPPER, H, H; \
	VSUBPS H, X, X; \
	VPANDD INF, H, H; \
	VPCMPEQD INF, H, K2; \
	ROUND(X, T); \
	VPXORD T, T, K2, T

// func bf16SplitAVX512(n int, x *float32, hi, lo *uint16)
TEXT ·bf16SplitAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ hi+16(FP), DI
	MOVQ lo+24(FP), DX
	CONSTANTS
	XORQ AX, AX
	TESTQ DX, DX
	JNE  both
one:
	PREFETCHT0 AHEAD(SI)(AX*4)
	VMOVUPS (SI)(AX*4), Z0
	ROUND(Z0, Z1)
	VPSRLD $16, Z1, Z1
	VPMOVDW Z1, (DI)(AX*2)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  one
	VZEROUPPER
	RET
both:
	PREFETCHT0 AHEAD(SI)(AX*4)
	VMOVUPS (SI)(AX*4), Z0
	ROUND(Z0, Z1)
	VPSRLD $16, Z1, Z2
	VPMOVDW Z2, (DI)(AX*2)
	REST(Z0, Z1, Z2)
	VPSRLD $16, Z2, Z2
	VPMOVDW Z2, (DX)(AX*2)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  both
	VZEROUPPER
	RET

#define PAIR_ROUNDED \
	ROUND(Z0, Z2); \
	ROUND(Z1, Z3); \
	VPSRLD $16, Z2, Z5; \
	VPANDD UPPER, Z3, Z4; \
	VPORD Z5, Z4, Z4

#define PAIR_REST \
	REST(Z0, Z2, Z5); \
	REST(Z1, Z3, Z4); \
	VPSRLD $16, Z5, Z5; \
	VPANDD UPPER, Z4, Z4; \
	VPORD Z5, Z4, Z4

// func bf16PairAVX512(pairs, n, ld int, x *float32, hi, lo *uint16)
TEXT ·bf16PairAVX512(SB), NOSPLIT, $0-48
	CONSTANTS
	PAIR(PAIR_ROUNDED, PAIR_REST)

// four columns of rows R, R+4, R+8 and R+12, which begin at SI, DI, R8 and R9
#define ROWS(R, Z, X) \
	VMOVUPS (SI)(R*1), X; \
	VINSERTI32X4 $1, (DI)(R*1), Z, Z; \
	VINSERTI32X4 $2, (R8)(R*1), Z, Z; \
	VINSERTI32X4 $3, (R9)(R*1), Z, Z

// func bf16TransposeAVX512(cols, ldx, ldy int, x, y *uint32)
//
// 16 rows by cols, a multiple of 4: four rows of lanes are transposed in each quarter of the registers.
TEXT ·bf16TransposeAVX512(SB), NOSPLIT, $0-40
	MOVQ cols+0(FP), CX
	MOVQ ldx+8(FP), R10
	MOVQ ldy+16(FP), R11
	MOVQ x+24(FP), SI
	MOVQ y+32(FP), DX
	SHLQ $2, R10
	SHLQ $2, R11
	LEAQ (SI)(R10*4), DI
	LEAQ (DI)(R10*4), R8
	LEAQ (R8)(R10*4), R9
	LEAQ (R10)(R10*1), R12
	LEAQ (R10)(R12*1), R13
	XORQ BX, BX
loop:
	ROWS(BX, Z0, X0)
	ROWS(R10, Z1, X1)
	ROWS(R12, Z2, X2)
	ROWS(R13, Z3, X3)
	VUNPCKLPS Z1, Z0, Z4
	VUNPCKHPS Z1, Z0, Z5
	VUNPCKLPS Z3, Z2, Z6
	VUNPCKHPS Z3, Z2, Z7
	VUNPCKLPD Z6, Z4, Z0
	VUNPCKHPD Z6, Z4, Z1
	VUNPCKLPD Z7, Z5, Z2
	VUNPCKHPD Z7, Z5, Z3
	VMOVUPS Z0, (DX)
	ADDQ R11, DX
	VMOVUPS Z1, (DX)
	ADDQ R11, DX
	VMOVUPS Z2, (DX)
	ADDQ R11, DX
	VMOVUPS Z3, (DX)
	ADDQ R11, DX
	ADDQ $16, SI
	ADDQ $16, DI
	ADDQ $16, R8
	ADDQ $16, R9
	SUBQ $4, CX
	JGT  loop
	VZEROUPPER
	RET
