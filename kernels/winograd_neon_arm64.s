//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "tiles_neon_arm64.h"

// d to d+3 = a - c, b + c, c - b, b - d of four vectors
#define INPUT4(a, b, c, e, d) \
	VFSUB(c, a, d); VFADD(c, b, (d)+1); VFSUB(b, c, (d)+2); VFSUB(e, b, (d)+3)

#define INPUT_COLUMNS(a) \
	INPUT4(a, (a)+1, (a)+2, (a)+3, 0) \
	VSTORE4(8, 14, 15, 13, 0, 1, 2, 3) \
	ADD R20, R13

// Column k of four rows, to 16+k, 20+k, 24+k and 28+k
#define INPUT_ROWS(k) \
	VFSUB(8+k, k, 16+k); VFADD(8+k, 4+k, 20+k); VFSUB(4+k, 8+k, 24+k); VFSUB(12+k, 4+k, 28+k)

// func wgInputNEON(n, c, ld, row int, x *float32, step, vld int, v *float32)
TEXT ·wgInputNEON(SB), NOSPLIT, $0-64
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
	LSL  $2, R8, R20
	MOVD v+56(FP), R9
	SUB  R2<<2, R11, R19

inputTile:
	MOVD R2, R1

inputStep:
	MOVD R9, R13
	VLOAD4(10, 11, 12, 4, 0)
	VLOAD4(10, 11, 12, 5, 4)
	VLOAD4(10, 11, 12, 6, 8)
	VLOAD4(10, 11, 12, 7, 12)
	INPUT_ROWS(0)
	INPUT_ROWS(1)
	INPUT_ROWS(2)
	INPUT_ROWS(3)
	INPUT_COLUMNS(16)
	INPUT_COLUMNS(20)
	INPUT_COLUMNS(24)
	INPUT_COLUMNS(28)
	ADD  $16, R4
	ADD  $16, R5
	ADD  $16, R6
	ADD  $16, R7
	ADD  $16, R9
	SUB  $4, R1
	CBNZ R1, inputStep
	ADD  R19, R4
	ADD  R19, R5
	ADD  R19, R6
	ADD  R19, R7
	ADD  R21, R9
	SUB  $1, R0
	CBNZ R0, inputTile
	RET

// s = a + b + c, u = b - c - d
#define OUTPUT2(a, b, c, d, s, u) \
	VFADD(b, a, s); VFADD(c, s, s); VFSUB(c, b, u); VFSUB(d, u, u)

// func wgOutputNEON(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)
TEXT ·wgOutputNEON(SB), NOSPLIT, $0-72
	MOVD n+0(FP), R0
	MOVD c+8(FP), R2
	MOVD step+16(FP), R21
	SUB  R2, R21
	LSL  $2, R21
	MOVD mld+24(FP), R8
	LSL  $2, R8
	MULTIPLES(R8, R14, R15)
	LSL  $2, R8, R20
	MOVD m+32(FP), R4
	DOWN(R20, R4, R5, R6, R7)
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
	VLOAD4(8, 14, 15, 4, 0)
	VLOAD4(8, 14, 15, 5, 4)
	VLOAD4(8, 14, 15, 6, 8)
	VLOAD4(8, 14, 15, 7, 12)
	OUTPUT2(0, 4, 8, 12, 16, 20)
	OUTPUT2(1, 5, 9, 13, 17, 21)
	OUTPUT2(2, 6, 10, 14, 18, 22)
	OUTPUT2(3, 7, 11, 15, 19, 23)
	OUTPUT2(16, 17, 18, 19, 0, 1)
	OUTPUT2(20, 21, 22, 23, 2, 3)
	CBZ  R13, outputStore
	VLDR(31, 9, 4); VLDR(10, 9, 5); VLDR(31, 16, 6); VLDR(10, 16, 7)
	VFADD(4, 0, 0); VFADD(5, 1, 1); VFADD(6, 2, 2); VFADD(7, 3, 3)

outputStore:
	VSTR(31, 9, 0); VSTR(10, 9, 1); VSTR(31, 16, 2); VSTR(10, 16, 3)
	ADD  $16, R4
	ADD  $16, R5
	ADD  $16, R6
	ADD  $16, R7
	ADD  $16, R9
	ADD  $16, R16
	SUB  $4, R1
	CBNZ R1, outputStep
	ADD  R21, R4
	ADD  R21, R5
	ADD  R21, R6
	ADD  R21, R7
	ADD  R19, R9
	ADD  R19, R16
	SUB  $1, R0
	CBNZ R0, outputTile
	RET

// Stored: a, a + b, a - b, b
#define GRAD_COLUMNS(a, b) \
	VFADD(b, a, 16); VFSUB(b, a, 17) \
	VSTORE4(8, 14, 15, 13, a, 16, 17, b) \
	ADD R20, R13

// func wgGradNEON(n, c, ld, row int, x *float32, step, vld int, v *float32)
TEXT ·wgGradNEON(SB), NOSPLIT, $0-64
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
	LSL  $2, R8, R20
	MOVD v+56(FP), R9
	LSL  $1, R10, R19
	SUB  R2<<2, R19

gradTile:
	MOVD R2, R1

gradStep:
	MOVD R9, R13
	VLDR(31, 4, 0); VLDR(10, 4, 1); VLDR(31, 5, 2); VLDR(10, 5, 3)
	VFADD(2, 0, 4); VFADD(3, 1, 5); VFSUB(2, 0, 6); VFSUB(3, 1, 7)
	GRAD_COLUMNS(0, 1)
	GRAD_COLUMNS(4, 5)
	GRAD_COLUMNS(6, 7)
	GRAD_COLUMNS(2, 3)
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
