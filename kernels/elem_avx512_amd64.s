//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "elem_amd64.h"

// CX n; SI x, DX y, DI the output; V7 a

// func elemFillAVX512(n int, a float32, y *float32)
TEXT ·elemFillAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	VBROADCASTSS a+8(FP), V7
	MOVQ y+16(FP), DI
	EACH(FILL)
	VZEROUPPER
	RET

// func elemAddAVX512(n int, x, y, z *float32)
TEXT ·elemAddAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ z+24(FP), DI
	EACH(ADD)
	VZEROUPPER
	RET

// func elemMulAVX512(n int, x, y, z *float32)
TEXT ·elemMulAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ z+24(FP), DI
	EACH(MUL)
	VZEROUPPER
	RET

// func elemMulAddAVX512(n int, x, y, z *float32)
TEXT ·elemMulAddAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ z+24(FP), DI
	EACH(MULADD)
	VZEROUPPER
	RET

// func elemScaleAVX512(n int, a float32, x, y *float32)
TEXT ·elemScaleAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	VBROADCASTSS a+8(FP), V7
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	EACH(SCALE)
	VZEROUPPER
	RET

// func elemAxpyAVX512(n int, a float32, x, y *float32)
TEXT ·elemAxpyAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	VBROADCASTSS a+8(FP), V7
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	EACH(AXPY)
	VZEROUPPER
	RET
