//go:build !purego

#include "textflag.h"

#include "norm_avx2_amd64.h"

// func channelSumsAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelSumsAVX2(SB), NOSPLIT, $0-64
	CHANNEL_SUMS

// func channelMomentsAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelMomentsAVX2(SB), NOSPLIT, $0-64
	CHANNEL_MOMENTS

// func channelDotAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelDotAVX2(SB), NOSPLIT, $0-64
	CHANNEL_DOT

// func channelAffineAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelAffineAVX2(SB), NOSPLIT, $0-64
	CHANNEL_AFFINE

// func channelAffineReLUAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelAffineReLUAVX2(SB), NOSPLIT, $0-64
	CHANNEL_AFFINERELU

// func channelScaleAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelScaleAVX2(SB), NOSPLIT, $0-64
	CHANNEL_SCALE

// func channelMulAddAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelMulAddAVX2(SB), NOSPLIT, $0-64
	CHANNEL_MULADD

// func channelAddAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelAddAVX2(SB), NOSPLIT, $0-64
	CHANNEL_ADD

// func batchNormGradSumsAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·batchNormGradSumsAVX2(SB), NOSPLIT, $0-64
	BATCHNORM_GRADSUMS

// func batchNormGradAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·batchNormGradAVX2(SB), NOSPLIT, $0-64
	BATCHNORM_GRAD

// func batchNormGradAddAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·batchNormGradAddAVX2(SB), NOSPLIT, $0-64
	BATCHNORM_GRADADD
