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

#include "winograd_amd64.h"

// func wgInputAVX2(n, c, ld, row int, x *float32, step, vld int, v *float32)
TEXT ·wgInputAVX2(SB), NOSPLIT, $0-64
	INPUT

// func wgOutputAVX2(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)
TEXT ·wgOutputAVX2(SB), NOSPLIT, $0-72
	OUTPUT

// func wgGradAVX2(n, c, ld, row int, x *float32, step, vld int, v *float32)
TEXT ·wgGradAVX2(SB), NOSPLIT, $0-64
	GRAD
