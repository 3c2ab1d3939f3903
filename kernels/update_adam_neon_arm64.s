//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "elem_neon_arm64.h"

// R1, R2, R3 and R4 point to g, p, m and v; V16 and on hold the fields of adam, in their order.

#define FIELD(V) VLD1R.P 4(R8), [V.S4]

// V0 = scale·g + decay·p; V1 = m = beta1·m + rest1·V0; V2 = v = beta2·v + (rest2·V0)·V0
// p = keep·p - (rate·V1 + ahead·V0)/(√V2/root + eps)
#define ADAM \
	LOAD(R1, F0); \
	VFMUL(16, 0, 0); \
	PEEK(R2, F4); \
	VFMUL(17, 4, 3); \
	VFADD(3, 0, 0); \
	PEEK(R3, F1); \
	VFMUL(19, 1, 1); \
	VFMUL(20, 0, 3); \
	VFADD(3, 1, 1); \
	STORE(F1, R3); \
	PEEK(R4, F2); \
	VFMUL(21, 2, 2); \
	VFMUL(22, 0, 3); \
	VFMUL(0, 3, 3); \
	VFADD(3, 2, 2); \
	STORE(F2, R4); \
	VFSQRT(2, 2); \
	VFDIV(23, 2, 2); \
	VFADD(24, 2, 2); \
	VFMUL(25, 1, 1); \
	VFMUL(26, 0, 0); \
	VFADD(0, 1, 1); \
	VFDIV(2, 1, 1); \
	VFMUL(18, 4, 4); \
	VFSUB(1, 4, 4); \
	STORE(F4, R2)

// func updateAdamNEON(n int, c *adam, grad, p, m, v *float32)
TEXT ·updateAdamNEON(SB), NOSPLIT, $0-48
	MOVD n+0(FP), R0
	MOVD c+8(FP), R8
	MOVD grad+16(FP), R1
	MOVD p+24(FP), R2
	MOVD m+32(FP), R3
	MOVD v+40(FP), R4
	FIELD(V16)
	FIELD(V17)
	FIELD(V18)
	FIELD(V19)
	FIELD(V20)
	FIELD(V21)
	FIELD(V22)
	FIELD(V23)
	FIELD(V24)
	FIELD(V25)
	FIELD(V26)
	EACH(ADAM)
	RET
