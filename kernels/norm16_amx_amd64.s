//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "sigma16_avx512_amd64.h"
#include "amx_amd64.h"
#include "narrow16_amx_amd64.h"
#include "norm16_amd64.h"

// func gradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)
TEXT ·gradSums16AMX(SB), NOSPLIT, $0-80
	GRADSUMS16(ROUNDING, NOGATE)

// func reluGradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)
TEXT ·reluGradSums16AMX(SB), NOSPLIT, $0-80
	GRADSUMS16(ROUNDING, RELUGATE)

// func siluGradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)
TEXT ·siluGradSums16AMX(SB), NOSPLIT, $0-80
	GRADSUMS16(SIGMOIDAL, SILUGATE)

// func moments16AMX(rows, c int, x, shift, s1, s2 *float32, y *uint16)
TEXT ·moments16AMX(SB), NOSPLIT, $0-56
	MOMENTS16

// func narrow16AMX(n int, x *float32, y *uint16)
TEXT ·narrow16AMX(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	NARROWALL
