//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "elem_avx2_amd64.h"
#include "update_amd64.h"

#define SCALE V4
#define KEPT V5
#define BETA1 V6
#define REST1 V7
#define BETA2 Y9
#define REST2 Y10
#define ROOT Y11
#define EPS Y12
#define RATE Y13

// func updateAdamWAVX2(n int, c *adamW, grad, p, m, v *float32)
TEXT ·updateAdamWAVX2(SB), NOSPLIT, $0-48
	MOVQ n+0(FP), CX
	MOVQ c+8(FP), BX
	MOVQ grad+16(FP), R13
	MOVQ p+24(FP), R9
	MOVQ m+32(FP), R10
	MOVQ v+40(FP), R11
	VBROADCASTSS adamW_scale(BX), SCALE
	VBROADCASTSS adamW_keep(BX), KEPT
	VBROADCASTSS adamW_beta1(BX), BETA1
	VBROADCASTSS adamW_rest1(BX), REST1
	VBROADCASTSS adamW_beta2(BX), BETA2
	VBROADCASTSS adamW_rest2(BX), REST2
	VBROADCASTSS adamW_root(BX), ROOT
	VBROADCASTSS adamW_eps(BX), EPS
	VBROADCASTSS adamW_rate(BX), RATE
	EACH(ADAMW)
	VZEROUPPER
	RET

#define DECAY V5
#define MOMENTUM V6
#define NESTEROV V7
#define SPEED Y9

// func updateSGDAVX2(n int, c *sgd, grad, p, v *float32)
TEXT ·updateSGDAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ c+8(FP), BX
	MOVQ grad+16(FP), R13
	MOVQ p+24(FP), R9
	MOVQ v+32(FP), R11
	VBROADCASTSS sgd_scale(BX), SCALE
	VBROADCASTSS sgd_decay(BX), DECAY
	VBROADCASTSS sgd_momentum(BX), MOMENTUM
	VBROADCASTSS sgd_rate(BX), SPEED
	VBROADCASTSS sgd_nesterov(BX), NESTEROV
	EACH(MOMENTUMSTEP)
	VZEROUPPER
	RET
