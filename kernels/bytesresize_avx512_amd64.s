//go:build !purego

#include "textflag.h"

// Which of eight doublewords four outputs take: the weights of the first two pixels, and, one more, of the last two.
DATA bytesPairs<>+0(SB)/8, $0x0000000000000000
DATA bytesPairs<>+8(SB)/8, $0x0000000000000000
DATA bytesPairs<>+16(SB)/8, $0x0000000200000002
DATA bytesPairs<>+24(SB)/8, $0x0000000200000002
DATA bytesPairs<>+32(SB)/8, $0x0000000400000004
DATA bytesPairs<>+40(SB)/8, $0x0000000400000004
DATA bytesPairs<>+48(SB)/8, $0x0000000600000006
DATA bytesPairs<>+56(SB)/8, $0x0000000600000006
GLOBL bytesPairs<>(SB), RODATA|NOPTR, $64

// func bytesAcross3AVX512(n, more int, places *[2][64]uint8, order *[32]uint16, first *int32, w *int16, x *uint8, y *int16)
// more is 0 for one pair of weights, 1 for two, and so on. CX n; R8 groups, R9 first, R10 w, SI x, DI y; R11 to R14 where the four outputs begin
// Z16, Z17 places, Z18 order, Z19, Z20 pairs of weights, Z21 halves
TEXT ·bytesAcross3AVX512(SB), NOSPLIT, $0-64
	MOVQ n+0(FP), CX
	MOVQ more+8(FP), R8
	MOVQ places+16(FP), R11
	MOVQ order+24(FP), R12
	MOVQ first+32(FP), R9
	MOVQ w+40(FP), R10
	MOVQ x+48(FP), SI
	MOVQ y+56(FP), DI
	VMOVDQU64 (R11), Z16
	VMOVDQU64 64(R11), Z17
	VMOVDQU64 (R12), Z18
	VMOVDQU64 bytesPairs<>(SB), Z19
	MOVL $1, AX
	VPBROADCASTD AX, Z20
	VPADDD Z19, Z20, Z20
	MOVL $128, AX
	VPBROADCASTD AX, Z21
	MOVL $0xfff, AX
	KMOVD AX, K1
	TESTQ R8, R8
	JZ two
	SHRQ $1, R8
	INCQ R8
across:
	MOVLQSX (R9), R11
	MOVLQSX 4(R9), R12
	MOVLQSX 8(R9), R13
	MOVLQSX 12(R9), BX
	ADDQ SI, R11
	ADDQ SI, R12
	ADDQ SI, R13
	ADDQ SI, BX
	VMOVDQA64 Z21, Z0
	XORQ AX, AX
	MOVQ R8, DX
group:
	VMOVDQU (R11)(AX*1), X1
	VMOVDQU (R13)(AX*1), X2
	VINSERTI128 $1, (R12)(AX*1), Y1, Y1
	VINSERTI128 $1, (BX)(AX*1), Y2, Y2
	VINSERTI64X4 $1, Y2, Z1, Z1
	VMOVDQU (R10), Y3
	VPERMD Z3, Z19, Z4
	VPERMD Z3, Z20, Z5
	VPSHUFB Z16, Z1, Z2
	VPSHUFB Z17, Z1, Z1
	VPMADDWD Z4, Z2, Z2
	VPMADDWD Z5, Z1, Z1
	VPADDD Z2, Z0, Z0
	VPADDD Z1, Z0, Z0
	ADDQ $12, AX
	ADDQ $32, R10
	DECQ DX
	JNZ group
	VPSRLD $8, Z0, Z0
	VPERMW Z0, Z18, Z0
	VMOVDQU16 Y0, K1, (DI)
	ADDQ $16, R9
	ADDQ $24, DI
	SUBQ $4, CX
	JNZ across
	VZEROUPPER
	RET
two:
	MOVLQSX (R9), R11
	MOVLQSX 4(R9), R12
	MOVLQSX 8(R9), R13
	MOVLQSX 12(R9), BX
	VMOVDQU (SI)(R11*1), X1
	VMOVDQU (SI)(R13*1), X2
	VINSERTI128 $1, (SI)(R12*1), Y1, Y1
	VINSERTI128 $1, (SI)(BX*1), Y2, Y2
	VINSERTI64X4 $1, Y2, Z1, Z1
	VMOVDQU (R10), Y3
	VPERMD Z3, Z19, Z4
	VPSHUFB Z16, Z1, Z1
	VPMADDWD Z4, Z1, Z0
	VPADDD Z21, Z0, Z0
	VPSRLD $8, Z0, Z0
	VPERMW Z0, Z18, Z0
	VMOVDQU16 Y0, K1, (DI)
	ADDQ $32, R10
	ADDQ $16, R9
	ADDQ $24, DI
	SUBQ $4, CX
	JNZ two
	VZEROUPPER
	RET

// The order of quadwords that puts right what packs within lanes of 128 bits leave.
DATA bytesRight<>+0(SB)/8, $0
DATA bytesRight<>+8(SB)/8, $2
DATA bytesRight<>+16(SB)/8, $4
DATA bytesRight<>+24(SB)/8, $6
DATA bytesRight<>+32(SB)/8, $1
DATA bytesRight<>+40(SB)/8, $3
DATA bytesRight<>+48(SB)/8, $5
DATA bytesRight<>+56(SB)/8, $7
GLOBL bytesRight<>(SB), RODATA|NOPTR, $64

// Adds two rows of 64 words, at SI and BX, to the sums Z0 to Z3; Z15 holds their weights in turn.
#define ROWS(at, lo, hi) \
	VMOVDQU64 at(SI)(AX*2), Z4; \
	VMOVDQU64 at(BX)(AX*2), Z5; \
	VPUNPCKLWD Z5, Z4, Z6; \
	VPUNPCKHWD Z5, Z4, Z7; \
	VPMADDWD Z15, Z6, Z6; \
	VPMADDWD Z15, Z7, Z7; \
	VPADDD Z6, lo, lo; \
	VPADDD Z7, hi, hi

// func bytesDownAVX512(n, taps int, w *int16, x *[]int16, y *uint8)
// CX n; R8 w, R9 x, DI y; R10 the pairs of taps, R11 whether one is left; Z13 the order at the end, Z14 halves
TEXT ·bytesDownAVX512(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ taps+8(FP), R10
	MOVQ w+16(FP), R8
	MOVQ x+24(FP), R9
	MOVQ y+32(FP), DI
	MOVL $0x80000, R13
	VPBROADCASTD R13, Z14
	VMOVDQU64 bytesRight<>(SB), Z13
	MOVQ R10, R11
	SHRQ $1, R10
	ANDQ $1, R11
	XORQ AX, AX
block:
	VMOVDQA64 Z14, Z0
	VMOVDQA64 Z14, Z1
	VMOVDQA64 Z14, Z2
	VMOVDQA64 Z14, Z3
	MOVQ R8, R12
	MOVQ R9, R13
	MOVQ R10, DX
	TESTQ DX, DX
	JZ last
pair:
	MOVQ (R13), SI
	MOVQ 24(R13), BX
	VPBROADCASTD (R12), Z15
	ROWS(0, Z0, Z1)
	ROWS(64, Z2, Z3)
	ADDQ $48, R13
	ADDQ $4, R12
	DECQ DX
	JNZ pair
last:
	TESTQ R11, R11
	JZ store
	MOVQ (R13), SI
	MOVQ SI, BX
	MOVWLZX (R12), DX
	VPBROADCASTD DX, Z15
	ROWS(0, Z0, Z1)
	ROWS(64, Z2, Z3)
store:
	VPSRAD $20, Z0, Z0
	VPSRAD $20, Z1, Z1
	VPSRAD $20, Z2, Z2
	VPSRAD $20, Z3, Z3
	VPACKSSDW Z1, Z0, Z0
	VPACKSSDW Z3, Z2, Z2
	VPACKUSWB Z2, Z0, Z0
	VPERMQ Z0, Z13, Z0
	VMOVDQU64 Z0, (DI)(AX*1)
	ADDQ $64, AX
	CMPQ AX, CX
	JLT block
	VZEROUPPER
	RET
