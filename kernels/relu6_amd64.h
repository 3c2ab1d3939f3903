// The steps of ReLU6, in the vocabulary of elem_avx2_amd64.h or elem_avx512_amd64.h. Predicate $0x16 is !(x <= 0), $0x1e
// is a > b, both without signalling; of a minimum, the operand that Go names first wins if it is NaN.

#define ZERO V7
#define SIX V6

#define BOUNDS \
	VXORPS X7, X7, X7; \
	MOVL $0x40c00000, AX; \
	VMOVD AX, X6; \
	VPBROADCASTD X6, SIX

// y = min(max(x, 0), 6)
#define RELU6 \
	LOAD(SI, V0); \
	KEEP($0x16, V0, ZERO, V0, V1); \
	VMINPS V0, SIX, V0; \
	STORE(V0, DI)

// dx = prior + (y > 0 && 6 > y ? dy : 0)
#define RELU6GRAD \
	LOAD(SI, V0); \
	LOAD(DX, V1); \
	KEEP($0x1e, V0, ZERO, V1, V2); \
	KEEP($0x1e, SIX, V0, V1, V2); \
	PRIOR(DI, V2); \
	VADDPS V1, V2, V2; \
	STORE(V2, DI)
