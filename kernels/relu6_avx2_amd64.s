//go:build !purego

#include "textflag.h"
#include "elem_avx2_amd64.h"
#include "relu6_amd64.h"

// CX n; SI the input, DX dy, DI the output

// func relu6MapAVX2(n int, x, y *float32)
TEXT ·relu6MapAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	BOUNDS
	EACH(RELU6)
	VZEROUPPER
	RET

// func relu6GradAVX2(n int, accumulate bool, y, dy, dx *float32)
TEXT ·relu6GradAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVBLZX accumulate+8(FP), R8
	MOVQ y+16(FP), SI
	MOVQ dy+24(FP), DX
	MOVQ dx+32(FP), DI
	ACCUMULATE(R8)
	BOUNDS
	EACH(RELU6GRAD)
	VZEROUPPER
	RET
