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

#include "enlarge_amd64.h"

// func upInputAVX512(n, c, ld, row int, x *float32, step, vld int, v *float32)
TEXT ·upInputAVX512(SB), NOSPLIT, $0-64
	UP_INPUT

// func upOutputAVX512(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)
TEXT ·upOutputAVX512(SB), NOSPLIT, $0-72
	UP_OUTPUT

// func upGradAVX512(n, c, ld, row int, x *float32, step, vld int, v *float32)
TEXT ·upGradAVX512(SB), NOSPLIT, $0-64
	UP_GRAD

// func upBackAVX512(n, c, ld, row int, x *float32, step, vld int, v *float32)
TEXT ·upBackAVX512(SB), NOSPLIT, $0-64
	UP_BACK
