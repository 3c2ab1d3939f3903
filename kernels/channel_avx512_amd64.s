//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "act_avx512_amd64.h"
#include "act_amd64.h"
#include "channel_amd64.h"

#define LANES 16
#define EVERYLANE KXNORW K1, K1, K1

// func channelAffineAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelAffineAVX512(SB), NOSPLIT, $0-72
	EITHERWAY(NOCONSTANTS, AFFINE)

// func channelAffineReLUAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelAffineReLUAVX512(SB), NOSPLIT, $0-72
	EITHERWAY(NOCONSTANTS, AFFINERELU)

// func channelAffineSiLUAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelAffineSiLUAVX512(SB), NOSPLIT, $0-72
	EITHERWAY(CONSTANTS, AFFINESILU)

// func channelScaleAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelScaleAVX512(SB), NOSPLIT, $0-72
	EITHERWAY(NOCONSTANTS, SCALEBY)

// func batchNormGradAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·batchNormGradAVX512(SB), NOSPLIT, $0-72
	EITHERWAY(NOCONSTANTS, NORMGRAD)

// func batchNormGradAddAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·batchNormGradAddAVX512(SB), NOSPLIT, $0-72
	ONEWAY(NOCONSTANTS, NORMGRADADD)

// func channelAffineReLUGradAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelAffineReLUGradAVX512(SB), NOSPLIT, $0-72
	ONEWAY(NOCONSTANTS, AFFINERELUGRAD)

// func channelAffineSiLUGradAVX512(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelAffineSiLUGradAVX512(SB), NOSPLIT, $0-72
	ONEWAY(CONSTANTS, AFFINESILUGRAD)
