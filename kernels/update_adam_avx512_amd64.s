//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "update_amd64.h"

#define SCALE V4
#define DECAY V5
#define KEPT V6
#define BETA1 V7
#define REST1 Z9
#define BETA2 Z10
#define REST2 Z11
#define ROOT Z12
#define EPS Z13
#define RATE Z14
#define AHEAD Z15

// func updateAdamAVX512(n int, c *adam, grad, p, m, v *float32)
TEXT ·updateAdamAVX512(SB), NOSPLIT, $0-48
	MOVQ n+0(FP), CX
	MOVQ c+8(FP), BX
	MOVQ grad+16(FP), R13
	MOVQ p+24(FP), R9
	MOVQ m+32(FP), R10
	MOVQ v+40(FP), R11
	VBROADCASTSS adam_scale(BX), SCALE
	VBROADCASTSS adam_decay(BX), DECAY
	VBROADCASTSS adam_keep(BX), KEPT
	VBROADCASTSS adam_beta1(BX), BETA1
	VBROADCASTSS adam_rest1(BX), REST1
	VBROADCASTSS adam_beta2(BX), BETA2
	VBROADCASTSS adam_rest2(BX), REST2
	VBROADCASTSS adam_root(BX), ROOT
	VBROADCASTSS adam_eps(BX), EPS
	VBROADCASTSS adam_rate(BX), RATE
	VBROADCASTSS adam_ahead(BX), AHEAD
	EACH(ADAM)
	VZEROUPPER
	RET
