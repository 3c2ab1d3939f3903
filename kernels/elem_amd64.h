// The steps of the element-wise kernels, in the vocabulary of elem_avx2_amd64.h or elem_avx512_amd64.h.
// Go names the second operand of a difference or a quotient first.

#define FILL \
	STORE(V7, DI)

#define ADD \
	LOAD(SI, V0); \
	LOAD(DX, V1); \
	VADDPS V1, V0, V0; \
	STORE(V0, DI)

#define MUL \
	LOAD(SI, V0); \
	LOAD(DX, V1); \
	VMULPS V1, V0, V0; \
	STORE(V0, DI)

#define MULADD \
	LOAD(SI, V0); \
	LOAD(DX, V1); \
	LOAD(DI, V2); \
	VMULPS V1, V0, V0; \
	VADDPS V0, V2, V2; \
	STORE(V2, DI)

#define SCALE \
	LOAD(SI, V0); \
	VMULPS V0, V7, V0; \
	STORE(V0, DI)

#define AXPY \
	LOAD(SI, V0); \
	LOAD(DI, V1); \
	VMULPS V0, V7, V0; \
	VADDPS V0, V1, V1; \
	STORE(V1, DI)
