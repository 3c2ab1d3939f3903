//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "act_amd64.h"

// Every constant has a register.
#define LO Z16
#define HI Z17
#define ONE Z18
#define SIGN Z19
#define LOG2E Z20
#define MAGIC Z21
#define LN2HI Z22
#define LN2LO Z23
#define E2 Z24
#define E3 Z25
#define E4 Z26
#define E5 Z27
#define E6 Z28

#define CONSTANTS \
	VBROADCASTSS ROW(0), LO; \
	VBROADCASTSS ROW(1), HI; \
	VBROADCASTSS ROW(2), ONE; \
	VBROADCASTSS ROW(3), SIGN; \
	VBROADCASTSS ROW(4), LOG2E; \
	VBROADCASTSS ROW(5), MAGIC; \
	VBROADCASTSS ROW(6), LN2HI; \
	VBROADCASTSS ROW(7), LN2LO; \
	VBROADCASTSS ROW(8), E2; \
	VBROADCASTSS ROW(9), E3; \
	VBROADCASTSS ROW(10), E4; \
	VBROADCASTSS ROW(11), E5; \
	VBROADCASTSS ROW(12), E6

// CX n; SI the input, DX dy, DI the output

// func actExpAVX512(n int, x, y *float32)
TEXT ·actExpAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	CONSTANTS
	EACH(EXP)
	VZEROUPPER
	RET

// func actSigmoidAVX512(n int, x, y *float32)
TEXT ·actSigmoidAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	CONSTANTS
	EACH(SIGMOID)
	VZEROUPPER
	RET

// func actSiLUAVX512(n int, x, y *float32)
TEXT ·actSiLUAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	CONSTANTS
	EACH(SILU)
	VZEROUPPER
	RET

// func actReLUAVX512(n int, x, y *float32)
TEXT ·actReLUAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	VXORPS ZERO, ZERO, ZERO
	EACH(RELU)
	VZEROUPPER
	RET

// func actSigmoidGradAVX512(n int, accumulate bool, y, dy, dx *float32)
TEXT ·actSigmoidGradAVX512(SB), NOSPLIT, $0-40
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

// func actSiLUGradAVX512(n int, accumulate bool, x, dy, dx *float32)
TEXT ·actSiLUGradAVX512(SB), NOSPLIT, $0-40
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

// func actReLUGradAVX512(n int, accumulate bool, y, dy, dx *float32)
TEXT ·actReLUGradAVX512(SB), NOSPLIT, $0-40
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
