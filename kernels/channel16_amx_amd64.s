//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "sigma16_avx512_amd64.h"
#include "amx_amd64.h"
#include "narrow16_amx_amd64.h"
#include "channel_amd64.h"
#include "channel16_amd64.h"

// func channel16AffineAMX(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)
TEXT ·channel16AffineAMX(SB), NOSPLIT, $0-72
	EITHERWAY16(ROUNDS, AFFINE16)

// func channel16ReLUAMX(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)
TEXT ·channel16ReLUAMX(SB), NOSPLIT, $0-72
	EITHERWAY16(ROUNDS, RELU16)

// func channel16SiLUAMX(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)
TEXT ·channel16SiLUAMX(SB), NOSPLIT, $0-72
	EITHERWAY16(ROUNDSANDACTS, SILU16)

// func channel16ScaleAMX(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)
TEXT ·channel16ScaleAMX(SB), NOSPLIT, $0-72
	ONEWAY16(ROUNDS, SCALE16)

// func channel16GradAMX(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)
TEXT ·channel16GradAMX(SB), NOSPLIT, $0-72
	EITHERWAY16(ROUNDS, GRAD16)
