//go:build !purego

#include "textflag.h"
#include "bytes3_amd64.h"

// func bytes3OrderAVX512(n int, places, fills *[64]uint8, x, y *uint8)
// K1 the bytes that are taken from somewhere, K2 the 63 of 21 pixels
TEXT ·bytes3OrderAVX512(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ places+8(FP), R8
	MOVQ fills+16(FP), R9
	MOVQ x+24(FP), SI
	MOVQ y+32(FP), DI
	VMOVDQU64 (R8), Z2
	VMOVDQU64 (R9), Z3
	VPMOVB2M Z2, K1
	KNOTQ K1, K1
	MOVQ $0x7fffffffffffffff, R10
	KMOVQ R10, K2
	XORQ AX, AX
order:
	VMOVDQU8.Z (SI)(AX*1), K2, Z0
	VMOVDQA64 Z3, Z1
	VPERMB Z0, Z2, K1, Z1
	VMOVDQU8 Z1, K2, (DI)(AX*1)
	ADDQ $63, AX
	CMPQ AX, CX
	JLT order
	VZEROUPPER
	RET

// func bytes3MirrorAVX512(n int, places *[64]uint8, x, y *uint8)
// x is the last 63 bytes
TEXT ·bytes3MirrorAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ places+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	VMOVDQU64 (R8), Z2
	MOVQ $0x7fffffffffffffff, R10
	KMOVQ R10, K2
	XORQ AX, AX
back:
	VMOVDQU8.Z (SI), K2, Z0
	VPERMB Z0, Z2, Z0
	VMOVDQU8 Z0, K2, (DI)(AX*1)
	SUBQ $63, SI
	ADDQ $63, AX
	CMPQ AX, CX
	JLT back
	VZEROUPPER
	RET

// Weighs 32 pixels: words of red, green and blue in Z10, Z11 and Z12; luma goes to out as words.
// Z16 has the weights of red and green, Z17 that of blue beside a half, Z18 ones.
#define WEIGHED(out) \
	VPUNPCKLWD Z11, Z10, Z13; \
	VPUNPCKHWD Z11, Z10, Z14; \
	VPMADDWD Z16, Z13, Z13; \
	VPMADDWD Z16, Z14, Z14; \
	VPUNPCKLWD Z18, Z12, Z15; \
	VPUNPCKHWD Z18, Z12, Z10; \
	VPMADDWD Z17, Z15, Z15; \
	VPMADDWD Z17, Z10, Z10; \
	VPADDD Z15, Z13, Z13; \
	VPADDD Z10, Z14, Z14; \
	VPSRLD $15, Z13, Z13; \
	VPSRLD $15, Z14, Z14; \
	VPACKUSDW Z14, Z13, out

// func bytes3LumaAVX512(n int, first *[3][64]uint8, late *[3]uint64, x, y *uint8)
TEXT ·bytes3LumaAVX512(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ first+8(FP), R8
	MOVQ late+16(FP), R9
	MOVQ x+24(FP), SI
	MOVQ y+32(FP), DI
	PLANES_READY(R8, R9)
	MOVL $0x4b232646, R10 // 19235, 9798
	VPBROADCASTD R10, Z16
	MOVL $0x40000e97, R10 // 2¹⁴, 3735
	VPBROADCASTD R10, Z17
	MOVL $0x00010001, R10
	VPBROADCASTD R10, Z18
luma:
	PLANES(Z4, Z5, Z6)
	VPMOVZXBW Y4, Z10
	VPMOVZXBW Y5, Z11
	VPMOVZXBW Y6, Z12
	WEIGHED(Z7)
	VEXTRACTI64X4 $1, Z4, Y4
	VEXTRACTI64X4 $1, Z5, Y5
	VEXTRACTI64X4 $1, Z6, Y6
	VPMOVZXBW Y4, Z10
	VPMOVZXBW Y5, Z11
	VPMOVZXBW Y6, Z12
	WEIGHED(Z8)
	VPMOVWB Z7, (DI)
	VPMOVWB Z8, 32(DI)
	ADDQ $192, SI
	ADDQ $64, DI
	SUBQ $64, CX
	JNZ luma
	VZEROUPPER
	RET

// func bytes3RepeatAVX512(n int, again *[3][64]uint8, x, y *uint8)
TEXT ·bytes3RepeatAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ again+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	VMOVDQU64 (R8), Z4
	VMOVDQU64 64(R8), Z5
	VMOVDQU64 128(R8), Z6
repeat:
	VMOVDQU64 (SI), Z0
	VPERMB Z0, Z4, Z1
	VPERMB Z0, Z5, Z2
	VPERMB Z0, Z6, Z3
	VMOVDQU64 Z1, (DI)
	VMOVDQU64 Z2, 64(DI)
	VMOVDQU64 Z3, 128(DI)
	ADDQ $64, SI
	ADDQ $192, DI
	SUBQ $64, CX
	JNZ repeat
	VZEROUPPER
	RET
