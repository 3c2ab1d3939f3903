//go:build !purego

#include "textflag.h"
#include "amx_amd64.h"
#include "bf16_amd64.h"

// Processors with AMX round two vectors in one instruction.

#define UPPER Z19
#define INF Z20
#define WORDS Z21

// the words of two halves of a register side by side
DATA bf16AMXWords<>+0(SB)/8, $0x0011000100100000
DATA bf16AMXWords<>+8(SB)/8, $0x0013000300120002
DATA bf16AMXWords<>+16(SB)/8, $0x0015000500140004
DATA bf16AMXWords<>+24(SB)/8, $0x0017000700160006
DATA bf16AMXWords<>+32(SB)/8, $0x0019000900180008
DATA bf16AMXWords<>+40(SB)/8, $0x001b000b001a000a
DATA bf16AMXWords<>+48(SB)/8, $0x001d000d001c000c
DATA bf16AMXWords<>+56(SB)/8, $0x001f000f001e000e
GLOBL bf16AMXWords<>(SB), RODATA|NOPTR, $64

// X - H, zero where H is infinite or no number; H is a bf16 in the upper half, T is destroyed
#define REST(X, H, T) \
	VPANDD INF, H, T; \
	VPCMPD $4, INF, T, K2; \
	VSUBPS.Z H, X, K2, X

// func bf16SplitAMX(n int, x *float32, hi, lo *uint16)
TEXT ·bf16SplitAMX(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ hi+16(FP), DI
	MOVQ lo+24(FP), DX
	CONSTANT(0x7f800000, INF)
	XORQ AX, AX
	TESTQ DX, DX
	JNE  both
one:
	PREFETCHT0 AHEAD(SI)(AX*4)
	VMOVUPS (SI)(AX*4), Z0
	NARROW_Z0_Y6
	VMOVDQU Y6, (DI)(AX*2)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  one
	VZEROUPPER
	RET
both:
	PREFETCHT0 AHEAD(SI)(AX*4)
	VMOVUPS (SI)(AX*4), Z0
	NARROW_Z0_Y6
	VMOVDQU Y6, (DI)(AX*2)
	VPMOVZXWD Y6, Z1
	VPSLLD $16, Z1, Z1
	REST(Z0, Z1, Z2)
	NARROW_Z0_Y6
	VMOVDQU Y6, (DX)(AX*2)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  both
	VZEROUPPER
	RET

#define PAIR_ROUNDED \
	NARROW_Z0_Z1_Z5; \
	VPERMW Z5, WORDS, Z4

#define PAIR_REST \
	VPSLLD $16, Z4, Z2; \
	VPANDD UPPER, Z4, Z3; \
	REST(Z0, Z2, Z6); \
	REST(Z1, Z3, Z6); \
	PAIR_ROUNDED

// func bf16PairAMX(pairs, n, ld int, x *float32, hi, lo *uint16)
TEXT ·bf16PairAMX(SB), NOSPLIT, $0-48
	CONSTANT(0xffff0000, UPPER)
	CONSTANT(0x7f800000, INF)
	VMOVDQU32 bf16AMXWords<>(SB), WORDS
	PAIR(PAIR_ROUNDED, PAIR_REST)
