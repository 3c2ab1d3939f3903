//go:build !purego

#include "textflag.h"

// func bytesSumAVX2(n int, x *uint8) uint64
TEXT ·bytesSumAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
sum:
	VPSADBW (SI), Y1, Y2
	VPADDQ Y2, Y0, Y0
	ADDQ $32, SI
	SUBQ $32, CX
	JNZ sum
	VEXTRACTI128 $1, Y0, X1
	VPADDQ X1, X0, X0
	VPSRLDQ $8, X0, X1
	VPADDQ X1, X0, X0
	VMOVQ X0, ret+16(FP)
	VZEROUPPER
	RET

// func bytesAddAVX2(n int, x, y *uint8)
TEXT ·bytesAddAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	XORQ AX, AX
add:
	VMOVDQU (SI)(AX*1), Y0
	VPADDUSB (DI)(AX*1), Y0, Y0
	VMOVDQU Y0, (DI)(AX*1)
	ADDQ $32, AX
	CMPQ AX, CX
	JLT add
	VZEROUPPER
	RET
