// Loops over 8 floats: the vocabulary in which element-wise kernels are written, for AVX2.
// n is in CX and a multiple of 8, the index of the loop in AX; ACC and what a kernel defines are constants.

#define V0 Y0
#define V1 Y1
#define V2 Y2
#define V3 Y3
#define V4 Y4
#define V5 Y5
#define V6 Y6
#define V7 Y7
#define ACC Y8

#define LOAD(P, V) VMOVUPS (P)(AX*4), V
#define STORE(V, P) VMOVUPS V, (P)(AX*4)

// V = float16 at P, and back, rounding to nearest even
#define LOADHALF(P, V) VCVTPH2PS (P)(AX*2), V
#define STOREHALF(V, P) VCVTPS2PH $0, V, (P)(AX*2)

// what PRIOR loads: nothing if R, a bool, is 0
#define ACCUMULATE(R) \
	NEGL R; \
	VMOVD R, X8; \
	VPBROADCASTD X8, Y8

// V = accumulate ? P : +0
#define PRIOR(P, V) VANDPS (P)(AX*4), ACC, V

// X = A pred B ? X : +0, using T
#define KEEP(PRED, A, B, X, T) \
	VCMPPS PRED, B, A, T; \
	VANDPS T, X, X

// D = sign of S set ? A : B
#define BYSIGN(S, A, B, D) VBLENDVPS S, A, B, D

// P = P·2ⁿ where N is n shifted to the exponent and P is no NaN, using T
#define SHIFTEXP(N, P, T) \
	VCMPPS $7, P, P, T; \
	VPAND T, N, N; \
	VPADDD N, P, P

#define EACH(STEP) \
	XORQ AX, AX; \
	PCALIGN $32; \
loop: \
	STEP; \
	ADDQ $8, AX; \
	CMPQ AX, CX; \
	JLT loop
