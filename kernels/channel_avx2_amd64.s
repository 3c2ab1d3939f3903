//go:build !purego

#include "textflag.h"
#include "elem_avx2_amd64.h"
#include "act_avx2_amd64.h"
#include "act_amd64.h"
#include "channel_amd64.h"

#define LANES 8
#define EVERYLANE

// func channelAffineAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelAffineAVX2(SB), NOSPLIT, $0-72
	EITHERWAY(NOCONSTANTS, AFFINE)

// func channelAffineReLUAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelAffineReLUAVX2(SB), NOSPLIT, $0-72
	EITHERWAY(NOCONSTANTS, AFFINERELU)

// func channelAffineSiLUAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelAffineSiLUAVX2(SB), NOSPLIT, $0-72
	EITHERWAY(CONSTANTS, AFFINESILU)

// func channelScaleAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelScaleAVX2(SB), NOSPLIT, $0-72
	EITHERWAY(NOCONSTANTS, SCALEBY)

// func batchNormGradAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·batchNormGradAVX2(SB), NOSPLIT, $0-72
	EITHERWAY(NOCONSTANTS, NORMGRAD)

// func batchNormGradAddAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·batchNormGradAddAVX2(SB), NOSPLIT, $0-72
	ONEWAY(NOCONSTANTS, NORMGRADADD)

// func channelAffineReLUGradAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelAffineReLUGradAVX2(SB), NOSPLIT, $0-72
	ONEWAY(NOCONSTANTS, AFFINERELUGRAD)

// func channelAffineSiLUGradAVX2(n, period int, stream bool, x, y, z, a, b, k *float32)
TEXT ·channelAffineSiLUGradAVX2(SB), NOSPLIT, $0-72
	ONEWAY(CONSTANTS, AFFINESILUGRAD)
