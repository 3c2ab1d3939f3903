//go:build !purego

#include "textflag.h"
#include "norm_avx2_amd64.h"

// u = x where x > u or x is NaN. VMAXPS gives its second operand, Go's first, for NaN and for equal zeros.
#define MAX(x, u) \
	VCMPPS $3, x, x, V13     \
	VMAXPS u, x, V12         \
	VBLENDVPS V13, x, V12, u

#define MAX_AT(at, u) \
	VMOVUPS at(SI)(AX*1), V11 \
	MAX(V11, u)

#define MAX_ROW4 \
	MAX_AT(0*VB, V0) \
	MAX_AT(1*VB, V1) \
	MAX_AT(2*VB, V2) \
	MAX_AT(3*VB, V3)
#define MAX_ROW1 \
	LOADM(SI, AX, V11) \
	MAX(V11, V0)

// func poolMaxAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·poolMaxAVX2(SB), NOSPLIT, $0-64
	KERNEL(FIRST_U4, MAX_ROW4, LAST_U4, FIRST_U1, MAX_ROW1, LAST_U1)

// z += v where x == u, 0 elsewhere; v = 0 where x == u.
#define GRAD_MAX(x, z, u, v) \
	VCMPPS $0, u, x, V13  \
	VANDPS V13, v, V12    \
	VANDNPS v, V13, v     \
	VADDPS V12, z, z

#define GRAD_MAX_AT(at, u, v) \
	VMOVUPS at(SI)(AX*1), V10 \
	VMOVUPS at(R8)(AX*1), V11 \
	GRAD_MAX(V10, V11, u, v)  \
	VMOVUPS V11, at(R8)(AX*1)

#define GRAD_MAX_ROW4 \
	GRAD_MAX_AT(0*VB, V0, V4) \
	GRAD_MAX_AT(1*VB, V1, V5) \
	GRAD_MAX_AT(2*VB, V2, V6) \
	GRAD_MAX_AT(3*VB, V3, V7)
#define GRAD_MAX_ROW1 \
	LOADM(SI, AX, V10)         \
	LOADM(R8, AX, V11)         \
	GRAD_MAX(V10, V11, V0, V4) \
	STOREM_ROW(V11, R8)

#define LAST_V4 STORE4(R12, V4, V5, V6, V7)
#define LAST_V1 STOREM(V4, R12, DX)

// func poolMaxGradAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·poolMaxGradAVX2(SB), NOSPLIT, $0-64
	KERNEL(FIRST_UV4, GRAD_MAX_ROW4, LAST_V4, FIRST_UV1, GRAD_MAX_ROW1, LAST_V1)
