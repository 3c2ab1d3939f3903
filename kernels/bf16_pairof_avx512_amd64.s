//go:build !purego

#include "textflag.h"

// bytes ahead that are fetched from memory
#define AHEAD 2048

// the words of two halves of a register side by side
DATA bf16Words<>+0(SB)/8, $0x0011000100100000
DATA bf16Words<>+8(SB)/8, $0x0013000300120002
DATA bf16Words<>+16(SB)/8, $0x0015000500140004
DATA bf16Words<>+24(SB)/8, $0x0017000700160006
DATA bf16Words<>+32(SB)/8, $0x0019000900180008
DATA bf16Words<>+40(SB)/8, $0x001b000b001a000a
DATA bf16Words<>+48(SB)/8, $0x001d000d001c000c
DATA bf16Words<>+56(SB)/8, $0x001f000f001e000e
GLOBL bf16Words<>(SB), RODATA|NOPTR, $64

// 16 columns, AT bytes from SI on, of a row and the next
#define PAIROF(AT) \
	VMOVDQU AT(SI), Y0; \
	VINSERTI64X4 $1, AT(SI)(R9*1), Z0, Z0; \
	VPERMW Z0, Z2, Z1

// func bf16PairOfAVX512(pairs, n, ld int, x, to *uint16)
//
// K3 are the columns left, less than 16.
TEXT ·bf16PairOfAVX512(SB), NOSPLIT, $0-40
	MOVQ pairs+0(FP), BX
	MOVQ ld+16(FP), R9
	MOVQ x+24(FP), SI
	MOVQ to+32(FP), DI
	SHLQ $1, R9
	MOVQ R9, R12
	SHLQ $4, R12 // 16 rows ahead are fetched from memory, and at least as far as in split
	MOVQ $AHEAD, R13
	CMPQ R12, R13
	CMOVQLT R13, R12
	LEAQ (R12)(R9*1), R13
	VMOVDQU32 bf16Words<>(SB), Z2
	MOVQ n+8(FP), CX
	CMPQ CX, $16
	JEQ  narrow
	CMPQ CX, $32
	JEQ  wide
	LEAQ (R9)(R9*1), R10
	ANDQ $15, CX
	MOVQ $1, AX
	SHLQ CX, AX
	DECQ AX
	KMOVW AX, K3
rows:
	MOVQ SI, R8
	MOVQ n+8(FP), CX
	CMPQ CX, $16
	JLT  last
whole:
	PREFETCHT0 (SI)(R12*1)
	PREFETCHT0 (SI)(R13*1)
	PAIROF(0)
	VMOVDQU32 Z1, (DI)
	ADDQ $32, SI
	ADDQ $64, DI
	SUBQ $16, CX
	CMPQ CX, $16
	JGE  whole
last:
	TESTQ CX, CX
	JEQ  next
	VMOVDQU16.Z (SI), K3, Y0
	VMOVDQU16.Z (SI)(R9*1), K3, Y1
	VINSERTI64X4 $1, Y1, Z0, Z0
	VPERMW Z0, Z2, Z1
	VMOVDQU32 Z1, K3, (DI)
	LEAQ (DI)(CX*4), DI
next:
	LEAQ (R8)(R10*1), SI
	DECQ BX
	JNZ  rows
	VZEROUPPER
	RET
narrow:
	PREFETCHT0 (SI)(R12*1)
	PREFETCHT0 (SI)(R13*1)
	PAIROF(0)
	VMOVDQU32 Z1, (DI)
	LEAQ (SI)(R9*2), SI
	ADDQ $64, DI
	DECQ BX
	JNZ  narrow
	VZEROUPPER
	RET
wide:
	PREFETCHT0 (SI)(R12*1)
	PREFETCHT0 (SI)(R13*1)
	PAIROF(0)
	VMOVDQU32 Z1, (DI)
	PAIROF(32)
	VMOVDQU32 Z1, 64(DI)
	LEAQ (SI)(R9*2), SI
	ADDQ $128, DI
	DECQ BX
	JNZ  wide
	VZEROUPPER
	RET

// func bf16LateAVX512(all, n int, x, y *uint32)
//
// y[i] = x[n+i]<<16 | x[i]>>16 for i < all, a multiple of 16.
TEXT ·bf16LateAVX512(SB), NOSPLIT, $0-32
	MOVQ all+0(FP), CX
	MOVQ n+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	LEAQ (SI)(R8*4), R8
	XORQ AX, AX
late:
	VPSRLD $16, (SI)(AX*4), Z0
	VPSLLD $16, (R8)(AX*4), Z1
	VPORD Z0, Z1, Z1
	VMOVDQU32 Z1, (DI)(AX*4)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  late
	VZEROUPPER
	RET
