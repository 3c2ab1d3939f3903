//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "norm_neon_arm64.h"

// u = x where x > u or x is NaN. FMAX would prefer +0 to -0 and keep no order among equals.
#define MAXIMUM(i) \
	VFCMGT(i, 16+i, 20+i); VINSERT(20+i, 16+i, i); VFCMEQ(16+i, 16+i, 20+i); VINSERTNOT(20+i, 16+i, i)
#define MAXIMUM_ROW(X, Y, Z, DO) LOAD_X(X); DO(MAXIMUM)

// func poolMaxNEON(rows, c int, x, y, z, u, v, w *float32)
TEXT ·poolMaxNEON(SB), NOSPLIT, $0-64
	KERNEL(LOAD_U, MAXIMUM_ROW, STORE_U)
