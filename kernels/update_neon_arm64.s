//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "elem_neon_arm64.h"

// R1, R2, R3 and R4 point to g, p, m and v; V16 and on hold the fields of adamW or sgd, in their order.

#define FIELD(V) VLD1R.P 4(R8), [V.S4]

// V0 = scale·g; V1 = m = beta1·m + rest1·V0; V2 = v = beta2·v + (rest2·V0)·V0
// p = keep·p - (rate·V1)/(√V2/root + eps)
#define ADAMW \
	LOAD(R1, F0); \
	VFMUL(16, 0, 0); \
	PEEK(R3, F1); \
	VFMUL(18, 1, 1); \
	VFMUL(19, 0, 3); \
	VFADD(3, 1, 1); \
	STORE(F1, R3); \
	PEEK(R4, F2); \
	VFMUL(20, 2, 2); \
	VFMUL(21, 0, 3); \
	VFMUL(0, 3, 3); \
	VFADD(3, 2, 2); \
	STORE(F2, R4); \
	VFSQRT(2, 2); \
	VFDIV(22, 2, 2); \
	VFADD(23, 2, 2); \
	VFMUL(24, 1, 1); \
	VFDIV(2, 1, 1); \
	PEEK(R2, F0); \
	VFMUL(17, 0, 0); \
	VFSUB(1, 0, 0); \
	STORE(F0, R2)

// func updateAdamWNEON(n int, c *adamW, grad, p, m, v *float32)
TEXT ·updateAdamWNEON(SB), NOSPLIT, $0-48
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
	EACH(ADAMW)
	RET

// V0 = scale·g + decay·p; V2 = v = momentum·v + V0; V4 = nesterov < 0 ? V0 + momentum·V2 : V2; p = p - rate·V4
#define MOMENTUMSTEP \
	LOAD(R1, F0); \
	PEEK(R2, F1); \
	PEEK(R4, F2); \
	VFMUL(16, 0, 0); \
	VFMUL(17, 1, 3); \
	VFADD(3, 0, 0); \
	VFMUL(18, 2, 2); \
	VFADD(0, 2, 2); \
	STORE(F2, R4); \
	VFMUL(18, 2, 3); \
	VFADD(3, 0, 3); \
	VORR V21.B16, V21.B16, V4.B16; \
	VBSL V2.B16, V3.B16, V4.B16; \
	VFMUL(19, 4, 4); \
	VFSUB(4, 1, 1); \
	STORE(F1, R2)

// func updateSGDNEON(n int, c *sgd, grad, p, v *float32)
TEXT ·updateSGDNEON(SB), NOSPLIT, $0-40
	MOVD n+0(FP), R0
	MOVD c+8(FP), R8
	MOVD grad+16(FP), R1
	MOVD p+24(FP), R2
	MOVD v+32(FP), R4
	FIELD(V16)
	FIELD(V17)
	FIELD(V18)
	FIELD(V19)
	FIELD(V20)
	VEOR V21.B16, V21.B16, V21.B16
	VFCMGT(20, 21, 21)
	EACH(MOMENTUMSTEP)
	RET
