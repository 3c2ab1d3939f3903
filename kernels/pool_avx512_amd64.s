//go:build !purego

#include "textflag.h"
#include "norm_avx512_amd64.h"

// u = x where x > u or x is NaN. VMAXPS gives its second operand, Go's first, for NaN and for equal zeros.
#define MAX(x, u) \
	VCMPPS $3, x, x, K2 \
	VMAXPS u, x, u      \
	VMOVAPS x, K2, u

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

// func poolMaxAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·poolMaxAVX512(SB), NOSPLIT, $0-64
	KERNEL(FIRST_U4, MAX_ROW4, LAST_U4, FIRST_U1, MAX_ROW1, LAST_U1)
