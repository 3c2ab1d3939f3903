//go:build !purego

#include "textflag.h"

// func copyRowsAVX2(rows, n, ld, width, ahead int, from, to *float32)
//
// SI, DI: row and copy; R8, R9: bytes from one to the next; R10: what is fetched ahead; CX: floats left; DX: rows left.
TEXT ·copyRowsAVX2(SB), NOSPLIT, $0-56
	MOVQ rows+0(FP), DX
	MOVQ ld+16(FP), R8
	SHLQ $2, R8
	MOVQ width+24(FP), R9
	SHLQ $2, R9
	MOVQ ahead+32(FP), R10
	MOVQ from+40(FP), SI
	MOVQ to+48(FP), DI
row:
	MOVQ n+8(FP), CX
	XORQ AX, AX
step:
	LEAQ       (SI)(AX*1), BX
	PREFETCHT0 (BX)(R10*1)
	VMOVUPS    (BX), Y0
	VMOVUPS    32(BX), Y1
	VMOVUPS    Y0, (DI)(AX*1)
	VMOVUPS    Y1, 32(DI)(AX*1)
	ADDQ       $64, AX
	SUBQ       $16, CX
	JNZ        step
	ADDQ       R8, SI
	ADDQ       R9, DI
	DECQ       DX
	JNZ        row
	VZEROUPPER
	RET
