//go:build !purego

#include "textflag.h"

// func bytesTableAVX512(n int, t *[256]uint8, x, y *uint8)
// Z16 to Z19 hold the table: two permutations take the low seven bits of a byte, its top bit chooses between them.
TEXT ·bytesTableAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ t+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	VMOVDQU64 (R8), Z16
	VMOVDQU64 64(R8), Z17
	VMOVDQU64 128(R8), Z18
	VMOVDQU64 192(R8), Z19
	XORQ AX, AX
table:
	VMOVDQU64 (SI)(AX*1), Z0
	VPMOVB2M Z0, K1
	VMOVDQA64 Z0, Z1
	VPERMI2B Z17, Z16, Z0
	VPERMI2B Z19, Z18, Z1
	VMOVDQU8 Z1, K1, Z0
	VMOVDQU64 Z0, (DI)(AX*1)
	ADDQ $64, AX
	CMPQ AX, CX
	JLT table
	VZEROUPPER
	RET

// func bytesExchangeAVX512(n int, x, y *uint8)
TEXT ·bytesExchangeAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	XORQ AX, AX
exchange:
	VMOVDQU64 (SI)(AX*1), Z0
	VMOVDQU64 (DI)(AX*1), Z1
	VPMINUB Z0, Z1, Z2
	VPMAXUB Z0, Z1, Z3
	VMOVDQU64 Z2, (SI)(AX*1)
	VMOVDQU64 Z3, (DI)(AX*1)
	ADDQ $64, AX
	CMPQ AX, CX
	JLT exchange
	VZEROUPPER
	RET

// Adds two taps, words in a and b, to the sums lo and hi; Z15 holds their weights in turn.
#define PAIR(a, b, lo, hi) \
	VPUNPCKLWD b, a, Z10; \
	VPUNPCKHWD b, a, Z11; \
	VPMADDWD Z15, Z10, Z10; \
	VPMADDWD Z15, Z11, Z11; \
	VPADDD Z10, lo, lo; \
	VPADDD Z11, hi, hi

// func bytesTapsAVX512(n, shift, taps int, w *int16, x *[]uint8, y *uint8)
// CX n; X13 shift, Z14 the half; R8 w, R9 x, DI y; R10 the pairs of taps, R11 whether one is left
TEXT ·bytesTapsAVX512(SB), NOSPLIT, $0-48
	MOVQ n+0(FP), CX
	MOVQ shift+8(FP), R12
	MOVQ taps+16(FP), R11
	MOVQ w+24(FP), R8
	MOVQ x+32(FP), R9
	MOVQ y+40(FP), DI
	VMOVQ R12, X13
	DECQ R12
	MOVQ $1, R13
	XCHGQ R12, CX
	SHLQ CX, R13
	MOVQ R12, CX
	VPBROADCASTD R13, Z14
	VPXORQ Z12, Z12, Z12
	MOVQ R11, R10
	SHRQ $1, R10
	ANDQ $1, R11
	XORQ AX, AX
block:
	VMOVDQA64 Z14, Z0
	VMOVDQA64 Z14, Z1
	VMOVDQA64 Z14, Z2
	VMOVDQA64 Z14, Z3
	MOVQ R8, R12
	MOVQ R9, R13
	MOVQ R10, DX
	TESTQ DX, DX
	JZ last
pair:
	MOVQ (R13), SI
	MOVQ 24(R13), BX
	VPBROADCASTD (R12), Z15
	VPMOVZXBW (SI)(AX*1), Z4
	VPMOVZXBW (BX)(AX*1), Z5
	VPMOVZXBW 32(SI)(AX*1), Z6
	VPMOVZXBW 32(BX)(AX*1), Z7
	PAIR(Z4, Z5, Z0, Z1)
	PAIR(Z6, Z7, Z2, Z3)
	ADDQ $48, R13
	ADDQ $4, R12
	DECQ DX
	JNZ pair
last:
	TESTQ R11, R11
	JZ store
	MOVQ (R13), SI
	MOVWLZX (R12), BX
	VPBROADCASTD BX, Z15
	VPMOVZXBW (SI)(AX*1), Z4
	VPMOVZXBW 32(SI)(AX*1), Z6
	PAIR(Z4, Z12, Z0, Z1)
	PAIR(Z6, Z12, Z2, Z3)
store:
	VPSRAD X13, Z0, Z0
	VPSRAD X13, Z1, Z1
	VPSRAD X13, Z2, Z2
	VPSRAD X13, Z3, Z3
	VPACKSSDW Z1, Z0, Z0
	VPACKSSDW Z3, Z2, Z2
	VPMAXSW Z12, Z0, Z0
	VPMAXSW Z12, Z2, Z2
	VPMOVUSWB Z0, (DI)(AX*1)
	VPMOVUSWB Z2, 32(DI)(AX*1)
	ADDQ $64, AX
	CMPQ AX, CX
	JLT block
	VZEROUPPER
	RET
