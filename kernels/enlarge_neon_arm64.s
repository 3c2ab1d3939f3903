//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "tiles_neon_arm64.h"

// Stored: a - b, b, c - b
#define UP_COLUMNS(a, b, c) \
	VFSUB(b, a, 12); VFSUB(b, c, 13) \
	VSTORE3(8, 14, 13, 12, b, 13) \
	ADD R15, R13

// func upInputNEON(n, c, ld, row int, x *float32, step, vld int, v *float32)
TEXT ·upInputNEON(SB), NOSPLIT, $0-64
	MOVD n+0(FP), R0
	MOVD c+8(FP), R2
	MOVD ld+16(FP), R10
	LSL  $2, R10
	MULTIPLES(R10, R11, R12)
	MOVD row+24(FP), R3
	LSL  $2, R3
	MOVD x+32(FP), R4
	DOWN(R3, R4, R5, R6, R7)
	MOVD step+40(FP), R21
	SUB  R2, R21
	LSL  $2, R21
	MOVD vld+48(FP), R8
	LSL  $2, R8
	MULTIPLES(R8, R14, R15)
	MOVD v+56(FP), R9
	SUB  R2<<2, R10, R19

inputTile:
	MOVD R2, R1

inputStep:
	MOVD R9, R13
	VLOAD3(10, 11, 4, 0)
	VLOAD3(10, 11, 5, 3)
	VLOAD3(10, 11, 6, 6)
	VFSUB(3, 0, 0); VFSUB(4, 1, 1); VFSUB(5, 2, 2)
	UP_COLUMNS(0, 1, 2)
	UP_COLUMNS(3, 4, 5)
	VFSUB(3, 6, 6); VFSUB(4, 7, 7); VFSUB(5, 8, 8)
	UP_COLUMNS(6, 7, 8)
	ADD  $16, R4
	ADD  $16, R5
	ADD  $16, R6
	ADD  $16, R9
	SUB  $4, R1
	CBNZ R1, inputStep
	ADD  R19, R4
	ADD  R19, R5
	ADD  R19, R6
	ADD  R21, R9
	SUB  $1, R0
	CBNZ R0, inputTile
	RET

// func upOutputNEON(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)
TEXT ·upOutputNEON(SB), NOSPLIT, $0-72
	MOVD n+0(FP), R0
	MOVD c+8(FP), R2
	MOVD step+16(FP), R21
	SUB  R2, R21
	LSL  $2, R21
	MOVD mld+24(FP), R8
	LSL  $2, R8
	MULTIPLES(R8, R14, R15)
	MOVD m+32(FP), R4
	DOWN(R15, R4, R5, R6, R7)
	MOVD ld+40(FP), R10
	LSL  $2, R10
	MOVD row+48(FP), R3
	MOVD accumulate+56(FP), R13
	MOVD y+64(FP), R9
	ADD  R3<<2, R9, R16
	LSL  $1, R10, R19
	SUB  R2<<2, R19

outputTile:
	MOVD R2, R1

outputStep:
	VLOAD3(8, 14, 4, 0)
	VLOAD3(8, 14, 5, 3)
	VLOAD3(8, 14, 6, 6)
	VFADD(0, 3, 0); VFADD(1, 4, 1); VFADD(2, 5, 2)
	VFADD(6, 3, 3); VFADD(7, 4, 4); VFADD(8, 5, 5)
	VFADD(0, 1, 16); VFADD(2, 1, 17); VFADD(3, 4, 18); VFADD(5, 4, 19)
	CBZ  R13, outputStore
	VLDR(31, 9, 20); VLDR(10, 9, 21); VLDR(31, 16, 22); VLDR(10, 16, 23)
	VFADD(20, 16, 16); VFADD(21, 17, 17); VFADD(22, 18, 18); VFADD(23, 19, 19)

outputStore:
	VSTR(31, 9, 16); VSTR(10, 9, 17); VSTR(31, 16, 18); VSTR(10, 16, 19)
	ADD  $16, R4
	ADD  $16, R5
	ADD  $16, R6
	ADD  $16, R9
	ADD  $16, R16
	SUB  $4, R1
	CBNZ R1, outputStep
	ADD  R21, R4
	ADD  R21, R5
	ADD  R21, R6
	ADD  R19, R9
	ADD  R19, R16
	SUB  $1, R0
	CBNZ R0, outputTile
	RET

// Stored: a, a + b, b
#define UP_GRAD_COLUMNS(a, b) \
	VFADD(b, a, 6) \
	VSTORE3(8, 14, 13, a, 6, b) \
	ADD R15, R13

// func upGradNEON(n, c, ld, row int, x *float32, step, vld int, v *float32)
TEXT ·upGradNEON(SB), NOSPLIT, $0-64
	MOVD n+0(FP), R0
	MOVD c+8(FP), R2
	MOVD ld+16(FP), R10
	LSL  $2, R10
	MOVD row+24(FP), R3
	MOVD x+32(FP), R4
	ADD  R3<<2, R4, R5
	MOVD step+40(FP), R21
	SUB  R2, R21
	LSL  $2, R21
	MOVD vld+48(FP), R8
	LSL  $2, R8
	MULTIPLES(R8, R14, R15)
	MOVD v+56(FP), R9
	LSL  $1, R10, R19
	SUB  R2<<2, R19

gradTile:
	MOVD R2, R1

gradStep:
	MOVD R9, R13
	VLDR(31, 4, 0); VLDR(10, 4, 1); VLDR(31, 5, 2); VLDR(10, 5, 3)
	UP_GRAD_COLUMNS(0, 1)
	VFADD(2, 0, 4); VFADD(3, 1, 5)
	UP_GRAD_COLUMNS(4, 5)
	UP_GRAD_COLUMNS(2, 3)
	ADD  $16, R4
	ADD  $16, R5
	ADD  $16, R9
	SUB  $4, R1
	CBNZ R1, gradStep
	ADD  R19, R4
	ADD  R19, R5
	ADD  R21, R9
	SUB  $1, R0
	CBNZ R0, gradTile
	RET

// Of a to a+3, stored: a+3 - a+1, a+1 + a+2, a - a+2
#define UP_BACK_COLUMNS(a) \
	VFSUB((a)+1, (a)+3, 28); VFADD((a)+2, (a)+1, 29); VFSUB((a)+2, a, 30) \
	VSTORE3(8, 14, 13, 28, 29, 30) \
	ADD R15, R13

// Column k of four rows, to 16+k, 20+k and 24+k
#define UP_BACK_ROWS(k) \
	VFSUB(4+k, 12+k, 16+k); VFADD(8+k, 4+k, 20+k); VFSUB(8+k, k, 24+k)

// func upBackNEON(n, c, ld, row int, x *float32, step, vld int, v *float32)
TEXT ·upBackNEON(SB), NOSPLIT, $0-64
	MOVD n+0(FP), R0
	MOVD c+8(FP), R2
	MOVD ld+16(FP), R10
	LSL  $2, R10
	MULTIPLES(R10, R11, R12)
	MOVD row+24(FP), R3
	LSL  $2, R3
	MOVD x+32(FP), R4
	DOWN(R3, R4, R5, R6, R7)
	MOVD step+40(FP), R21
	SUB  R2, R21
	LSL  $2, R21
	MOVD vld+48(FP), R8
	LSL  $2, R8
	MULTIPLES(R8, R14, R15)
	MOVD v+56(FP), R9
	SUB  R2<<2, R11, R19

backTile:
	MOVD R2, R1

backStep:
	MOVD R9, R13
	VLOAD4(10, 11, 12, 4, 0)
	VLOAD4(10, 11, 12, 5, 4)
	VLOAD4(10, 11, 12, 6, 8)
	VLOAD4(10, 11, 12, 7, 12)
	UP_BACK_ROWS(0)
	UP_BACK_ROWS(1)
	UP_BACK_ROWS(2)
	UP_BACK_ROWS(3)
	UP_BACK_COLUMNS(16)
	UP_BACK_COLUMNS(20)
	UP_BACK_COLUMNS(24)
	ADD  $16, R4
	ADD  $16, R5
	ADD  $16, R6
	ADD  $16, R7
	ADD  $16, R9
	SUB  $4, R1
	CBNZ R1, backStep
	ADD  R19, R4
	ADD  R19, R5
	ADD  R19, R6
	ADD  R19, R7
	ADD  R21, R9
	SUB  $1, R0
	CBNZ R0, backTile
	RET
