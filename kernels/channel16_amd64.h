// The kernels of channel16.go for processors with AVX-512, in the vocabulary of sigma16_avx512_amd64.h; NARROW0 rounds.

#define LANES 16
#define EVERYLANE KXNORW K1, K1, K1

// Constants; they use R8, which says that a kernel streams.
#define ROUNDS ROUNDING; MOVBLZX stream+16(FP), R8
#define ROUNDSANDACTS SIGMOIDAL; MOVBLZX stream+16(FP), R8

// OUT is one of these: what V0 holds, rounded, to memory
#define STORE16(P) \
	NARROW0; \
	VMOVDQU Y6, (P)(AX*2)

// past the caches
#define STREAM16(P) \
	NARROW0; \
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
	OUT(DI)

#define RELU16(OUT) \
	AFFINED16                     \
	KEEP($0x16, V0, ZERO, V0, V1) \
	OUT(DI)

#define SILU16(OUT) \
	AFFINED16                 \
	SIGMA16(V0, V1, V2, V3, V4) \
	VMULPS V0, V1, V0         \
	OUT(DI)

#define SCALE16(OUT) \
	PREFETCHT0 AHEAD(SI)(AX*2) \
	WIDE(SI, V0)               \
	VMULPS (R11)(BX*4), V0, V0 \
	OUT(DI)

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
	OUT(DI)
