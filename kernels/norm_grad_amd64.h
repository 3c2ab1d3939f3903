// The gradients of batch normalisation, in the terms of norm_amd64.h.

// s1 += dy; s2 += dy*(x - mean)
#define GRADSUMS(mean, s1, s2) \
	VADDPS V13, s1, s1   \
	VSUBPS mean, V12, V12 \
	VMULPS V13, V12, V12 \
	VADDPS V12, s2, s2
#define GRADSUMS_AT(at, mean, s1, s2) \
	VMOVUPS at(SI)(AX*1), V12 \
	VMOVUPS at(DI)(AX*1), V13 \
	GRADSUMS(mean, s1, s2)
#define GRADSUMS_ROW4 \
	GRADSUMS_AT(0*VB, V0, V4, V8)  \
	GRADSUMS_AT(1*VB, V1, V5, V9)  \
	GRADSUMS_AT(2*VB, V2, V6, V10) \
	GRADSUMS_AT(3*VB, V3, V7, V11)
#define GRADSUMS_ROW1 \
	LOADM(SI, AX, V12) \
	LOADM(DI, AX, V13) \
	GRADSUMS(V0, V4, V8)
#define BATCHNORM_GRADSUMS \
	KERNEL(FIRST_UVW4, GRADSUMS_ROW4, LAST_VW4, FIRST_UVW1, GRADSUMS_ROW1, LAST_VW1)
