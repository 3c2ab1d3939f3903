#include "tiles_amd64.h"

// The transforms of enlarge_generic.go. Registers as in winograd_amd64.h: SI, BX, R10, R11 rows of what is read; R8, R9: 1
// and 3 pixels; R12, R13: 1 and 3 values; R15: from a tile's last channels to the next tile's first; DX: channels left of the
// tile; CX: tiles left.

// Stored: a - b, b, c - b
#define UP_COLUMNS(a, b, c) \
	VSUBPS b, a, V12 \
	VSUBPS b, c, V13 \
	STORE3(V12, b, V13)

#define LOAD3(at, one, a, b, c) \
	VMOVUPS (at), a        \
	VMOVUPS (at)(one*1), b \
	VMOVUPS (at)(one*2), c

// NEXT_V goes from a tile's last values to the next tile's first.
#define NEXT_V \
	MOVQ step+40(FP), AX    \
	SUBQ c+8(FP), AX        \
	LEAQ (DI)(AX*4), DI

#define UP_INPUT \
	MOVQ n+0(FP), CX        \
	MOVQ ld+16(FP), R8      \
	SHLQ $2, R8             \
	MOVQ row+24(FP), AX     \
	MOVQ x+32(FP), SI       \
	LEAQ (SI)(AX*4), BX     \
	LEAQ (BX)(AX*4), R10    \
	MOVQ vld+48(FP), R12    \
	SHLQ $2, R12            \
	LEAQ (R12)(R12*2), R13  \
	MOVQ v+56(FP), DI       \
	ADVANCE(c+8(FP))        \
	SUBQ R8, AX             \
	MOVQ AX, R15            \
tile:                       \
	MOVQ c+8(FP), DX        \
step:                       \
	MOVQ DI, AX             \
	LOAD3(SI, R8, V0, V1, V2)  \
	LOAD3(BX, R8, V3, V4, V5)  \
	LOAD3(R10, R8, V6, V7, V8) \
	VSUBPS V3, V0, V0       \
	VSUBPS V4, V1, V1       \
	VSUBPS V5, V2, V2       \
	UP_COLUMNS(V0, V1, V2)  \
	UP_COLUMNS(V3, V4, V5)  \
	VSUBPS V3, V6, V6       \
	VSUBPS V4, V7, V7       \
	VSUBPS V5, V8, V8       \
	UP_COLUMNS(V6, V7, V8)  \
	ADDQ $VB, SI            \
	ADDQ $VB, BX            \
	ADDQ $VB, R10           \
	ADDQ $VB, DI            \
	SUBQ $VL, DX            \
	JNZ  step               \
	ADDQ R15, SI            \
	ADDQ R15, BX            \
	ADDQ R15, R10           \
	NEXT_V                  \
	DECQ CX                 \
	JNZ  tile               \
	VZEROUPPER              \
	RET

// SI, BX, R10: the rows of products; DI, R9: the rows of y.
#define UP_OUTPUT \
	MOVQ n+0(FP), CX         \
	MOVQ mld+24(FP), R12     \
	SHLQ $2, R12             \
	LEAQ (R12)(R12*2), R13   \
	MOVQ m+32(FP), SI        \
	LEAQ (SI)(R13*1), BX     \
	LEAQ (BX)(R13*1), R10    \
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
	LOAD3(BX, R12, V3, V4, V5)     \
	VADDPS (SI), V3, V0            \
	VADDPS (SI)(R12*1), V4, V1     \
	VADDPS (SI)(R12*2), V5, V2     \
	VADDPS (R10), V3, V3           \
	VADDPS (R10)(R12*1), V4, V4    \
	VADDPS (R10)(R12*2), V5, V5    \
	VADDPS V0, V1, V8        \
	VADDPS V2, V1, V9        \
	VADDPS V3, V4, V10       \
	VADDPS V5, V4, V11       \
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
	ADDQ R15, DI             \
	ADDQ R15, R9             \
	DECQ CX                  \
	JNZ  tile                \
	VZEROUPPER               \
	RET

// Stored: a, a + b, b
#define UP_GRAD_COLUMNS(a, b) \
	VADDPS b, a, V6 \
	STORE3(a, V6, b)

#define UP_GRAD \
	MOVQ n+0(FP), CX        \
	MOVQ ld+16(FP), R8      \
	SHLQ $2, R8             \
	MOVQ row+24(FP), AX     \
	MOVQ x+32(FP), SI       \
	LEAQ (SI)(AX*4), BX     \
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
	VMOVUPS (SI), V0        \
	VMOVUPS (SI)(R8*1), V1  \
	VMOVUPS (BX), V2        \
	VMOVUPS (BX)(R8*1), V3  \
	UP_GRAD_COLUMNS(V0, V1) \
	VADDPS V2, V0, V4       \
	VADDPS V3, V1, V5       \
	UP_GRAD_COLUMNS(V4, V5) \
	UP_GRAD_COLUMNS(V2, V3) \
	ADDQ $VB, SI            \
	ADDQ $VB, BX            \
	ADDQ $VB, DI            \
	SUBQ $VL, DX            \
	JNZ  step               \
	ADDQ R15, SI            \
	ADDQ R15, BX            \
	NEXT_V                  \
	DECQ CX                 \
	JNZ  tile               \
	VZEROUPPER              \
	RET

// Of V0 to V3, stored: V3 - V1, V1 + V2, V0 - V2
#define UP_BACK_COLUMNS \
	VSUBPS V1, V3, V4 \
	VADDPS V2, V1, V5 \
	VSUBPS V2, V0, V6 \
	STORE3(V4, V5, V6)

#define UP_BACK \
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
	LOAD4(R11, R8, R9, V0, V1, V2, V3)     \
	LOAD4(BX, R8, R9, V8, V9, V10, V11)    \
	LOAD4(R10, R8, R9, V12, V13, V14, V15) \
	VSUBPS V8, V0, V0       \
	VSUBPS V9, V1, V1       \
	VSUBPS V10, V2, V2      \
	VSUBPS V11, V3, V3      \
	UP_BACK_COLUMNS         \
	VADDPS V12, V8, V0      \
	VADDPS V13, V9, V1      \
	VADDPS V14, V10, V2     \
	VADDPS V15, V11, V3     \
	UP_BACK_COLUMNS         \
	LOAD4(SI, R8, R9, V0, V1, V2, V3) \
	VSUBPS V12, V0, V0      \
	VSUBPS V13, V1, V1      \
	VSUBPS V14, V2, V2      \
	VSUBPS V15, V3, V3      \
	UP_BACK_COLUMNS         \
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
	NEXT_V                  \
	DECQ CX                 \
	JNZ  tile               \
	VZEROUPPER              \
	RET
