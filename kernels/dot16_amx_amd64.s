//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "amx_amd64.h"
#include "dot16_amx_amd64.h"
#include "dot16_parts_amx_amd64.h"

// eight tiles of 16 rows by 64 bytes
DATA dotTiles<>+0(SB)/8, $1
DATA dotTiles<>+8(SB)/8, $0
DATA dotTiles<>+16(SB)/8, $0x0040004000400040
DATA dotTiles<>+24(SB)/8, $0x0040004000400040
DATA dotTiles<>+32(SB)/8, $0
DATA dotTiles<>+40(SB)/8, $0
DATA dotTiles<>+48(SB)/8, $0x1010101010101010
DATA dotTiles<>+56(SB)/8, $0
GLOBL dotTiles<>(SB), RODATA, $64

// func dot16AMX(d dot16)
//
// Two blocks of rows at a time (the last one twice where their number is odd, which stores the same twice) by one or two
// tiles of columns: C in tiles 0 to 3, A in 4 and 5, B in 6 and 7. Register map:
//
//	AX  d              BX  first block, R13 second      DX  segment
//	R8 R10  A of the blocks in a segment                SI  from B of the first block to that of the second, bytes
//	R9  row of A, bytes       R11 row of B, bytes, or 64 of spare       R12  B       R14 C, R15 row of C, bytes; or R14 R15 from the large
//	parts of A and B to the small ones, bytes
//	K1 K2  the columns of C that exist
TEXT ·dot16AMX(SB), 0, $1128-168
	LEAQ dotTiles<>(SB), AX
	LDTILECFG_AX
	LEAQ d_a_base+0(FP), AX
	MOVQ dot16_n(AX), CX
	MOVQ $1, DX
	SHLQ CX, DX
	DECQ DX
	KMOVW DX, K1
	SHRQ $16, DX
	KMOVW DX, K2
	MOVQ dot16_lda(AX), R9
	SHLQ $1, R9
	MOVQ dot16_ldc(AX), R15
	SHLQ $2, R15
	MOVQ $64, R11
	MOVQ dot16_segs(AX), DX
	MOVQ dot16_segs+8(AX), CX
	LEAQ (CX)(CX*2), CX
	LEAQ (DX)(CX*8), CX
	MOVQ CX, lastseg-16(SP)
	MOVQ dot16_blocks(AX), BX
	MOVQ dot16_blocks+8(AX), CX
	SHLQ $5, CX
	ADDQ BX, CX
	MOVQ CX, end-8(SP)

blocks:
	LEAQ dotBlock__size(BX), R13
	CMPQ R13, end-8(SP)
	CMOVQEQ BX, R13
	CMPB dot16_load(AX), $0
	JNE  load
	TILEZERO(0)
	TILEZERO(1)
	TILEZERO(2)
	TILEZERO(3)
	JMP  multiply
load:
	CMPQ dot16_n(AX), $16
	JL   loadparts
	JEQ  load16
	CMPQ dot16_n(AX), $32
	JNE  loadparts
load16:
	CMPQ dotBlock_m(BX), $16
	JNE  loadparts
	CMPQ dotBlock_m(R13), $16
	JNE  loadparts
	LOADWHOLE(BX, 0, 0)
	LOADWHOLE(R13, 0, 2)
	CMPQ dot16_n(AX), $16
	JEQ  multiply
	LOADWHOLE(BX, 1, 1)
	LOADWHOLE(R13, 1, 3)
	JMP  multiply
loadparts:
	LOADPART(BX, 0, K1, 0, load0)
	LOADPART(R13, 0, K1, 2, load2)
	CMPQ dot16_n(AX), $16
	JLE  multiply
	LOADPART(BX, 1, K2, 1, load1)
	LOADPART(R13, 1, K2, 3, load3)

multiply:
	CMPQ dot16_n(AX), $16
	JLE  2(PC)
	MOVQ $128, R11
	MOVQ dot16_segs(AX), DX
	CMPQ DX, lastseg-16(SP)
	JEQ  store
segment:
	MOVQ dot16_a(AX), R12
	MOVQ dotSeg_a(DX), CX
	LEAQ (R12)(CX*2), R12
	MOVQ dotBlock_a(BX), CX
	LEAQ (R12)(CX*2), R8
	MOVQ dotBlock_a(R13), CX
	LEAQ (R12)(CX*2), R10
	MOVQ dot16_b(AX), R12
	MOVQ dotSeg_b(DX), CX
	LEAQ (R12)(CX*2), R12
	MOVQ dotBlock_b(BX), CX
	LEAQ (R12)(CX*2), R12
	MOVQ dotBlock_b(R13), SI
	SUBQ CX, SI
	SHLQ $1, SI
	MOVQ dotSeg_blocks(DX), CX
	MOVQ dot16_asmall(AX), R14
	SHLQ $1, R14
	JNE  parts
	TESTQ SI, SI
	JNE  apart
	CMPQ dot16_n(AX), $16
	JLE  narrow
	PCALIGN $32
wide:
	TILELOADD_R8_R9(4)
	LOADEDBY(4, 0, 1)
	TILELOADD_R10_R9(5)
	BY(5, 2, 3)
	FURTHER(2048, wide)
narrow:
	TILELOADD_R8_R9(4)
	TILELOADD_R12_R11(6)
	TDPBF16PS(0, 4, 6)
	TILELOADD_R10_R9(5)
	TDPBF16PS(2, 5, 6)
	FURTHER(1024, narrow)

apart:
	CMPQ dot16_n(AX), $16
	JLE  narrowapart
	PCALIGN $32
wideapart:
	TILELOADD_R8_R9(4)
	LOADEDBY(4, 0, 1)
	ADDQ SI, R12
	TILELOADD_R10_R9(5)
	LOADEDBY(5, 2, 3)
	SUBQ SI, R12
	FURTHER(2048, wideapart)
narrowapart:
	TILELOADD_R8_R9(4)
	TILELOADD_R12_R11(6)
	TDPBF16PS(0, 4, 6)
	ADDQ SI, R12
	TILELOADD_R10_R9(5)
	TILELOADD_R12_R11(7)
	TDPBF16PS(2, 5, 7)
	SUBQ SI, R12
	FURTHER(1024, narrowapart)

parts:
	MOVQ dot16_bsmall(AX), R15
	SHLQ $1, R15
	TESTQ SI, SI
	JNE  partsapart
	CMPQ dot16_n(AX), $16
	JLE  narrowparts
	PCALIGN $32
wideparts:
	WIDEPARTS
	FURTHER(2048, wideparts)
narrowparts:
	NARROWPARTS
	FURTHER(1024, narrowparts)

partsapart:
	CMPQ dot16_n(AX), $16
	JLE  narrowpartsapart
	PCALIGN $32
widepartsapart:
	WIDEPARTSAPART
	FURTHER(2048, widepartsapart)
narrowpartsapart:
	NARROWPARTSAPART
	FURTHER(1024, narrowpartsapart)
next:
	ADDQ $dotSeg__size, DX
	CMPQ DX, lastseg-16(SP)
	JB   segment

store:
	MOVQ $64, R11
	MOVQ dot16_ldc(AX), R15
	SHLQ $2, R15
	CMPQ dot16_n(AX), $16
	JL   storeparts
	JEQ  store16
	CMPQ dot16_n(AX), $32
	JNE  storeparts
store16:
	CMPQ dotBlock_m(BX), $16
	JNE  storeparts
	CMPQ dotBlock_m(R13), $16
	JNE  storeparts
	STOREWHOLE(BX, 0, 0)
	STOREWHOLE(R13, 0, 2)
	CMPQ dot16_n(AX), $16
	JEQ  done
	STOREWHOLE(BX, 1, 1)
	STOREWHOLE(R13, 1, 3)
	JMP  done
storeparts:
	STOREPART(BX, 0, K1, 0, store0)
	STOREPART(R13, 0, K1, 2, store2)
	CMPQ dot16_n(AX), $16
	JLE  done
	STOREPART(BX, 1, K2, 1, store1)
	STOREPART(R13, 1, K2, 3, store3)
done:
	ADDQ $(2*dotBlock__size), BX
	CMPQ BX, end-8(SP)
	JB   blocks
	TILERELEASE
	VZEROUPPER
	RET
