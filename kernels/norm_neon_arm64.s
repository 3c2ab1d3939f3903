//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "norm_neon_arm64.h"

// func channelSumsNEON(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelSumsNEON(SB), NOSPLIT, $0-64
#define SUMS(i) VFADD(16+i, i, i) // s += x
#define SUMS_ROW(X, Y, Z, DO) LOAD_X(X); DO(SUMS)
	KERNEL(LOAD_U, SUMS_ROW, STORE_U)

// func channelMomentsNEON(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelMomentsNEON(SB), NOSPLIT, $0-64
#define MOMENTS(i) /* d = x - shift; s1 += d; s2 += d*d */ \
	VFSUB(i, 16+i, 16+i); VFADD(16+i, 4+i, 4+i); VFMUL(16+i, 16+i, 16+i); VFADD(16+i, 8+i, 8+i)
#define MOMENTS_ROW(X, Y, Z, DO) LOAD_X(X); DO(MOMENTS)
	KERNEL(LOAD_UVW, MOMENTS_ROW, STORE_VW)

// func channelDotNEON(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelDotNEON(SB), NOSPLIT, $0-64
#define DOT(i) VFMUL(20+i, 16+i, 16+i); VFADD(16+i, i, i) // s += x*y
#define DOT_ROW(X, Y, Z, DO) LOAD_XY(X, Y); DO(DOT)
	KERNEL(LOAD_U, DOT_ROW, STORE_U)

// func channelAffineNEON(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelAffineNEON(SB), NOSPLIT, $0-64
#define AFFINE(i) VFMUL(i, 16+i, 20+i); VFADD(4+i, 20+i, 20+i) // y = x*a + b
#define AFFINE_ROW(X, Y, Z, DO) LOAD_X(X); DO(AFFINE); VST1.P Y, (R10)(R8)
	KERNEL(LOAD_UV, AFFINE_ROW, NOTHING)

// func channelScaleNEON(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelScaleNEON(SB), NOSPLIT, $0-64
#define SCALE(i) VFMUL(i, 16+i, 20+i) // y = x*a
#define SCALE_ROW(X, Y, Z, DO) LOAD_X(X); DO(SCALE); VST1.P Y, (R10)(R8)
	KERNEL(LOAD_U, SCALE_ROW, NOTHING)

// func channelMulAddNEON(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelMulAddNEON(SB), NOSPLIT, $0-64
#define MULADD(i) VFMUL(i, 16+i, 16+i); VFADD(16+i, 20+i, 20+i) // y += x*a
#define MULADD_ROW(X, Y, Z, DO) LOAD_X(X); VLD1 (R10), Y; DO(MULADD); VST1.P Y, (R10)(R8)
	KERNEL(LOAD_U, MULADD_ROW, NOTHING)

// func channelAddNEON(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelAddNEON(SB), NOSPLIT, $0-64
#define ADDITION(i) VFADD(i, 20+i, 20+i) // y += a
#define ADDITION_ROW(X, Y, Z, DO) VLD1 (R10), Y; DO(ADDITION); VST1.P Y, (R10)(R8)
	KERNEL(LOAD_U, ADDITION_ROW, NOTHING)

// func batchNormGradSumsNEON(rows, c int, x, y, z, u, v, w *float32)
TEXT ·batchNormGradSumsNEON(SB), NOSPLIT, $0-64
#define GRADSUMS(i) /* s1 += dy; s2 += dy*(x - mean) */ \
	VFADD(20+i, 4+i, 4+i); VFSUB(i, 16+i, 16+i); VFMUL(16+i, 20+i, 20+i); VFADD(20+i, 8+i, 8+i)
#define GRADSUMS_ROW(X, Y, Z, DO) LOAD_XY(X, Y); DO(GRADSUMS)
	KERNEL(LOAD_UVW, GRADSUMS_ROW, STORE_VW)

#define GRAD(i) /* y = dy*a + x*b + k */ \
	VFMUL(i, 20+i, 20+i); VFMUL(4+i, 16+i, 16+i); VFADD(16+i, 20+i, 20+i); VFADD(8+i, 20+i, 20+i)

// func batchNormGradNEON(rows, c int, x, y, z, u, v, w *float32)
TEXT ·batchNormGradNEON(SB), NOSPLIT, $0-64
#define GRAD_ROW(X, Y, Z, DO) LOAD_XY(X, Y); DO(GRAD); VST1.P Y, (R11)(R8)
	KERNEL(LOAD_UVW, GRAD_ROW, NOTHING)

// func batchNormGradAddNEON(rows, c int, x, y, z, u, v, w *float32)
TEXT ·batchNormGradAddNEON(SB), NOSPLIT, $0-64
#define GRADADD(i) GRAD(i); VFADD(20+i, 24+i, 24+i) // dx += y
#define GRADADD_ROW(X, Y, Z, DO) LOAD_XY(X, Y); VLD1 (R11), Z; DO(GRADADD); VST1.P Z, (R11)(R8)
	KERNEL(LOAD_UVW, GRADADD_ROW, NOTHING)
