// The steps of the conversions to and from float16, in the vocabulary of elem_avx2_amd64.h or elem_avx512_amd64.h.

#define FROM \
	LOAD(SI, V0); \
	STOREHALF(V0, DI)

// MINPS and MAXPS return their second source where one is no number: in Go's order that is the first.
#define CLAMP \
	LOAD(SI, V0); \
	VMINPS V0, V6, V0; \
	VMAXPS V0, V7, V0; \
	STOREHALF(V0, DI)

// V6 = 65504, V7 = -65504
#define LIMITS \
	MOVL $0x477fe000, R8; \
	VMOVD R8, X6; \
	VPBROADCASTD X6, V6; \
	MOVL $0xc77fe000, R8; \
	VMOVD R8, X7; \
	VPBROADCASTD X7, V7

#define TO \
	FETCH; \
	LOADHALF(SI, V0); \
	STORE(V0, DI)
