//go:build !purego

#include "textflag.h"
#include "elem_avx512_amd64.h"
#include "sigma16_avx512_amd64.h"
#include "channel_amd64.h"

#define LANES 16
#define EVERYLANE KXNORW K1, K1, K1

// Constants; they use R8, which says that a kernel streams.
#define ROUNDS ROUNDING; MOVBLZX stream+16(FP), R8
#define ROUNDSANDACTS SIGMOIDAL; MOVBLZX stream+16(FP), R8

#define STORE16(V, P) \
	ROUND(V, V6); \
	VPMOVDW V, (P)(AX*2)

// past the caches
#define STREAM16(V, P) \
	ROUND(V, V6); \
	VPMOVDW V, Y6; \
	VMOVNTDQ Y6, (P)(AX*2)

#define ONEWAY16(PREPARE, STEP) \
	ARGUMENTS(PREPARE)           \
	ALONG(along, STEP(STORE16))  \
	VZEROUPPER                   \
	RET

#define EITHERWAY16(PREPARE, STEP) \
	ARGUMENTS(PREPARE)           \
	TESTL R8, R8                 \
	JNZ   streaming              \
	ALONG(along, STEP(STORE16))  \
	VZEROUPPER                   \
	RET                          \
streaming:                           \
	ALONG(past, STEP(STREAM16))  \
	SFENCE                       \
	VZEROUPPER                   \
	RET

// V0 = x*a + b
#define AFFINED16 \
	PREFETCHT0 AHEAD(SI)(AX*2)   \
	WIDE(SI, V0)                 \
	VMULPS (R11)(BX*4), V0, V0   \
	VADDPS (R12)(BX*4), V0, V0

#define AFFINE16(OUT) \
	AFFINED16 \
	OUT(V0, DI)

#define RELU16(OUT) \
	AFFINED16                     \
	KEEP($0x16, V0, ZERO, V0, V1) \
	OUT(V0, DI)

#define SILU16(OUT) \
	AFFINED16                 \
	SIGMA16(V0, V1, V2, V3, V4) \
	VMULPS V0, V1, V0         \
	OUT(V0, DI)

#define SCALE16(OUT) \
	PREFETCHT0 AHEAD(SI)(AX*2) \
	WIDE(SI, V0)               \
	VMULPS (R11)(BX*4), V0, V0 \
	OUT(V0, DI)

// dx = dy*a + x*b + k
#define GRAD16(OUT) \
	PREFETCHT0 AHEAD(DX)(AX*2) \
	PREFETCHT0 AHEAD(SI)(AX*2) \
	WIDE(DX, V0)               \
	VMULPS (R11)(BX*4), V0, V0 \
	WIDE(SI, V1)               \
	VMULPS (R12)(BX*4), V1, V1 \
	VADDPS V1, V0, V0          \
	VADDPS (R13)(BX*4), V0, V0 \
	OUT(V0, DI)

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
