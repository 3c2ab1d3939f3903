// The kernels of channel.go in the vocabulary of elem_avx2_amd64.h or elem_avx512_amd64.h. A map is taken as one run of numbers,
// whose factors a, b and k come again after a period.
//
//	CX n, AX the index in the map       SI x, DX y, DI the output
//	R9 period, BX the index in it       R11 a, R12 b, R13 k
//
// LANES is the size of a vector; EVERYLANE sets what masks the vocabulary has.

// past the caches; the output lies at a multiple of a cache line
#define STREAM(V, P) VMOVNTPS V, (P)(AX*4)

#define NOCONSTANTS

#define ARGUMENTS(PREPARE) \
	MOVQ    n+0(FP), CX         \
	MOVQ    period+8(FP), R9    \
	MOVBLZX stream+16(FP), R8   \
	MOVQ    x+24(FP), SI        \
	MOVQ    y+32(FP), DX        \
	MOVQ    z+40(FP), DI        \
	MOVQ    a+48(FP), R11       \
	MOVQ    b+56(FP), R12       \
	MOVQ    k+64(FP), R13       \
	EVERYLANE                   \
	VXORPS  ZERO, ZERO, ZERO    \
	PREPARE                     \
	XORQ    R10, R10            \
	XORQ    AX, AX              \
	XORQ    BX, BX

#define ALONG(label, STEP) \
label:                     \
	STEP               \
	ADDQ    $LANES, BX \
	CMPQ    BX, R9     \
	CMOVQGE R10, BX    \
	ADDQ    $LANES, AX \
	CMPQ    AX, CX     \
	JLT     label

#define ONEWAY(PREPARE, STEP) \
	ARGUMENTS(PREPARE)         \
	ALONG(along, STEP(STORE))  \
	VZEROUPPER                 \
	RET

// The fence lets others see the lines before what tells them that they are there.
#define EITHERWAY(PREPARE, STEP) \
	ARGUMENTS(PREPARE)         \
	TESTL R8, R8               \
	JNZ   streaming            \
	ALONG(along, STEP(STORE))  \
	VZEROUPPER                 \
	RET                        \
streaming:                         \
	ALONG(past, STEP(STREAM))  \
	SFENCE                     \
	VZEROUPPER                 \
	RET

// What is read is fetched so many bytes ahead: an activation's operations fill the window in which the processor finds loads.
#define AHEAD 2048

// V0 = x*a + b
#define AFFINED \
	PREFETCHT0 AHEAD(SI)(AX*4)   \
	LOAD(SI, V0)                 \
	VMULPS (R11)(BX*4), V0, V0   \
	VADDPS (R12)(BX*4), V0, V0

#define AFFINE(OUT) \
	AFFINED \
	OUT(V0, DI)

#define AFFINERELU(OUT) \
	AFFINED                       \
	KEEP($0x16, V0, ZERO, V0, V1) \
	OUT(V0, DI)

#define AFFINESILU(OUT) \
	AFFINED                   \
	SIGMA(V0, V1, V2, V3, V4) \
	VMULPS V0, V1, V0         \
	OUT(V0, DI)

#define SCALEBY(OUT) \
	LOAD(SI, V0)               \
	VMULPS (R11)(BX*4), V0, V0 \
	OUT(V0, DI)

// dx = dy·act'(x*a + b)
#define AFFINERELUGRAD(OUT) \
	AFFINED                       \
	LOAD(DX, V1)                  \
	KEEP($0x1e, V0, ZERO, V1, V2) \
	VADDPS V1, ZERO, V1           \
	OUT(V1, DI)

#define AFFINESILUGRAD(OUT) \
	AFFINED                   \
	SIGMA(V0, V1, V2, V3, V4) \
	VSUBPS V1, ONE, V2        \
	VMULPS V2, V0, V0         \
	VADDPS ONE, V0, V0        \
	VMULPS V0, V1, V1         \
	PREFETCHT0 AHEAD(DX)(AX*4) \
	LOAD(DX, V2)              \
	VMULPS V2, V1, V1         \
	VADDPS V1, ZERO, V1       \
	OUT(V1, DI)

// dx = dy*a + x*b + k
#define NORMGRADED \
	LOAD(DX, V0)               \
	VMULPS (R11)(BX*4), V0, V0 \
	LOAD(SI, V1)               \
	VMULPS (R12)(BX*4), V1, V1 \
	VADDPS V1, V0, V0          \
	VADDPS (R13)(BX*4), V0, V0

#define NORMGRAD(OUT) \
	NORMGRADED \
	OUT(V0, DI)

#define NORMGRADADD(OUT) \
	NORMGRADED           \
	LOAD(DI, V1)         \
	VADDPS V1, V0, V0    \
	OUT(V0, DI)
