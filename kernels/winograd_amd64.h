#include "tiles_amd64.h"

// The transforms of F(2×2, 3×3).

// V4 to V7 = V0 - V2, V1 + V2, V2 - V1, V1 - V3, stored
#define INPUT_COLUMNS \
	VSUBPS V2, V0, V4 \
	VADDPS V2, V1, V5 \
	VSUBPS V1, V2, V6 \
	VSUBPS V3, V1, V7 \
	STORE4(V4, V5, V6, V7)

// for each of n tiles, for VL channels at a time: v = Bᵀ x B
//
// SI, BX, R10, R11: the four rows of the tile; R8, R9: 1 and 3 pixels; R12, R13: 1 and 3 values; DI: v; R15: from a tile's
// last channels to the next tile's first; DX: channels left of the tile; CX: tiles left.
#define INPUT \
	MOVQ n+0(FP), CX        \
	MOVQ ld+16(FP), R8      \
	SHLQ $2, R8             \
	LEAQ (R8)(R8*2), R9     \
	MOVQ row+24(FP), AX     \
	MOVQ x+32(FP), SI       \
	LEAQ (SI)(AX*4), BX     \
	LEAQ (BX)(AX*4), R10    \
	LEAQ (R10)(AX*4), R11   \
	MOVQ vld+48(FP), R12    \
	SHLQ $2, R12            \
	LEAQ (R12)(R12*2), R13  \
	MOVQ v+56(FP), DI       \
	ADVANCE(c+8(FP))        \
	MOVQ AX, R15            \
tile:                       \
	MOVQ c+8(FP), DX        \
step:                       \
	MOVQ DI, AX             \
	LOAD4(SI, R8, R9, V0, V1, V2, V3)      \
	LOAD4(BX, R8, R9, V8, V9, V10, V11)    \
	LOAD4(R10, R8, R9, V12, V13, V14, V15) \
	VSUBPS V12, V0, V0      \
	VSUBPS V13, V1, V1      \
	VSUBPS V14, V2, V2      \
	VSUBPS V15, V3, V3      \
	INPUT_COLUMNS           \
	VADDPS V12, V8, V0      \
	VADDPS V13, V9, V1      \
	VADDPS V14, V10, V2     \
	VADDPS V15, V11, V3     \
	INPUT_COLUMNS           \
	VSUBPS V8, V12, V0      \
	VSUBPS V9, V13, V1      \
	VSUBPS V10, V14, V2     \
	VSUBPS V11, V15, V3     \
	INPUT_COLUMNS           \
	LOAD4(R11, R8, R9, V12, V13, V14, V15) \
	VSUBPS V12, V8, V0      \
	VSUBPS V13, V9, V1      \
	VSUBPS V14, V10, V2     \
	VSUBPS V15, V11, V3     \
	INPUT_COLUMNS           \
	ADDQ $VB, SI            \
	ADDQ $VB, BX            \
	ADDQ $VB, R10           \
	ADDQ $VB, R11           \
	ADDQ $VB, DI            \
	SUBQ $VL, DX            \
	JNZ  step               \
	ADDQ R15, SI            \
	ADDQ R15, BX            \
	ADDQ R15, R10           \
	ADDQ R15, R11           \
	MOVQ step+40(FP), AX    \
	SUBQ c+8(FP), AX        \
	LEAQ (DI)(AX*4), DI     \
	DECQ CX                 \
	JNZ  tile               \
	VZEROUPPER              \
	RET

// s = a + b + c, u = b - c - d
#define OUTPUT_ROWS(a, b, c, d, s, u) \
	VMOVUPS b, V8     \
	VMOVUPS c, V9     \
	VADDPS  a, V8, s  \
	VADDPS  V9, s, s  \
	VSUBPS  V9, V8, u \
	VSUBPS  d, u, u

// s = a + b + c, u = b - c - d
#define OUTPUT_COLUMNS(a, b, c, d, s, u) \
	VADDPS b, a, s \
	VADDPS c, s, s \
	VSUBPS c, b, u \
	VSUBPS d, u, u

// for each of n tiles, for VL channels at a time: y = Aᵀ m A, or y += Aᵀ m A
//
// SI, BX, R10, R11: the four rows of products; R12, R13: 1 and 3 values; DI, R9: the two rows of y; R8: a pixel; R15: from a
// tile's last channels to the next tile's first, of y; DX: channels left of the tile; CX: tiles left.
#define OUTPUT \
	MOVQ n+0(FP), CX         \
	MOVQ mld+24(FP), R12     \
	SHLQ $2, R12             \
	LEAQ (R12)(R12*2), R13   \
	MOVQ m+32(FP), SI        \
	LEAQ (SI)(R12*4), BX     \
	LEAQ (BX)(R12*4), R10    \
	LEAQ (R10)(R12*4), R11   \
	MOVQ ld+40(FP), R8       \
	SHLQ $2, R8              \
	MOVQ row+48(FP), AX      \
	MOVQ y+64(FP), DI        \
	LEAQ (DI)(AX*4), R9      \
	ADVANCE(c+8(FP))         \
	MOVQ AX, R15             \
tile:                        \
	MOVQ c+8(FP), DX         \
step:                        \
	OUTPUT_ROWS((SI), (BX), (R10), (R11), V0, V4) \
	OUTPUT_ROWS((SI)(R12*1), (BX)(R12*1), (R10)(R12*1), (R11)(R12*1), V1, V5) \
	OUTPUT_ROWS((SI)(R12*2), (BX)(R12*2), (R10)(R12*2), (R11)(R12*2), V2, V6) \
	OUTPUT_ROWS((SI)(R13*1), (BX)(R13*1), (R10)(R13*1), (R11)(R13*1), V3, V7) \
	OUTPUT_COLUMNS(V0, V1, V2, V3, V8, V9)   \
	OUTPUT_COLUMNS(V4, V5, V6, V7, V10, V11) \
	CMPQ accumulate+56(FP), $0 \
	JEQ  store               \
	VADDPS (DI), V8, V8      \
	VADDPS (DI)(R8*1), V9, V9 \
	VADDPS (R9), V10, V10    \
	VADDPS (R9)(R8*1), V11, V11 \
store:                       \
	STORE_PIXELS             \
	ADDQ $VB, SI             \
	ADDQ $VB, BX             \
	ADDQ $VB, R10            \
	ADDQ $VB, R11            \
	ADDQ $VB, DI             \
	ADDQ $VB, R9             \
	SUBQ $VL, DX             \
	JNZ  step                \
	MOVQ step+16(FP), AX     \
	SUBQ c+8(FP), AX         \
	SHLQ $2, AX              \
	ADDQ AX, SI              \
	ADDQ AX, BX              \
	ADDQ AX, R10             \
	ADDQ AX, R11             \
	ADDQ R15, DI             \
	ADDQ R15, R9             \
	DECQ CX                  \
	JNZ  tile                \
	VZEROUPPER               \
	RET

// V4 to V7 = V0, V0 + V1, V0 - V1, V1, stored
#define GRAD_COLUMNS(a, b) \
	VADDPS b, a, V5 \
	VSUBPS b, a, V6 \
	STORE4(a, V5, V6, b)

// for each of n tiles, for VL channels at a time: d = A dy Aᵀ, but for signs
//
// SI, BX: the two rows of dy; R8: a pixel; R12, R13: 1 and 3 values; DI: d; R15: from a tile's last channels to the next
// tile's first, of dy; DX: channels left of the tile; CX: tiles left.
#define GRAD \
	MOVQ n+0(FP), CX         \
	MOVQ ld+16(FP), R8       \
	SHLQ $2, R8              \
	MOVQ row+24(FP), AX      \
	MOVQ x+32(FP), SI       \
	LEAQ (SI)(AX*4), BX      \
	MOVQ step+40(FP), R9     \
	SUBQ c+8(FP), R9         \
	SHLQ $2, R9              \
	MOVQ vld+48(FP), R12     \
	SHLQ $2, R12             \
	LEAQ (R12)(R12*2), R13   \
	MOVQ v+56(FP), DI        \
	ADVANCE(c+8(FP))         \
	MOVQ AX, R15             \
tile:                        \
	MOVQ c+8(FP), DX         \
step:                        \
	MOVQ DI, AX              \
	VMOVUPS (SI), V0         \
	VMOVUPS (SI)(R8*1), V1   \
	VMOVUPS (BX), V2         \
	VMOVUPS (BX)(R8*1), V3   \
	GRAD_COLUMNS(V0, V1)     \
	VADDPS V2, V0, V8        \
	VADDPS V3, V1, V9        \
	GRAD_COLUMNS(V8, V9)     \
	VSUBPS V2, V0, V8        \
	VSUBPS V3, V1, V9        \
	GRAD_COLUMNS(V8, V9)     \
	GRAD_COLUMNS(V2, V3)     \
	ADDQ $VB, SI             \
	ADDQ $VB, BX             \
	ADDQ $VB, DI             \
	SUBQ $VL, DX             \
	JNZ  step                \
	ADDQ R15, SI             \
	ADDQ R15, BX             \
	ADDQ R9, DI              \
	DECQ CX                  \
	JNZ  tile                \
	VZEROUPPER               \
	RET
