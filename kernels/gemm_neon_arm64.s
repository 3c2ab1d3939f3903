//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

// Both tiles compute the loop documented at type tile. Register map:
//
//	R0  tile             R2  offset of the step within a segment, bytes
//	R1  packed b         R3  steps left in the segment
//	R4  next segment     R5  end of the segments
//	R6  bytes from one step of a to the next          R7 steps in a segment
//	R8-R13 the six rows of a                          R14, R15 row of c, bytes in a row
//	V0-V23 sums, a row after the other                V24-V27 a row of b
//	V28-V31 the elements of a, each in lane 0

#define ROW(n, reg) MOVD (n*8)(R1), reg; ADD reg<<2, R2, reg
#define ROWS \
	MOVD tile_rows(R0), R1; MOVD tile_a(R0), R2; \
	ROW(0, R8); ROW(1, R9); ROW(2, R10); ROW(3, R11); ROW(4, R12); ROW(5, R13)

#define SETUP \
	MOVD tile_b(R0), R1; MOVD tile_step(R0), R6; LSL $2, R6; MOVD tile_klen(R0), R7; \
	MOVD tile_segs(R0), R4; MOVD tile_segs+8(R0), R5; ADD R5<<3, R4, R5

// The sums from sum on += b * the element x, loaded to reg.
#define WIDE(row, reg, x, sum) \
	FMOVS (row)(R2), reg; \
	VFMLAS(x, 24, sum); VFMLAS(x, 25, sum+1); VFMLAS(x, 26, sum+2); VFMLAS(x, 27, sum+3)
#define NARROW(row, reg, x, sum) \
	FMOVS (row)(R2), reg; \
	VFMLAS(x, 24, sum); VFMLAS(x, 25, sum+1)

#define C_R14_R15 MOVD tile_c(R0), R14; MOVD tile_ldc(R0), R15; LSL $2, R15
#define LOAD4(a, b, c, d) VLD1.P (R14)(R15), [a.S4, b.S4, c.S4, d.S4]
#define STORE4(a, b, c, d) VST1.P [a.S4, b.S4, c.S4, d.S4], (R14)(R15)
#define LOAD2(a, b) VLD1.P (R14)(R15), [a.S4, b.S4]
#define STORE2(a, b) VST1.P [a.S4, b.S4], (R14)(R15)
#define ZERO(a) VEOR a.B16, a.B16, a.B16
#define ZERO4(a, b, c, d) ZERO(a); ZERO(b); ZERO(c); ZERO(d)

// func tile6x16NEON(t *tile)
TEXT ·tile6x16NEON(SB), NOSPLIT, $0-8
	MOVD  t+0(FP), R0
	ROWS
	MOVBU tile_load(R0), R3
	CBZ   R3, zero
	C_R14_R15
	LOAD4(V0, V1, V2, V3)
	LOAD4(V4, V5, V6, V7)
	LOAD4(V8, V9, V10, V11)
	LOAD4(V12, V13, V14, V15)
	LOAD4(V16, V17, V18, V19)
	LOAD4(V20, V21, V22, V23)
	JMP   setup
zero:
	ZERO4(V0, V1, V2, V3)
	ZERO4(V4, V5, V6, V7)
	ZERO4(V8, V9, V10, V11)
	ZERO4(V12, V13, V14, V15)
	ZERO4(V16, V17, V18, V19)
	ZERO4(V20, V21, V22, V23)
setup:
	SETUP
segment:
	MOVD.P 8(R4), R2
	LSL    $2, R2
	MOVD   R7, R3
	PCALIGN $32
step: // sums[r] += a[r] * b[k], k++
	FLDPQ   32(R1), (F26, F27)
	FLDPQ.P 64(R1), (F24, F25)
	WIDE(R8, F28, 28, 0)
	WIDE(R9, F29, 29, 4)
	WIDE(R10, F30, 30, 8)
	WIDE(R11, F31, 31, 12)
	WIDE(R12, F28, 28, 16)
	WIDE(R13, F29, 29, 20)
	ADD  R6, R2
	SUB  $1, R3
	CBNZ R3, step
	CMP  R5, R4
	BLO  segment

	C_R14_R15
	STORE4(V0, V1, V2, V3)
	STORE4(V4, V5, V6, V7)
	STORE4(V8, V9, V10, V11)
	STORE4(V12, V13, V14, V15)
	STORE4(V16, V17, V18, V19)
	STORE4(V20, V21, V22, V23)
	RET

// func tile6x8NEON(t *tile)
TEXT ·tile6x8NEON(SB), NOSPLIT, $0-8
	MOVD  t+0(FP), R0
	ROWS
	MOVBU tile_load(R0), R3
	CBZ   R3, zero
	C_R14_R15
	LOAD2(V0, V1)
	LOAD2(V2, V3)
	LOAD2(V4, V5)
	LOAD2(V6, V7)
	LOAD2(V8, V9)
	LOAD2(V10, V11)
	JMP   setup
zero:
	ZERO4(V0, V1, V2, V3)
	ZERO4(V4, V5, V6, V7)
	ZERO4(V8, V9, V10, V11)
setup:
	SETUP
segment:
	MOVD.P 8(R4), R2
	LSL    $2, R2
	MOVD   R7, R3
	PCALIGN $32
step: // sums[r] += a[r] * b[k], k++
	FLDPQ.P 32(R1), (F24, F25)
	NARROW(R8, F26, 26, 0)
	NARROW(R9, F27, 27, 2)
	NARROW(R10, F28, 28, 4)
	NARROW(R11, F29, 29, 6)
	NARROW(R12, F30, 30, 8)
	NARROW(R13, F31, 31, 10)
	ADD  R6, R2
	SUB  $1, R3
	CBNZ R3, step
	CMP  R5, R4
	BLO  segment

	C_R14_R15
	STORE2(V0, V1)
	STORE2(V2, V3)
	STORE2(V4, V5)
	STORE2(V6, V7)
	STORE2(V8, V9)
	STORE2(V10, V11)
	RET
