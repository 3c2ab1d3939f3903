//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "sigma16_avx512_amd64.h"
#include "amx_amd64.h"
#include "narrow16_amx_amd64.h"
#include "norm16_amd64.h"

// func gradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)
TEXT ·gradSums16AMX(SB), NOSPLIT, $0-88
	GRADSUMS16(ROUNDING, NOGATE, GIVEN, FACTORLESS, 4, R11)

// func moreGradSums16AMX(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)
TEXT ·moreGradSums16AMX(SB), NOSPLIT, $0-88
	GRADSUMS16(ROUNDING, NOGATE, GIVENMORE, MORETOADD, 2, R10)

// func reluGradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)
TEXT ·reluGradSums16AMX(SB), NOSPLIT, $0-88
	GRADSUMS16(ROUNDING, RELUGATE, GIVEN, FACTORLESS, 4, R11)

// func moreReluGradSums16AMX(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)
TEXT ·moreReluGradSums16AMX(SB), NOSPLIT, $0-88
	GRADSUMS16(ROUNDING, RELUGATE, GIVENMORE, MORETOADD, 2, R10)

// func siluGradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)
TEXT ·siluGradSums16AMX(SB), NOSPLIT, $0-88
	GRADSUMS16(SIGMOIDAL, SILUGATE, GIVEN, FACTORLESS, 4, R11)

// func moreSiluGradSums16AMX(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)
TEXT ·moreSiluGradSums16AMX(SB), NOSPLIT, $0-88
	GRADSUMS16(SIGMOIDAL, SILUGATE, GIVENMORE, MORETOADD, 2, R10)

// func scaleGrad16AMX(rows, c int, x *uint16, s, dp, dot *float32, dx *uint16)
TEXT ·scaleGrad16AMX(SB), NOSPLIT, $0-56
	SCALEGRAD16

// func moments16AMX(rows, c int, x, shift, s1, s2 *float32, y *uint16)
TEXT ·moments16AMX(SB), NOSPLIT, $0-56
	MOMENTS16

// func narrow16AMX(n int, x *float32, y *uint16)
TEXT ·narrow16AMX(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	NARROWALL
