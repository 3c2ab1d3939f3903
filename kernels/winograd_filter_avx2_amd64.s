//go:build !purego

#include "textflag.h"

#define V0 Y0
#define V1 Y1
#define V2 Y2
#define V3 Y3
#define V4 Y4
#define V5 Y5
#define V6 Y6
#define V7 Y7
#define V8 Y8
#define V9 Y9
#define V10 Y10
#define V11 Y11
#define V12 Y12
#define V13 Y13
#define V14 Y14
#define V15 Y15
#define VB 32
#define VL 8

#include "winograd_filter_amd64.h"

DATA wgHalfAVX2<>+0(SB)/4, $0x3F000000
GLOBL wgHalfAVX2<>(SB), RODATA|NOPTR, $4

// func wgWeightsAVX2(ld int, u *float32)
TEXT ·wgWeightsAVX2(SB), NOSPLIT, $0-16
	VBROADCASTSS wgHalfAVX2<>(SB), V15
	WEIGHTS

// func wgWeightsGradAVX2(n, sld int, s *float32, wld int, dw *float32)
TEXT ·wgWeightsGradAVX2(SB), NOSPLIT, $0-40
	VBROADCASTSS wgHalfAVX2<>(SB), V15
	WEIGHTS_GRAD
