//go:build !purego

#include "textflag.h"
#include "elem_avx2_amd64.h"
#include "act_avx2_amd64.h"
#include "act_amd64.h"

// CX n; SI the input, DX dy, DI the output

// func actExpAVX2(n int, x, y *float32)
TEXT ·actExpAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	CONSTANTS
	EACH(EXP)
	VZEROUPPER
	RET

// func actSigmoidAVX2(n int, x, y *float32)
TEXT ·actSigmoidAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	CONSTANTS
	EACH(SIGMOID)
	VZEROUPPER
	RET

// func actSiLUAVX2(n int, x, y *float32)
TEXT ·actSiLUAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	CONSTANTS
	EACH(SILU)
	VZEROUPPER
	RET

// func actReLUAVX2(n int, x, y *float32)
TEXT ·actReLUAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	VXORPS ZERO, ZERO, ZERO
	EACH(RELU)
	VZEROUPPER
	RET

// func actSigmoidGradAVX2(n int, accumulate bool, y, dy, dx *float32)
TEXT ·actSigmoidGradAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVBLZX accumulate+8(FP), R8
	MOVQ y+16(FP), SI
	MOVQ dy+24(FP), DX
	MOVQ dx+32(FP), DI
	ACCUMULATE(R8)
	CONSTANTS
	EACH(SIGMOIDGRAD)
	VZEROUPPER
	RET

// func actSiLUGradAVX2(n int, accumulate bool, x, dy, dx *float32)
TEXT ·actSiLUGradAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVBLZX accumulate+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ dy+24(FP), DX
	MOVQ dx+32(FP), DI
	ACCUMULATE(R8)
	CONSTANTS
	EACH(SILUGRAD)
	VZEROUPPER
	RET

// func actReLUGradAVX2(n int, accumulate bool, y, dy, dx *float32)
TEXT ·actReLUGradAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVBLZX accumulate+8(FP), R8
	MOVQ y+16(FP), SI
	MOVQ dy+24(FP), DX
	MOVQ dx+32(FP), DI
	ACCUMULATE(R8)
	VXORPS ZERO, ZERO, ZERO
	EACH(RELUGRAD)
	VZEROUPPER
	RET
