//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "sigma16_avx512_amd64.h"
#include "narrow16_avx512_amd64.h"
#include "channel_amd64.h"
#include "channel16_amd64.h"

// func channel16AffineAVX512(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)
TEXT ·channel16AffineAVX512(SB), NOSPLIT, $0-72
	EITHERWAY16(ROUNDS, AFFINE16)

// func channel16ReLUAVX512(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)
TEXT ·channel16ReLUAVX512(SB), NOSPLIT, $0-72
	EITHERWAY16(ROUNDS, RELU16)

// func channel16SiLUAVX512(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)
TEXT ·channel16SiLUAVX512(SB), NOSPLIT, $0-72
	EITHERWAY16(ROUNDSANDACTS, SILU16)

// func channel16ScaleAVX512(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)
TEXT ·channel16ScaleAVX512(SB), NOSPLIT, $0-72
	ONEWAY16(ROUNDS, SCALE16)

// func channel16GradAVX512(n, period int, stream bool, x, y, z *uint16, a, b, k *float32)
TEXT ·channel16GradAVX512(SB), NOSPLIT, $0-72
	EITHERWAY16(ROUNDS, GRAD16)
