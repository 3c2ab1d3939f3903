//go:build !purego

#include "textflag.h"

// func bytesMeanAVX512(n, rows, inverse int, x *[]uint8, y *uint8)
// Even bytes and odd ones are summed as words apart: Z0 and Z1; Z4 low bytes, Z5 half the rows, Z6 the inverse
TEXT ·bytesMeanAVX512(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ rows+8(FP), R8
	MOVQ inverse+16(FP), R10
	MOVQ x+24(FP), R9
	MOVQ y+32(FP), DI
	MOVQ R8, R11
	SHRQ $1, R11
	MOVL $0x00ff00ff, R12
	VPBROADCASTW R11, Z5
	VPBROADCASTW R10, Z6
	VPBROADCASTD R12, Z4
	XORQ AX, AX
block:
	VMOVDQA64 Z5, Z0
	VMOVDQA64 Z5, Z1
	MOVQ R9, R13
	MOVQ R8, DX
row:
	MOVQ (R13), SI
	VMOVDQU64 (SI)(AX*1), Z2
	VPANDQ Z4, Z2, Z3
	VPSRLW $8, Z2, Z2
	VPADDW Z3, Z0, Z0
	VPADDW Z2, Z1, Z1
	ADDQ $24, R13
	DECQ DX
	JNZ row
	VPMULHUW Z6, Z0, Z0
	VPMULHUW Z6, Z1, Z1
	VPSLLW $8, Z1, Z1
	VPORQ Z1, Z0, Z0
	VMOVDQU64 Z0, (DI)(AX*1)
	ADDQ $64, AX
	CMPQ AX, CX
	JLT block
	VZEROUPPER
	RET
