//go:build !purego

#include "textflag.h"

// A float32 number and an integer that is larger where it is, each from the other. Z30: 31 ones.
#define KEY(x, t) VPSRAD $31, x, t; VPANDD Z30, t, t; VPXORD t, x, x

// BEGIN loads what both functions share. CX: rows left; DX: bytes from one to the next; R9: vectors of a row but the last, whose
// lanes K1 has; SI: x; R8: norm, R10: bytes from
// one to the next; DI: y.
#define BEGIN \
	MOVQ c+8(FP), DX          \
	LEAQ -1(DX), R9           \
	SHRQ $4, R9               \
	MOVQ R9, CX               \
	SHLQ $4, CX               \
	SUBQ DX, CX               \
	NEGQ CX                   \
	MOVL $1, AX               \
	SHLL CX, AX               \
	DECL AX                   \
	KMOVW AX, K1              \
	SHLQ $2, DX               \
	MOVQ rows+0(FP), CX       \
	MOVQ x+16(FP), SI         \
	MOVQ norm+24(FP), R8      \
	MOVQ y+32(FP), DI         \
	MOVQ $8, R10

// SUBTRACT writes a row less Z2 to y, goes to the next row, and ends after the last.
#define SUBTRACT \
	MOVQ      R9, BX             \
	XORQ      AX, AX             \
	TESTQ     BX, BX             \
	JEQ       end                \
shift:                           \
	VMOVUPS   (SI)(AX*1), Z0     \
	VSUBPS    Z2, Z0, Z0         \
	VMOVUPS   Z0, (DI)(AX*1)     \
	ADDQ      $64, AX            \
	DECQ      BX                 \
	JNE       shift              \
end:                             \
	VMOVUPS.Z (SI)(AX*1), K1, Z0 \
	VSUBPS    Z2, Z0, Z0         \
	VMOVUPS   Z0, K1, (DI)(AX*1) \
	ADDQ      DX, SI             \
	ADDQ      DX, DI             \
	ADDQ      R10, R8            \
	DECQ      CX                 \
	JNE       row                \
	VZEROUPPER                   \
	RET

// func softmaxMostAVX512(rows, c int, x, norm, y *float32)
//
// Where norm is nil it is written to the frame.
TEXT ·softmaxMostAVX512(SB), NOSPLIT, $8-40
	BEGIN
	TESTQ        R8, R8
	JNE          begin
	LEAQ         spare-8(SP), R8
	XORQ         R10, R10

begin:
	MOVL         $0x7FFFFFFF, AX
	VPBROADCASTD AX, Z30
	MOVL         $0x80000000, AX
	VPBROADCASTD AX, Z31

row:
	VMOVDQA64 Z31, Z2
	MOVQ      SI, AX
	MOVQ      R9, BX
	TESTQ     BX, BX
	JEQ       last

vector:
	VMOVDQU32 (AX), Z0
	KEY(Z0, Z1)
	VPMAXSD   Z0, Z2, Z2
	ADDQ      $64, AX
	DECQ      BX
	JNE       vector

last:
	VMOVDQU32.Z   (AX), K1, Z0
	KEY(Z0, Z1)
	VPMAXSD       Z0, Z2, K1, Z2
	VEXTRACTI64X4 $1, Z2, Y3
	VPMAXSD       Y3, Y2, Y2
	VEXTRACTI128  $1, Y2, X3
	VPMAXSD       X3, X2, X2
	VPSHUFD       $0x4E, X2, X3
	VPMAXSD       X3, X2, X2
	VPSHUFD       $0xB1, X2, X3
	VPMAXSD       X3, X2, X2
	KEY(Z2, Z3)
	VMOVSS        X2, (R8)
	VBROADCASTSS  X2, Z2
	SUBTRACT

// func softmaxByAVX512(rows, c int, x, norm, y *float32)
TEXT ·softmaxByAVX512(SB), NOSPLIT, $0-40
	BEGIN

row:
	VBROADCASTSS (R8), Z2
	SUBTRACT
