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

// func channelMulAddAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelMulAddAVX512(SB), NOSPLIT, $0-64
	CHANNEL_MULADD

// func channelAddAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelAddAVX512(SB), NOSPLIT, $0-64
	CHANNEL_ADD

// func batchNormGradSumsAVX512(rows, c int, x, y, z, u, v, w *float32)
TEXT ·batchNormGradSumsAVX512(SB), NOSPLIT, $0-64
	BATCHNORM_GRADSUMS
