//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "sigma16_avx512_amd64.h"
#include "narrow16_avx512_amd64.h"
#include "norm16_amd64.h"

// func gradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)
TEXT ·gradSums16AVX512(SB), NOSPLIT, $0-88
	GRADSUMS16(ROUNDING, NOGATE, GIVEN, FACTORLESS, 4, R11)

// func moreGradSums16AVX512(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)
TEXT ·moreGradSums16AVX512(SB), NOSPLIT, $0-88
	GRADSUMS16(ROUNDING, NOGATE, GIVENMORE, MORETOADD, 2, R10)

// func reluGradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)
TEXT ·reluGradSums16AVX512(SB), NOSPLIT, $0-88
	GRADSUMS16(ROUNDING, RELUGATE, GIVEN, FACTORLESS, 4, R11)

// func moreReluGradSums16AVX512(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)
TEXT ·moreReluGradSums16AVX512(SB), NOSPLIT, $0-88
	GRADSUMS16(ROUNDING, RELUGATE, GIVENMORE, MORETOADD, 2, R10)

// func siluGradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)
TEXT ·siluGradSums16AVX512(SB), NOSPLIT, $0-88
	GRADSUMS16(SIGMOIDAL, SILUGATE, GIVEN, FACTORLESS, 4, R11)

// func moreSiluGradSums16AVX512(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)
TEXT ·moreSiluGradSums16AVX512(SB), NOSPLIT, $0-88
	GRADSUMS16(SIGMOIDAL, SILUGATE, GIVENMORE, MORETOADD, 2, R10)

// func scaleGrad16AVX512(rows, c int, x *uint16, s, dp, dot *float32, dx *uint16)
TEXT ·scaleGrad16AVX512(SB), NOSPLIT, $0-56
	SCALEGRAD16

// func moments16AVX512(rows, c int, x, shift, s1, s2 *float32, y *uint16)
TEXT ·moments16AVX512(SB), NOSPLIT, $0-56
	MOMENTS16

// func narrow16AVX512(n int, x *float32, y *uint16)
TEXT ·narrow16AVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	NARROWALL
