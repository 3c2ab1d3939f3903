//go:build !purego

#include "textflag.h"

// Where the bytes of a vector that begins with a byte that does not count and goes on with five pixels are taken from to
// turn the pixels round; the last does not count.
DATA bytes3Back<>+0(SB)/8, $0x08070c0b0a0f0e0d
DATA bytes3Back<>+8(SB)/8, $0x8003020106050409
GLOBL bytes3Back<>(SB), RODATA|NOPTR, $16

// func bytes3OrderAVX2(n int, places, fills *[16]uint8, x, y *uint8)
TEXT ·bytes3OrderAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ places+8(FP), R8
	MOVQ fills+16(FP), R9
	MOVQ x+24(FP), SI
	MOVQ y+32(FP), DI
	VMOVDQU (R8), X2
	VMOVDQU (R9), X3
	XORQ AX, AX
order:
	VMOVDQU (SI)(AX*1), X0
	VPSHUFB X2, X0, X0
	VPOR X3, X0, X0
	VMOVDQU X0, (DI)(AX*1)
	ADDQ $15, AX
	CMPQ AX, CX
	JLT order
	VZEROUPPER
	RET

// func bytes3MirrorAVX2(n int, x, y *uint8)
// x is the last vector
TEXT ·bytes3MirrorAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	VMOVDQU bytes3Back<>(SB), X2
	XORQ AX, AX
back:
	VMOVDQU (SI), X0
	VPSHUFB X2, X0, X0
	VMOVDQU X0, (DI)(AX*1)
	SUBQ $15, SI
	ADDQ $15, AX
	CMPQ AX, CX
	JLT back
	VZEROUPPER
	RET

// Eight samples, at a place of a period of three channels.
#define SCALED(at, scale, add) \
	VPMOVZXBD at(SI)(AX*1), Y0; \
	VCVTDQ2PS Y0, Y0; \
	VDIVPS Y15, Y0, Y0; \
	VMULPS scale, Y0, Y0; \
	VADDPS add, Y0, Y0; \
	VMOVUPS Y0, 4*at(DI)(AX*4)

// func bytes3FloatsAVX2(n int, scales, adds *[24]float32, x *uint8, y *float32)
TEXT ·bytes3FloatsAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ scales+8(FP), R8
	MOVQ adds+16(FP), R9
	MOVQ x+24(FP), SI
	MOVQ y+32(FP), DI
	MOVL $0x437f0000, AX // 255
	VMOVD AX, X15
	VPBROADCASTD X15, Y15
	VMOVUPS (R8), Y5
	VMOVUPS 32(R8), Y6
	VMOVUPS 64(R8), Y7
	VMOVUPS (R9), Y8
	VMOVUPS 32(R9), Y9
	VMOVUPS 64(R9), Y10
	XORQ AX, AX
floats:
	SCALED(0, Y5, Y8)
	SCALED(8, Y6, Y9)
	SCALED(16, Y7, Y10)
	ADDQ $24, AX
	CMPQ AX, CX
	JLT floats
	VZEROUPPER
	RET
