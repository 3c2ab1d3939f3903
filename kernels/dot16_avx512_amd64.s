//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// E and O, sums of the products of even and odd elements, for a row of A whose next pair is at ADDR
#define PAIR(ADDR, E, O) \
	VPBROADCASTD ADDR, Z28; \
	VPSLLD $16, Z28, Z29; \
	VPANDD Z30, Z28, Z28; \
	VFMADD231PS Z26, Z29, E; \
	VFMADD231PS Z27, Z28, O

#define ADDSUMS(E, O, C) VADDPS O, E, E; VADDPS E, C, C; VPXORD E, E, E; VPXORD O, O, O
#define ZERO(Z) VPXORD Z, Z, Z
#define LOADROW(I, C) CMPQ BX, $I; JLE 3(PC); VMOVUPS.Z (CX), K1, C; ADDQ R13, CX
#define STOREROW(I, C) CMPQ BX, $I; JLE 3(PC); VMOVUPS C, K1, (CX); ADDQ R13, CX
#define EACHROW(OP) OP(0, Z16); OP(1, Z17); OP(2, Z18); OP(3, Z19); OP(4, Z20); OP(5, Z21); OP(6, Z22); OP(7, Z23)

// func dot16AVX512(d dot16)
//
// Eight rows by sixteen columns at a time. Register map:
//
//	AX  d          R8  block      BX  rows left       R14 columns left      R15 spare
//	SI  A          R9 R10 R11 R12  1, 3, 5 and 7 rows of it, bytes          DX  B      DI  segment
//	CX  C or a count              R13 row of C, bytes
//	Z0-Z15 sums of even and of odd products      Z16-Z23 C      Z26 Z27 B      Z30 upper halves
TEXT ·dot16AVX512(SB), NOSPLIT, $120-168
	STMXCSR mxcsr-4(SP)
	MOVL mxcsr-4(SP), AX
	ORL  $0x8040, AX // denormal operands and results are zeros
	MOVL AX, mxcsr-8(SP)
	LDMXCSR mxcsr-8(SP)
	LEAQ d_a_base+0(FP), AX
	MOVL $0xffff0000, CX
	VPBROADCASTD CX, Z30
	MOVQ dot16_lda(AX), R9
	SHLQ $1, R9
	LEAQ (R9)(R9*2), R10
	LEAQ (R9)(R9*4), R11
	LEAQ (R10)(R9*4), R12
	MOVQ dot16_ldc(AX), R13
	SHLQ $2, R13
	MOVQ dot16_segs(AX), DI
	MOVQ dot16_segs+8(AX), CX
	LEAQ (CX)(CX*2), CX
	LEAQ (DI)(CX*8), CX
	MOVQ CX, lastseg-16(SP)
	MOVQ dot16_blocks(AX), R8
	MOVQ dot16_blocks+8(AX), CX
	SHLQ $5, CX
	ADDQ R8, CX
	MOVQ CX, end-24(SP)
	MOVQ dot16_asmall(AX), CX
	SHLQ $1, CX
	MOVQ CX, asmall-72(SP)
	MOVQ dot16_bsmall(AX), CX
	SHLQ $1, CX
	MOVQ CX, bsmall-80(SP)
	MOVQ $1, products-88(SP)
	CMPQ dot16_asmall(AX), $0
	JEQ  2(PC)
	MOVQ $3, products-88(SP)
	MOVQ $64, brow-32(SP)
	MOVQ $1024, bblock-96(SP)
	CMPQ dot16_n(AX), $16
	JLE  block
	MOVQ $128, brow-32(SP)
	MOVQ $2048, bblock-96(SP)

block:
	MOVQ dotBlock_a(R8), SI
	MOVQ dot16_a(AX), CX
	LEAQ (CX)(SI*2), SI
	MOVQ SI, rows-40(SP)
	MOVQ dotBlock_c(R8), SI
	MOVQ dot16_c(AX), CX
	LEAQ (CX)(SI*4), SI
	MOVQ SI, crows-48(SP)
	MOVQ dotBlock_m(R8), BX
eight:
	MOVQ dot16_n(AX), R14
	MOVQ dot16_b(AX), R15
	MOVQ dotBlock_b(R8), CX
	LEAQ (R15)(CX*2), R15
	MOVQ R15, bhalf-112(SP)
	MOVQ crows-48(SP), CX
	MOVQ CX, cpart-56(SP)
half:
	MOVQ $16, CX
	CMPQ R14, CX
	CMOVQLT R14, CX
	MOVQ $1, DX
	SHLQ CX, DX
	DECQ DX
	KMOVW DX, K1
	ZERO(Z0); ZERO(Z1); ZERO(Z2); ZERO(Z3); ZERO(Z4); ZERO(Z5); ZERO(Z6); ZERO(Z7)
	ZERO(Z8); ZERO(Z9); ZERO(Z10); ZERO(Z11); ZERO(Z12); ZERO(Z13); ZERO(Z14); ZERO(Z15)
	ZERO(Z16); ZERO(Z17); ZERO(Z18); ZERO(Z19); ZERO(Z20); ZERO(Z21); ZERO(Z22); ZERO(Z23)
	CMPB dot16_load(AX), $0
	JEQ  begin
	MOVQ cpart-56(SP), CX
	EACHROW(LOADROW)
begin:
	MOVQ dot16_segs(AX), DI
	CMPQ DI, lastseg-16(SP)
	JEQ  store
segment:
	MOVQ dotSeg_a(DI), SI
	MOVQ rows-40(SP), CX
	LEAQ (CX)(SI*2), SI
	MOVQ dotSeg_b(DI), DX
	MOVQ bhalf-112(SP), R15
	LEAQ (R15)(DX*2), DX
	MOVQ dotSeg_blocks(DI), CX
	SHLQ $4, CX
	ADDQ asmall-72(SP), SI
	MOVQ products-88(SP), R15
	MOVQ R15, left-104(SP)
pairs:
	VMOVUPS (DX), Z27
	VPSLLD $16, Z27, Z26
	VPANDD Z30, Z27, Z27
	PAIR((SI), Z0, Z8)
	PAIR((SI)(R9*1), Z1, Z9)
	PAIR((SI)(R9*2), Z2, Z10)
	PAIR((SI)(R10*1), Z3, Z11)
	PAIR((SI)(R9*4), Z4, Z12)
	PAIR((SI)(R11*1), Z5, Z13)
	PAIR((SI)(R10*2), Z6, Z14)
	PAIR((SI)(R12*1), Z7, Z15)
	ADDQ $4, SI
	ADDQ brow-32(SP), DX
	DECQ CX
	TESTQ $15, CX
	JNE  pairs
	ADDSUMS(Z0, Z8, Z16)
	ADDSUMS(Z1, Z9, Z17)
	ADDSUMS(Z2, Z10, Z18)
	ADDSUMS(Z3, Z11, Z19)
	ADDSUMS(Z4, Z12, Z20)
	ADDSUMS(Z5, Z13, Z21)
	ADDSUMS(Z6, Z14, Z22)
	ADDSUMS(Z7, Z15, Z23)
	DECQ left-104(SP)
	JNE  again // with other parts of the same numbers
	SUBQ bsmall-80(SP), DX
	ADDQ asmall-72(SP), SI
	MOVQ products-88(SP), R15
	MOVQ R15, left-104(SP)
	TESTQ CX, CX
	JNE  pairs
	ADDQ $dotSeg__size, DI
	CMPQ DI, lastseg-16(SP)
	JB   segment
	JMP  store
again:
	ADDQ $16, CX
	SUBQ $64, SI
	SUBQ bblock-96(SP), DX
	CMPQ left-104(SP), $1
	JEQ  third
	SUBQ asmall-72(SP), SI
	JMP  pairs
third:
	ADDQ bsmall-80(SP), DX
	JMP  pairs
store:
	MOVQ cpart-56(SP), CX
	EACHROW(STOREROW)
	ADDQ $64, cpart-56(SP)
	ADDQ $64, bhalf-112(SP)
	SUBQ $16, R14
	JGT  half

	MOVQ R13, CX
	SHLQ $3, CX
	ADDQ CX, crows-48(SP)
	MOVQ R9, CX
	SHLQ $3, CX
	ADDQ CX, rows-40(SP)
	SUBQ $8, BX
	JGT  eight
	ADDQ $dotBlock__size, R8
	CMPQ R8, end-24(SP)
	JB   block
	LDMXCSR mxcsr-4(SP)
	VZEROUPPER
	RET
