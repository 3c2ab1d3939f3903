//go:build !purego

#include "textflag.h"

#include "norm_avx512_amd64.h"

// func channelSumsAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelSumsAVX512(SB), NOSPLIT, $0-64
	CHANNEL_SUMS

// func channelMomentsAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelMomentsAVX512(SB), NOSPLIT, $0-64
	CHANNEL_MOMENTS

// func channelDotAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelDotAVX512(SB), NOSPLIT, $0-64
	CHANNEL_DOT

// func channelAffineAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelAffineAVX512(SB), NOSPLIT, $0-64
	CHANNEL_AFFINE

// func channelAffineReLUAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelAffineReLUAVX512(SB), NOSPLIT, $0-64
	CHANNEL_AFFINERELU

// func channelScaleAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelScaleAVX512(SB), NOSPLIT, $0-64
	CHANNEL_SCALE

// func channelMulAddAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelMulAddAVX512(SB), NOSPLIT, $0-64
	CHANNEL_MULADD

// func channelAddAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelAddAVX512(SB), NOSPLIT, $0-64
	CHANNEL_ADD

// func batchNormGradSumsAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·batchNormGradSumsAVX512(SB), NOSPLIT, $0-64
	BATCHNORM_GRADSUMS

// func batchNormGradAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·batchNormGradAVX512(SB), NOSPLIT, $0-64
	BATCHNORM_GRAD

// func batchNormGradAddAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·batchNormGradAddAVX512(SB), NOSPLIT, $0-64
	BATCHNORM_GRADADD
