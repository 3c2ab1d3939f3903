//go:build !purego

#include "textflag.h"
#include "bytesmedian_amd64.h"

// func bytesMedian3AVX2(n, at, step int, x *[]uint8, y *uint8)
// R8 to R10 the rows; AX, BX and DX the three columns; DI y
TEXT ·bytesMedian3AVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ at+8(FP), AX
	MOVQ step+16(FP), BX
	MOVQ x+24(FP), SI
	MOVQ y+32(FP), DI
	MOVQ (SI), R8
	MOVQ 24(SI), R9
	MOVQ 48(SI), R10
	LEAQ (AX)(BX*2), DX
	ADDQ AX, BX
median:
	VMOVDQU (R8)(AX*1), Y0
	VMOVDQU (R9)(AX*1), Y1
	VMOVDQU (R10)(AX*1), Y2
	VMOVDQU (R8)(BX*1), Y3
	VMOVDQU (R9)(BX*1), Y4
	VMOVDQU (R10)(BX*1), Y5
	VMOVDQU (R8)(DX*1), Y6
	VMOVDQU (R9)(DX*1), Y7
	VMOVDQU (R10)(DX*1), Y8
	SORT3(Y0, Y1, Y2, Y9, Y10)
	SORT3(Y3, Y4, Y5, Y9, Y10)
	SORT3(Y6, Y7, Y8, Y9, Y10)
	MEDIAN9(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9)
	VMOVDQU Y1, (DI)(AX*1)
	ADDQ $32, AX
	ADDQ $32, BX
	ADDQ $32, DX
	SUBQ $32, CX
	JNZ median
	VZEROUPPER
	RET
