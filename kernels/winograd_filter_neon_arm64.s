//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "tiles_neon_arm64.h"

// t = (a + c + b) / 2, u = (a + c - b) / 2; V31 is 0.5
#define WEIGHTS2(a, b, c, t, u) \
	VFADD(c, a, u); VFADD(b, u, t); VFSUB(b, u, u); VFMUL(31, t, t); VFMUL(31, u, u)

#define WEIGHTS_ROW(a, b, c) \
	WEIGHTS2(a, b, c, 16, 17) \
	VSTORE4(8, 14, 15, 13, a, 16, 17, c) \
	ADD R20, R13

#define VHALF \
	FMOVS $(0.5), F31 \
	VDUP  V31.S[0], V31.S4

// func wgWeightsNEON(ld int, u *float32)
TEXT ·wgWeightsNEON(SB), NOSPLIT, $0-16
	MOVD ld+0(FP), R1
	MOVD u+8(FP), R9
	LSL  $2, R1, R8
	MULTIPLES(R8, R14, R15)
	LSL  $2, R8, R20
	ADD  R20, R9, R4
	ADD  R15, R4
	DOWN(R15, R4, R5, R6, R7)
	VHALF

weightsStep:
	MOVD R9, R13
	VLDR(31, 4, 0); VLDR(8, 4, 1); VLDR(14, 4, 2)
	VLDR(31, 5, 3); VLDR(8, 5, 4); VLDR(14, 5, 5)
	VLDR(31, 6, 6); VLDR(8, 6, 7); VLDR(14, 6, 8)
	WEIGHTS2(0, 3, 6, 9, 18)
	WEIGHTS2(1, 4, 7, 10, 19)
	WEIGHTS2(2, 5, 8, 11, 20)
	WEIGHTS_ROW(0, 1, 2)
	WEIGHTS_ROW(9, 10, 11)
	WEIGHTS_ROW(18, 19, 20)
	WEIGHTS_ROW(6, 7, 8)
	ADD  $16, R4
	ADD  $16, R5
	ADD  $16, R6
	ADD  $16, R9
	SUB  $4, R1
	CBNZ R1, weightsStep
	RET

// r = a + h, s = (b - c) / 2, t = h - d, where h = (b + c) / 2; V31 is 0.5
#define UNWEIGHT4(a, b, c, d, r, s, t) \
	VFADD(c, b, t); VFMUL(31, t, t); VFSUB(c, b, s); VFMUL(31, s, s); VFADD(t, a, r); VFSUB(d, t, t)

#define UNWEIGHT_ROW(a, n) \
	UNWEIGHT4(a, (a)+1, (a)+2, (a)+3, 0, 1, 2) \
	VLDR(31, n, 3); VLDR(10, n, 4); VLDR(11, n, 5) \
	VFADD(3, 0, 0); VFADD(4, 1, 1); VFADD(5, 2, 2) \
	VSTR(31, n, 0); VSTR(10, n, 1); VSTR(11, n, 2)

// func wgWeightsGradNEON(n, sld int, s *float32, wld int, dw *float32)
TEXT ·wgWeightsGradNEON(SB), NOSPLIT, $0-40
	MOVD n+0(FP), R1
	MOVD sld+8(FP), R8
	LSL  $2, R8
	MULTIPLES(R8, R14, R15)
	LSL  $2, R8, R20
	MOVD s+16(FP), R4
	DOWN(R20, R4, R5, R6, R7)
	MOVD wld+24(FP), R10
	LSL  $2, R10
	MULTIPLES(R10, R11, R12)
	MOVD dw+32(FP), R9
	ADD  R12, R9, R16
	ADD  R12, R16, R13
	VHALF

weightsGradStep:
	VLOAD4(8, 14, 15, 4, 0)
	VLOAD4(8, 14, 15, 5, 4)
	VLOAD4(8, 14, 15, 6, 8)
	VLOAD4(8, 14, 15, 7, 12)
	UNWEIGHT4(0, 4, 8, 12, 16, 20, 24)
	UNWEIGHT4(1, 5, 9, 13, 17, 21, 25)
	UNWEIGHT4(2, 6, 10, 14, 18, 22, 26)
	UNWEIGHT4(3, 7, 11, 15, 19, 23, 27)
	UNWEIGHT_ROW(16, 9)
	UNWEIGHT_ROW(20, 16)
	UNWEIGHT_ROW(24, 13)
	ADD  $16, R4
	ADD  $16, R5
	ADD  $16, R6
	ADD  $16, R7
	ADD  $16, R9
	ADD  $16, R16
	ADD  $16, R13
	SUB  $4, R1
	CBNZ R1, weightsGradStep
	RET
