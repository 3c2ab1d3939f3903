#include "winograd_amd64.h"

// a, (a + c + b) / 2, (a + c - b) / 2, c; V15 is 0.5
#define WEIGHTS4(a, b, c, t, u) \
	VADDPS c, a, u   \
	VADDPS b, u, t   \
	VSUBPS b, u, u   \
	VMULPS V15, t, t \
	VMULPS V15, u, u

#define WEIGHTS_ROW(a, b, c) \
	WEIGHTS4(a, b, c, V13, V14) \
	STORE4(a, V13, V14, c)

// for VL weights at a time: u = G g Gᵀ, where g are the last 9 of 16 values
//
// DI: u; SI: g; R12, R13: 1 and 3 values; CX: weights left.
#define WEIGHTS \
	MOVQ ld+0(FP), CX        \
	MOVQ u+8(FP), DI         \
	MOVQ CX, R12             \
	SHLQ $2, R12             \
	LEAQ (R12)(R12*2), R13   \
	LEAQ (DI)(R12*4), SI     \
	ADDQ R13, SI             \
	LEAQ (SI)(R13*1), BX     \
	LEAQ (BX)(R13*1), R10    \
step:                        \
	MOVQ DI, AX              \
	VMOVUPS (SI), V0         \
	VMOVUPS (SI)(R12*1), V1  \
	VMOVUPS (SI)(R12*2), V2  \
	VMOVUPS (BX), V3         \
	VMOVUPS (BX)(R12*1), V4  \
	VMOVUPS (BX)(R12*2), V5  \
	VMOVUPS (R10), V6        \
	VMOVUPS (R10)(R12*1), V7 \
	VMOVUPS (R10)(R12*2), V8 \
	WEIGHTS4(V0, V3, V6, V9, V10)  \
	WEIGHTS4(V1, V4, V7, V11, V12) \
	WEIGHTS4(V2, V5, V8, V3, V4)   \
	WEIGHTS_ROW(V0, V1, V2)  \
	WEIGHTS_ROW(V9, V11, V3) \
	WEIGHTS_ROW(V10, V12, V4) \
	WEIGHTS_ROW(V6, V7, V8)  \
	ADDQ $VB, SI             \
	ADDQ $VB, BX             \
	ADDQ $VB, R10            \
	ADDQ $VB, DI             \
	SUBQ $VL, CX             \
	JNZ  step                \
	VZEROUPPER               \
	RET

// r = a + h, s = (b - c) / 2, t = h - d, where h = (b + c) / 2; V15 is 0.5
#define UNWEIGHT4(a, b, c, d, r, s, t) \
	VMOVUPS b, V12     \
	VMOVUPS c, V13     \
	VADDPS V13, V12, t \
	VMULPS V15, t, t   \
	VSUBPS V13, V12, s \
	VMULPS V15, s, s   \
	VADDPS a, t, r     \
	VSUBPS d, t, t

#define UNWEIGHT_ROW(a, b, c, d, at) \
	VMOVUPS a, V14                 \
	UNWEIGHT4(V14, b, c, d, a, b, c) \
	VADDPS (at), a, a              \
	VADDPS (at)(R8*1), b, b        \
	VADDPS (at)(R8*2), c, c        \
	VMOVUPS a, (at)                \
	VMOVUPS b, (at)(R8*1)          \
	VMOVUPS c, (at)(R8*2)          \
	ADDQ $VB, at

// for VL weights at a time: dw += Gᵀ s G, but for signs
//
// SI, BX, R10, R11: the four rows of s; R12, R13: 1 and 3 values; DI, R9, DX: the three rows of dw; R8: a tap; CX: weights left.
#define WEIGHTS_GRAD \
	MOVQ n+0(FP), CX         \
	MOVQ sld+8(FP), R12      \
	SHLQ $2, R12             \
	LEAQ (R12)(R12*2), R13   \
	MOVQ s+16(FP), SI        \
	LEAQ (SI)(R12*4), BX     \
	LEAQ (BX)(R12*4), R10    \
	LEAQ (R10)(R12*4), R11   \
	MOVQ wld+24(FP), R8      \
	SHLQ $2, R8              \
	LEAQ (R8)(R8*2), AX      \
	MOVQ dw+32(FP), DI       \
	LEAQ (DI)(AX*1), R9      \
	LEAQ (R9)(AX*1), DX      \
step:                        \
	UNWEIGHT4((SI), (BX), (R10), (R11), V0, V4, V8)                            \
	UNWEIGHT4((SI)(R12*1), (BX)(R12*1), (R10)(R12*1), (R11)(R12*1), V1, V5, V9)  \
	UNWEIGHT4((SI)(R12*2), (BX)(R12*2), (R10)(R12*2), (R11)(R12*2), V2, V6, V10) \
	UNWEIGHT4((SI)(R13*1), (BX)(R13*1), (R10)(R13*1), (R11)(R13*1), V3, V7, V11) \
	UNWEIGHT_ROW(V0, V1, V2, V3, DI)    \
	UNWEIGHT_ROW(V4, V5, V6, V7, R9)    \
	UNWEIGHT_ROW(V8, V9, V10, V11, DX)  \
	ADDQ $VB, SI             \
	ADDQ $VB, BX             \
	ADDQ $VB, R10            \
	ADDQ $VB, R11            \
	SUBQ $VL, CX             \
	JNZ  step                \
	VZEROUPPER               \
	RET
