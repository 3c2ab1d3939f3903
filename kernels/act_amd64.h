// The steps of the activations, in the vocabulary of elem_avx2_amd64.h or elem_avx512_amd64.h, and over it:
// LO, ONE and SIGN are registers; the other constants registers or rows of actTable. Go names the second
// operand of a difference or a quotient first; of a maximum the one that wins if it is NaN.

#define ROW(I) ·actTable+(32*(I))(SB)

// P = e^X for X in [LO, HI] or NaN, using N and T, destroying X:
//	N = X·LOG2E + MAGIC; P = N - MAGIC; X = (X - P·LN2HI) - P·LN2LO
//	P = (((E6·X + E5)·X + E4)·X + E3)·X + E2
//	P = (P·X² + X + 1)·2ⁿ
#define RAISE(X, N, P, T) \
	VMULPS LOG2E, X, N; \
	VADDPS MAGIC, N, N; \
	VSUBPS MAGIC, N, P; \
	VPSLLD $23, N, N; \
	VMULPS LN2HI, P, T; \
	VSUBPS T, X, X; \
	VMULPS LN2LO, P, P; \
	VSUBPS P, X, X; \
	VMULPS E6, X, P; \
	VADDPS E5, P, P; \
	VMULPS X, P, P; \
	VADDPS E4, P, P; \
	VMULPS X, P, P; \
	VADDPS E3, P, P; \
	VMULPS X, P, P; \
	VADDPS E2, P, P; \
	VMULPS X, X, T; \
	VMULPS T, P, P; \
	VADDPS X, P, P; \
	VADDPS ONE, P, P; \
	SHIFTEXP(N, P, T)

// S = Sigmoid(X), using A, B and C:
//	B = e^max(-|X|, LO); S = (X < 0 ? B : 1) / (1 + B)
#define SIGMA(X, S, A, B, C) \
	VORPS SIGN, X, S; \
	VMAXPS S, LO, S; \
	RAISE(S, A, B, C); \
	VADDPS B, ONE, A; \
	BYSIGN(X, B, ONE, C); \
	VDIVPS A, C, S

// y = e^min(max(x, LO), HI)
#define EXP \
	LOAD(SI, V0); \
	VMAXPS V0, LO, V0; \
	VMOVUPS HI, V1; \
	VMINPS V0, V1, V0; \
	RAISE(V0, V1, V2, V3); \
	STORE(V2, DI)

#define SIGMOID \
	LOAD(SI, V0); \
	SIGMA(V0, V1, V2, V3, V4); \
	STORE(V1, DI)

#define SILU \
	LOAD(SI, V0); \
	SIGMA(V0, V1, V2, V3, V4); \
	VMULPS V0, V1, V0; \
	STORE(V0, DI)

// dx = prior + (dy·y)·(1 - y)
#define SIGMOIDGRAD \
	LOAD(SI, V0); \
	LOAD(DX, V1); \
	VMULPS V0, V1, V1; \
	VSUBPS V0, ONE, V0; \
	VMULPS V0, V1, V1; \
	PRIOR(DI, V2); \
	VADDPS V1, V2, V2; \
	STORE(V2, DI)

// dx = prior + dy·(s·(1 + x·(1 - s)))
#define SILUGRAD \
	LOAD(SI, V0); \
	SIGMA(V0, V1, V2, V3, V4); \
	VSUBPS V1, ONE, V2; \
	VMULPS V2, V0, V0; \
	VADDPS ONE, V0, V0; \
	VMULPS V0, V1, V1; \
	LOAD(DX, V2); \
	VMULPS V2, V1, V1; \
	PRIOR(DI, V2); \
	VADDPS V1, V2, V2; \
	STORE(V2, DI)

// ZERO is +0; predicate $0x16 is !(x <= 0), $0x1e is x > 0, both without signalling
#define ZERO V7

#define RELU \
	LOAD(SI, V0); \
	KEEP($0x16, V0, ZERO, V0, V1); \
	STORE(V0, DI)

#define RELUGRAD \
	LOAD(SI, V0); \
	LOAD(DX, V1); \
	KEEP($0x1e, V0, ZERO, V1, V2); \
	PRIOR(DI, V2); \
	VADDPS V1, V2, V2; \
	STORE(V2, DI)
