//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The functions compute n tiles below each other by the loop documented at type tile. Register map:
//
//	AX  tile           BX  offset of the step within a segment, bytes
//	DX  packed b       CX  steps left in the segment
//	R15 next segment   R14 bytes from one step of a to the next
//	SI DI R8-R13       the eight rows of a
//	Z0-Z15 sums        Z16 Z17 a row of b        Z18-Z25 one element of each row of a, in all lanes
//	K1 K2  the columns of c that exist

// BEGIN loads what all tiles share. The frame keeps the end of the segments, and the rows and c of the next tile.
#define BEGIN \
	MOVQ t+0(FP), AX; \
	MOVQ tile_rows(AX), BX; MOVQ BX, rows-16(SP); \
	MOVQ tile_c(AX), BX; MOVQ BX, c-24(SP); \
	MOVQ tile_step(AX), R14; SHLQ $2, R14; \
	MOVQ tile_segs(AX), R15; MOVQ tile_segs+8(AX), CX; LEAQ (R15)(CX*8), CX; MOVQ CX, end-8(SP)

// ROWS loads the addresses of the eight rows of a.
#define ROW(n, reg) MOVQ (n*8)(BX), reg; LEAQ (CX)(reg*4), reg
#define ROWS \
	MOVQ rows-16(SP), BX; MOVQ tile_a(AX), CX; \
	ROW(0, SI); ROW(1, DI); ROW(2, R8); ROW(3, R9); \
	ROW(4, R10); ROW(5, R11); ROW(6, R12); ROW(7, R13)

// OPERANDS begins b and the segments of a tile.
#define OPERANDS MOVQ tile_b(AX), DX; MOVQ tile_segs(AX), R15

// END leaves c and the rows of the next tile, and counts tiles.
#define END MOVQ CX, c-24(SP); ADDQ $(8*8), rows-16(SP); DECQ n+8(FP)

#define WIDE(row, x, lo, hi) \
	VBROADCASTSS (row)(BX*1), x; VFMADD231PS Z16, x, lo; VFMADD231PS Z17, x, hi
#define STEP2(at) \
	VMOVUPS at(DX), Z16; VMOVUPS at+64(DX), Z17; \
	WIDE(SI, Z18, Z0, Z1); WIDE(DI, Z19, Z2, Z3); WIDE(R8, Z20, Z4, Z5); WIDE(R9, Z21, Z6, Z7); \
	WIDE(R10, Z22, Z8, Z9); WIDE(R11, Z23, Z10, Z11); WIDE(R12, Z24, Z12, Z13); WIDE(R13, Z25, Z14, Z15); \
	ADDQ R14, BX
#define NARROW(at, row, sum) VFMADD231PS.BCST at(row)(BX*1), Z16, sum
#define STEP1(at) \
	VMOVUPS at(DX), Z16; \
	NARROW(0, SI, Z0); NARROW(0, DI, Z1); NARROW(0, R8, Z2); NARROW(0, R9, Z3); \
	NARROW(0, R10, Z4); NARROW(0, R11, Z5); NARROW(0, R12, Z6); NARROW(0, R13, Z7); \
	ADDQ R14, BX
#define STEP16(at) \
	VMOVUPS at(DX), Z16; \
	NARROW(0, SI, Z0); NARROW(4, SI, Z1); NARROW(8, SI, Z2); NARROW(12, SI, Z3); \
	NARROW(16, SI, Z4); NARROW(20, SI, Z5); NARROW(24, SI, Z6); NARROW(28, SI, Z7); \
	NARROW(32, SI, Z8); NARROW(36, SI, Z9); NARROW(40, SI, Z10); NARROW(44, SI, Z11); \
	NARROW(48, SI, Z12); NARROW(52, SI, Z13); NARROW(56, SI, Z14); NARROW(60, SI, Z15); \
	ADDQ R14, BX

#define LOAD2(lo, hi) VMOVUPS.Z (CX), K1, lo; VMOVUPS.Z 64(CX), K2, hi; ADDQ BX, CX
#define STORE2(lo, hi) VMOVUPS lo, K1, (CX); VMOVUPS hi, K2, 64(CX); ADDQ BX, CX
#define ZERO2(lo, hi) VPXORD lo, lo, lo; VPXORD hi, hi, hi
#define LOAD1(sum) VMOVUPS.Z (CX), K1, sum; ADDQ BX, CX
#define STORE1(sum) VMOVUPS sum, K1, (CX); ADDQ BX, CX
#define EACH8(OP) OP(Z0); OP(Z1); OP(Z2); OP(Z3); OP(Z4); OP(Z5); OP(Z6); OP(Z7)
#define LAST8(OP) OP(Z8); OP(Z9); OP(Z10); OP(Z11); OP(Z12); OP(Z13); OP(Z14); OP(Z15)
#define C_BX_CX MOVQ c-24(SP), CX; MOVQ tile_ldc(AX), BX; SHLQ $2, BX

// func tile8x32AVX512(t *tile, n int)
TEXT ·tile8x32AVX512(SB), NOSPLIT, $24-16
	BEGIN
	KMOVW tile_mask(AX), K1
	KMOVW tile_mask+2(AX), K2
tile:
	ROWS
	CMPB tile_load(AX), $0
	JEQ  zero
	C_BX_CX
	LOAD2(Z0, Z1); LOAD2(Z2, Z3); LOAD2(Z4, Z5); LOAD2(Z6, Z7)
	LOAD2(Z8, Z9); LOAD2(Z10, Z11); LOAD2(Z12, Z13); LOAD2(Z14, Z15)
	JMP  setup
zero:
	ZERO2(Z0, Z1); ZERO2(Z2, Z3); ZERO2(Z4, Z5); ZERO2(Z6, Z7)
	ZERO2(Z8, Z9); ZERO2(Z10, Z11); ZERO2(Z12, Z13); ZERO2(Z14, Z15)
setup:
	OPERANDS
segment:
	MOVQ (R15), BX
	SHLQ $2, BX
	MOVQ tile_klen(AX), CX
	SUBQ $4, CX
	JLT  few
	PCALIGN $32
four: // sums[r] += a[r] * b[k], k++, four times
	STEP2(0)
	STEP2(128)
	STEP2(256)
	STEP2(384)
	ADDQ $512, DX
	SUBQ $4, CX
	JGE  four
few:
	ADDQ $4, CX
	JEQ  next
one:
	STEP2(0)
	SUBQ $-128, DX
	DECQ CX
	JNZ  one
next:
	ADDQ $8, R15
	CMPQ R15, end-8(SP)
	JB   segment

	C_BX_CX
	STORE2(Z0, Z1); STORE2(Z2, Z3); STORE2(Z4, Z5); STORE2(Z6, Z7)
	STORE2(Z8, Z9); STORE2(Z10, Z11); STORE2(Z12, Z13); STORE2(Z14, Z15)
	END
	JNZ  tile
	VZEROUPPER
	RET

// func tile8x16AVX512(t *tile, n int)
TEXT ·tile8x16AVX512(SB), NOSPLIT, $24-16
	BEGIN
	KMOVW tile_mask(AX), K1
tile:
	ROWS
	CMPB tile_load(AX), $0
	JEQ  zero
	C_BX_CX
	EACH8(LOAD1)
	JMP  setup
zero:
	ZERO2(Z0, Z1); ZERO2(Z2, Z3); ZERO2(Z4, Z5); ZERO2(Z6, Z7)
setup:
	OPERANDS
segment:
	MOVQ (R15), BX
	SHLQ $2, BX
	MOVQ tile_klen(AX), CX
	SUBQ $4, CX
	JLT  few
	PCALIGN $32
four: // sums[r] += a[r] * b[k], k++, four times
	STEP1(0)
	STEP1(64)
	STEP1(128)
	STEP1(192)
	ADDQ $256, DX
	SUBQ $4, CX
	JGE  four
few:
	ADDQ $4, CX
	JEQ  next
one:
	STEP1(0)
	ADDQ $64, DX
	DECQ CX
	JNZ  one
next:
	ADDQ $8, R15
	CMPQ R15, end-8(SP)
	JB   segment

	C_BX_CX
	EACH8(STORE1)
	END
	JNZ  tile
	VZEROUPPER
	RET

// func tile16x16AVX512(t *tile)
//
// One tile; the sixteen rows of a begin at sixteen consecutive floats, the first at SI.
TEXT ·tile16x16AVX512(SB), NOSPLIT, $24-8
	BEGIN
	KMOVW tile_mask(AX), K1
	MOVQ rows-16(SP), BX
	MOVQ tile_a(AX), CX
	ROW(0, SI)
	CMPB tile_load(AX), $0
	JEQ  zero
	C_BX_CX
	EACH8(LOAD1); LAST8(LOAD1)
	JMP  setup
zero:
	ZERO2(Z0, Z1); ZERO2(Z2, Z3); ZERO2(Z4, Z5); ZERO2(Z6, Z7)
	ZERO2(Z8, Z9); ZERO2(Z10, Z11); ZERO2(Z12, Z13); ZERO2(Z14, Z15)
setup:
	OPERANDS
segment:
	MOVQ (R15), BX
	SHLQ $2, BX
	MOVQ tile_klen(AX), CX
	SUBQ $4, CX
	JLT  few
	PCALIGN $32
four: // sums[r] += a[r] * b[k], k++, four times
	STEP16(0)
	STEP16(64)
	STEP16(128)
	STEP16(192)
	ADDQ $256, DX
	SUBQ $4, CX
	JGE  four
few:
	ADDQ $4, CX
	JEQ  next
one:
	STEP16(0)
	ADDQ $64, DX
	DECQ CX
	JNZ  one
next:
	ADDQ $8, R15
	CMPQ R15, end-8(SP)
	JB   segment

	C_BX_CX
	EACH8(STORE1); LAST8(STORE1)
	VZEROUPPER
	RET
