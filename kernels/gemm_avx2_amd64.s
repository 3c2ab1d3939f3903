//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Both functions compute n tiles below each other by the loop documented at type tile. Register map:
//
//	AX  tile           BX  offset of the step within a segment, bytes
//	DX  packed b       CX  steps left in the segment
//	R15 next segment   R14 bytes from one step of a to the next
//	SI DI R8-R11       the six rows of a          R12 end of the segments  R13 next rows
//	Y0-Y11 sums        Y12 Y13 a row of b         Y14 Y15 an element of a, in all lanes

#define ROW(n, reg) MOVQ (n*8)(R13), reg; LEAQ (CX)(reg*4), reg
#define ROWS \
	MOVQ tile_a(AX), CX; \
	ROW(0, SI); ROW(1, DI); ROW(2, R8); ROW(3, R9); ROW(4, R10); ROW(5, R11)

// BEGIN loads what all tiles share. The frame keeps c of the next tile.
#define BEGIN \
	MOVQ t+0(FP), AX; \
	MOVQ tile_rows(AX), R13; MOVQ tile_c(AX), BX; MOVQ BX, c-8(SP); \
	MOVQ tile_step(AX), R14; SHLQ $2, R14; \
	MOVQ tile_segs(AX), R15; MOVQ tile_segs+8(AX), R12; LEAQ (R15)(R12*8), R12

// OPERANDS begins b and the segments of a tile.
#define OPERANDS MOVQ tile_b(AX), DX; MOVQ tile_segs(AX), R15

// END leaves c and the rows of the next tile, and counts tiles.
#define END MOVQ CX, c-8(SP); ADDQ $(6*8), R13; DECQ n+8(FP)

#define WIDE(row, x, lo, hi) \
	VBROADCASTSS (row)(BX*1), x; VFMADD231PS Y12, x, lo; VFMADD231PS Y13, x, hi
#define NARROW(row, x, sum) VBROADCASTSS (row)(BX*1), x; VFMADD231PS Y12, x, sum

#define LOAD2(lo, hi) VMOVUPS (CX), lo; VMOVUPS 32(CX), hi; ADDQ BX, CX
#define STORE2(lo, hi) VMOVUPS lo, (CX); VMOVUPS hi, 32(CX); ADDQ BX, CX
#define ZERO2(lo, hi) VXORPS lo, lo, lo; VXORPS hi, hi, hi
#define LOAD1(sum) VMOVUPS (CX), sum; ADDQ BX, CX
#define STORE1(sum) VMOVUPS sum, (CX); ADDQ BX, CX
#define C_BX_CX MOVQ c-8(SP), CX; MOVQ tile_ldc(AX), BX; SHLQ $2, BX

// func tile6x16AVX2(t *tile, n int)
TEXT ·tile6x16AVX2(SB), NOSPLIT, $8-16
	BEGIN
tile:
	ROWS
	CMPB tile_load(AX), $0
	JEQ  zero
	C_BX_CX
	LOAD2(Y0, Y1); LOAD2(Y2, Y3); LOAD2(Y4, Y5)
	LOAD2(Y6, Y7); LOAD2(Y8, Y9); LOAD2(Y10, Y11)
	JMP  setup
zero:
	ZERO2(Y0, Y1); ZERO2(Y2, Y3); ZERO2(Y4, Y5)
	ZERO2(Y6, Y7); ZERO2(Y8, Y9); ZERO2(Y10, Y11)
setup:
	OPERANDS
segment:
	MOVQ (R15), BX
	SHLQ $2, BX
	MOVQ tile_klen(AX), CX
	PCALIGN $32
step: // sums[r] += a[r] * b[k], k++
	VMOVUPS (DX), Y12
	VMOVUPS 32(DX), Y13
	WIDE(SI, Y14, Y0, Y1)
	WIDE(DI, Y15, Y2, Y3)
	WIDE(R8, Y14, Y4, Y5)
	WIDE(R9, Y15, Y6, Y7)
	WIDE(R10, Y14, Y8, Y9)
	WIDE(R11, Y15, Y10, Y11)
	ADDQ R14, BX
	ADDQ $64, DX
	DECQ CX
	JNZ  step
	ADDQ $8, R15
	CMPQ R15, R12
	JB   segment

	C_BX_CX
	STORE2(Y0, Y1); STORE2(Y2, Y3); STORE2(Y4, Y5)
	STORE2(Y6, Y7); STORE2(Y8, Y9); STORE2(Y10, Y11)
	END
	JNZ  tile
	VZEROUPPER
	RET

// func tile6x8AVX2(t *tile, n int)
TEXT ·tile6x8AVX2(SB), NOSPLIT, $8-16
	BEGIN
tile:
	ROWS
	CMPB tile_load(AX), $0
	JEQ  zero
	C_BX_CX
	LOAD1(Y0); LOAD1(Y1); LOAD1(Y2); LOAD1(Y3); LOAD1(Y4); LOAD1(Y5)
	JMP  setup
zero:
	ZERO2(Y0, Y1); ZERO2(Y2, Y3); ZERO2(Y4, Y5)
setup:
	OPERANDS
segment:
	MOVQ (R15), BX
	SHLQ $2, BX
	MOVQ tile_klen(AX), CX
	PCALIGN $32
step: // sums[r] += a[r] * b[k], k++
	VMOVUPS (DX), Y12
	NARROW(SI, Y14, Y0)
	NARROW(DI, Y15, Y1)
	NARROW(R8, Y14, Y2)
	NARROW(R9, Y15, Y3)
	NARROW(R10, Y14, Y4)
	NARROW(R11, Y15, Y5)
	ADDQ R14, BX
	ADDQ $32, DX
	DECQ CX
	JNZ  step
	ADDQ $8, R15
	CMPQ R15, R12
	JB   segment

	C_BX_CX
	STORE1(Y0); STORE1(Y1); STORE1(Y2); STORE1(Y3); STORE1(Y4); STORE1(Y5)
	END
	JNZ  tile
	VZEROUPPER
	RET
