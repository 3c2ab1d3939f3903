//go:build !purego

#include "textflag.h"

DATA bytesSixteen<>+0(SB)/8, $0x1010101010101010
DATA bytesSixteen<>+8(SB)/8, $0x1010101010101010
DATA bytesSixteen<>+16(SB)/8, $0x1010101010101010
DATA bytesSixteen<>+24(SB)/8, $0x1010101010101010
GLOBL bytesSixteen<>(SB), RODATA|NOPTR, $32

DATA bytesTop<>+0(SB)/8, $0x8080808080808080
DATA bytesTop<>+8(SB)/8, $0x8080808080808080
DATA bytesTop<>+16(SB)/8, $0x8080808080808080
DATA bytesTop<>+24(SB)/8, $0x8080808080808080
GLOBL bytesTop<>(SB), RODATA|NOPTR, $32

// The order of doublewords that puts right what two packs within lanes of 128 bits leave.
DATA bytesOrder<>+0(SB)/4, $0
DATA bytesOrder<>+4(SB)/4, $4
DATA bytesOrder<>+8(SB)/4, $1
DATA bytesOrder<>+12(SB)/4, $5
DATA bytesOrder<>+16(SB)/4, $2
DATA bytesOrder<>+20(SB)/4, $6
DATA bytesOrder<>+24(SB)/4, $3
DATA bytesOrder<>+28(SB)/4, $7
GLOBL bytesOrder<>(SB), RODATA|NOPTR, $32

// One row of 16 entries: what it adds goes to those bytes of Y1 that have not fallen below it; then all fall by 16.
// Negative bytes look up 0 and stay negative, for the subtraction saturates.
#define ROW(at) \
	VBROADCASTI128 at(R8), Y3; \
	VPSHUFB Y1, Y3, Y3; \
	VPXOR Y3, Y0, Y0; \
	VPSUBSB Y14, Y1, Y1

// func bytesTableAVX2(n int, steps *[256]uint8, x, y *uint8)
// CX n; R8 steps, SI x, DI y; Y0 the result
TEXT ·bytesTableAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ steps+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	VMOVDQU bytesSixteen<>(SB), Y14
	VMOVDQU bytesTop<>(SB), Y15
	XORQ AX, AX
table:
	VMOVDQU (SI)(AX*1), Y1
	VPXOR Y15, Y1, Y2
	VPXOR Y0, Y0, Y0
	ROW(0)
	ROW(16)
	ROW(32)
	ROW(48)
	ROW(64)
	ROW(80)
	ROW(96)
	ROW(112)
	VMOVDQA Y2, Y1
	ROW(128)
	ROW(144)
	ROW(160)
	ROW(176)
	ROW(192)
	ROW(208)
	ROW(224)
	ROW(240)
	VMOVDQU Y0, (DI)(AX*1)
	ADDQ $32, AX
	CMPQ AX, CX
	JLT table
	VZEROUPPER
	RET

// func bytesExchangeAVX2(n int, x, y *uint8)
TEXT ·bytesExchangeAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	XORQ AX, AX
exchange:
	VMOVDQU (SI)(AX*1), Y0
	VMOVDQU (DI)(AX*1), Y1
	VPMINUB Y0, Y1, Y2
	VPMAXUB Y0, Y1, Y3
	VMOVDQU Y2, (SI)(AX*1)
	VMOVDQU Y3, (DI)(AX*1)
	ADDQ $32, AX
	CMPQ AX, CX
	JLT exchange
	VZEROUPPER
	RET

// Adds two taps, words in a and b, to the sums lo and hi; Y15 holds their weights in turn.
#define PAIR(a, b, lo, hi) \
	VPUNPCKLWD b, a, Y10; \
	VPUNPCKHWD b, a, Y11; \
	VPMADDWD Y15, Y10, Y10; \
	VPMADDWD Y15, Y11, Y11; \
	VPADDD Y10, lo, lo; \
	VPADDD Y11, hi, hi

// func bytesTapsAVX2(n, shift, taps int, w *int16, x *[]uint8, y *uint8)
// CX n; X13 shift, Y14 the half; R8 w, R9 x, DI y; R10 the pairs of taps, R11 whether one is left
TEXT ·bytesTapsAVX2(SB), NOSPLIT, $0-48
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
	VMOVQ R13, X14
	VPBROADCASTD X14, Y14
	MOVQ R11, R10
	SHRQ $1, R10
	ANDQ $1, R11
	XORQ AX, AX
block:
	VMOVDQA Y14, Y0
	VMOVDQA Y14, Y1
	VMOVDQA Y14, Y2
	VMOVDQA Y14, Y3
	MOVQ R8, R12
	MOVQ R9, R13
	MOVQ R10, DX
	TESTQ DX, DX
	JZ last
pair:
	MOVQ (R13), SI
	MOVQ 24(R13), BX
	VPBROADCASTD (R12), Y15
	VPMOVZXBW (SI)(AX*1), Y4
	VPMOVZXBW (BX)(AX*1), Y5
	VPMOVZXBW 16(SI)(AX*1), Y6
	VPMOVZXBW 16(BX)(AX*1), Y7
	PAIR(Y4, Y5, Y0, Y1)
	PAIR(Y6, Y7, Y2, Y3)
	ADDQ $48, R13
	ADDQ $4, R12
	DECQ DX
	JNZ pair
last:
	TESTQ R11, R11
	JZ store
	MOVQ (R13), SI
	MOVWLZX (R12), BX
	VMOVD BX, X15
	VPBROADCASTD X15, Y15
	VPXOR Y5, Y5, Y5
	VPMOVZXBW (SI)(AX*1), Y4
	VPMOVZXBW 16(SI)(AX*1), Y6
	PAIR(Y4, Y5, Y0, Y1)
	PAIR(Y6, Y5, Y2, Y3)
store:
	VPSRAD X13, Y0, Y0
	VPSRAD X13, Y1, Y1
	VPSRAD X13, Y2, Y2
	VPSRAD X13, Y3, Y3
	VPACKSSDW Y1, Y0, Y0
	VPACKSSDW Y3, Y2, Y2
	VPACKUSWB Y2, Y0, Y0
	VPERMQ $0xd8, Y0, Y0
	VMOVDQU Y0, (DI)(AX*1)
	ADDQ $32, AX
	CMPQ AX, CX
	JLT block
	VZEROUPPER
	RET

// func bytesToFloatAVX2(n int, x *uint8, y *float32)
TEXT ·bytesToFloatAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	MOVL $0x437f0000, AX // 255
	VMOVD AX, X7
	VPBROADCASTD X7, Y7
	XORQ AX, AX
float:
	VPMOVZXBD (SI)(AX*1), Y0
	VCVTDQ2PS Y0, Y0
	VDIVPS Y7, Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT float
	VZEROUPPER
	RET

// Eight samples: the maximum with 0 comes second, so that NaN gives 0.
#define SAMPLES(at, out) \
	VMOVUPS at(SI)(AX*4), out; \
	VMAXPS Y15, out, out; \
	VMINPS Y14, out, out; \
	VMULPS Y13, out, out; \
	VADDPS Y12, out, out; \
	VCVTTPS2DQ out, out

// func bytesOfFloatAVX2(n int, x *float32, y *uint8)
TEXT ·bytesOfFloatAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	VXORPS Y15, Y15, Y15
	MOVL $0x3f800000, AX // 1
	VMOVD AX, X14
	VPBROADCASTD X14, Y14
	MOVL $0x437f0000, AX // 255
	VMOVD AX, X13
	VPBROADCASTD X13, Y13
	MOVL $0x3f000000, AX // 0.5
	VMOVD AX, X12
	VPBROADCASTD X12, Y12
	VMOVDQU bytesOrder<>(SB), Y11
	XORQ AX, AX
bytes:
	SAMPLES(0, Y0)
	SAMPLES(32, Y1)
	SAMPLES(64, Y2)
	SAMPLES(96, Y3)
	VPACKSSDW Y1, Y0, Y0
	VPACKSSDW Y3, Y2, Y2
	VPACKUSWB Y2, Y0, Y0
	VPERMD Y0, Y11, Y0
	VMOVDQU Y0, (DI)(AX*1)
	ADDQ $32, AX
	CMPQ AX, CX
	JLT bytes
	VZEROUPPER
	RET
