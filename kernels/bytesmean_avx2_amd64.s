//go:build !purego

#include "textflag.h"

// func bytesMeanAVX2(n, rows, inverse int, x *[]uint8, y *uint8)
// Even bytes and odd ones are summed as words apart: Y0 and Y1; Y4 low bytes, Y5 half the rows, Y6 the inverse
TEXT ·bytesMeanAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ rows+8(FP), R8
	MOVQ inverse+16(FP), R10
	MOVQ x+24(FP), R9
	MOVQ y+32(FP), DI
	MOVQ R8, R11
	SHRQ $1, R11
	MOVL $0x00ff00ff, R12
	VMOVD R11, X5
	VPBROADCASTW X5, Y5
	VMOVD R10, X6
	VPBROADCASTW X6, Y6
	VMOVD R12, X4
	VPBROADCASTD X4, Y4
	XORQ AX, AX
block:
	VMOVDQA Y5, Y0
	VMOVDQA Y5, Y1
	MOVQ R9, R13
	MOVQ R8, DX
row:
	MOVQ (R13), SI
	VMOVDQU (SI)(AX*1), Y2
	VPAND Y4, Y2, Y3
	VPSRLW $8, Y2, Y2
	VPADDW Y3, Y0, Y0
	VPADDW Y2, Y1, Y1
	ADDQ $24, R13
	DECQ DX
	JNZ row
	VPMULHUW Y6, Y0, Y0
	VPMULHUW Y6, Y1, Y1
	VPSLLW $8, Y1, Y1
	VPOR Y1, Y0, Y0
	VMOVDQU Y0, (DI)(AX*1)
	ADDQ $32, AX
	CMPQ AX, CX
	JLT block
	VZEROUPPER
	RET
