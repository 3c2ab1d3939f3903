// Loops over 16 floats: the vocabulary in which element-wise kernels are written, for AVX-512. n is in CX,
// the index of the loop in AX, the mask of the lanes in use in K1; K2 is what PRIOR loads, K3 scratch.

#define V0 Z0
#define V1 Z1
#define V2 Z2
#define V3 Z3
#define V4 Z4
#define V5 Z5
#define V6 Z6
#define V7 Z7

#define LOAD(P, V) VMOVUPS.Z (P)(AX*4), K1, V
#define STORE(V, P) VMOVUPS V, K1, (P)(AX*4)

// V = float16 at P, and back, rounding to nearest even
#define LOADHALF(P, V) VCVTPH2PS.Z (P)(AX*2), K1, V
#define STOREHALF(V, P) VCVTPS2PH $0, V, K1, (P)(AX*2)

// what PRIOR loads: nothing if R, a bool, is 0
#define ACCUMULATE(R) \
	NEGL R; \
	KMOVW R, K2

// V = accumulate ? P : +0
#define PRIOR(P, V) VMOVUPS.Z (P)(AX*4), K2, V

// X = A pred B ? X : +0
#define KEEP(PRED, A, B, X, T) \
	VCMPPS PRED, B, A, K3; \
	VMOVAPS.Z X, K3, X

// D = sign of S set ? A : B
#define BYSIGN(S, A, B, D) \
	VPMOVD2M S, K3; \
	VBLENDMPS A, B, K3, D

// P = P·2ⁿ where N is n shifted to the exponent and P is no NaN
#define SHIFTEXP(N, P, T) \
	VCMPPS $7, P, P, K3; \
	VPADDD N, P, K3, P

// the last step takes the n mod 16 lanes that are left
#define EACH(STEP) \
	XORQ AX, AX; \
	KXNORW K1, K1, K1; \
	SUBQ $16, CX; \
	JLT tail; \
	PCALIGN $32; \
loop: \
	STEP; \
	ADDQ $16, AX; \
	CMPQ AX, CX; \
	JLE loop; \
tail: \
	SUBQ AX, CX; \
	ADDQ $16, CX; \
	JEQ done; \
	MOVL $1, R8; \
	SHLL CX, R8; \
	DECL R8; \
	KMOVW R8, K1; \
	KANDW K1, K2, K2; \
	STEP; \
done:
