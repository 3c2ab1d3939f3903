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

// dx = dy*a + x*b + k
#define GRAD(at, a, b, k) \
	VMULPS at(DI)(AX*1), a, V12 \
	VMULPS at(SI)(AX*1), b, V13 \
	VADDPS V13, V12, V12        \
	VADDPS k, V12, V12          \
	VMOVUPS V12, at(R8)(AX*1)
#define GRAD_ROW4 \
	GRAD(0*VB, V0, V4, V8)  \
	GRAD(1*VB, V1, V5, V9)  \
	GRAD(2*VB, V2, V6, V10) \
	GRAD(3*VB, V3, V7, V11)
#define GRAD1 \
	LOADM(DI, AX, V12)   \
	LOADM(SI, AX, V13)   \
	VMULPS V0, V12, V12  \
	VMULPS V4, V13, V13  \
	VADDPS V13, V12, V12 \
	VADDPS V8, V12, V12
#define GRAD_ROW1 \
	GRAD1 \
	STOREM_ROW(V12, R8)
#define BATCHNORM_GRAD KERNEL(FIRST_UVW4, GRAD_ROW4, NOTHING, FIRST_UVW1, GRAD_ROW1, NOTHING)

// dx += dy*a + x*b + k
#define GRADADD(at, a, b, k) \
	VMULPS at(DI)(AX*1), a, V12   \
	VMULPS at(SI)(AX*1), b, V13   \
	VADDPS V13, V12, V12          \
	VADDPS k, V12, V12            \
	VADDPS at(R8)(AX*1), V12, V12 \
	VMOVUPS V12, at(R8)(AX*1)
#define GRADADD_ROW4 \
	GRADADD(0*VB, V0, V4, V8)  \
	GRADADD(1*VB, V1, V5, V9)  \
	GRADADD(2*VB, V2, V6, V10) \
	GRADADD(3*VB, V3, V7, V11)
#define GRADADD_ROW1 \
	GRAD1                \
	LOADM(R8, AX, V13)   \
	VADDPS V13, V12, V12 \
	STOREM_ROW(V12, R8)
#define BATCHNORM_GRADADD KERNEL(FIRST_UVW4, GRADADD_ROW4, NOTHING, FIRST_UVW1, GRADADD_ROW1, NOTHING)
