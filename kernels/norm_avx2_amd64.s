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

// func channelMulAddAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelMulAddAVX2(SB), NOSPLIT, $0-64
	CHANNEL_MULADD

// func channelAddAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·channelAddAVX2(SB), NOSPLIT, $0-64
	CHANNEL_ADD

// func batchNormGradSumsAVX2(rows, c int, x, y, z, u, v, w *float32)
TEXT ·batchNormGradSumsAVX2(SB), NOSPLIT, $0-64
	BATCHNORM_GRADSUMS
