//go:build !purego

#include "textflag.h"

#define V0 Z0
#define V1 Z1
#define V2 Z2
#define V3 Z3
#define V4 Z4
#define V5 Z5
#define V6 Z6
#define V7 Z7
#define V8 Z8
#define V9 Z9
#define V10 Z10
#define V11 Z11
#define V12 Z12
#define V13 Z13
#define V14 Z14
#define V15 Z15
#define VB 64
#define VL 16

#include "winograd_filter_amd64.h"

DATA wgHalfAVX512<>+0(SB)/4, $0x3F000000
GLOBL wgHalfAVX512<>(SB), RODATA|NOPTR, $4

// func wgWeightsAVX512(ld int, u *float32)
TEXT ·wgWeightsAVX512(SB), NOSPLIT, $0-16
	VBROADCASTSS wgHalfAVX512<>(SB), V15
	WEIGHTS

// func wgWeightsGradAVX512(n, sld int, s *float32, wld int, dw *float32)
TEXT ·wgWeightsGradAVX512(SB), NOSPLIT, $0-40
	VBROADCASTSS wgHalfAVX512<>(SB), V15
	WEIGHTS_GRAD
