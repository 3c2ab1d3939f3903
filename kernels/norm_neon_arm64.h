// A kernel of norm_generic.go in NEON: blocks of channels, each over all rows.
//
// Register map:
//
//	R0 rows                  R12 rows left
//	R1 channels left         R8 bytes in a row
//	R2-R4 x, y, z at the block's first channel       R9-R11 the same in this row
//	R5-R7 u, v, w at the block's first channel
//
// Vector i of a block has x, y, z in registers 16+i, 20+i, 24+i and u, v, w in i, 4+i, 8+i.

#define U4 [V0.S4, V1.S4, V2.S4, V3.S4]
#define VV4 [V4.S4, V5.S4, V6.S4, V7.S4]
#define W4 [V8.S4, V9.S4, V10.S4, V11.S4]
#define X4 [V16.S4, V17.S4, V18.S4, V19.S4]
#define Y4 [V20.S4, V21.S4, V22.S4, V23.S4]
#define Z4 [V24.S4, V25.S4, V26.S4, V27.S4]
#define DO4(OP) OP(0); OP(1); OP(2); OP(3)
#define DO1(OP) OP(0)

// BLOCK keeps a block of channels in registers while it passes over the rows, then moves on to the next:
//
//	BEGIN; for row { ROW }; END
//
// U to Z are the registers of the block; DO(OP) is OP(i) for its vectors i.
#define BLOCK(BEGIN, ROW, END, U, V, W, X, Y, Z, DO, bytes, row) \
	BEGIN(U, V, W)    \
	MOVD R2, R9       \
	MOVD R3, R10      \
	MOVD R4, R11      \
	MOVD R0, R12      \
row:                  \
	ROW(X, Y, Z, DO)  \
	SUB  $1, R12      \
	CBNZ R12, row     \
	END(U, V, W)      \
	ADD  $(bytes), R2 \
	ADD  $(bytes), R3 \
	ADD  $(bytes), R4 \
	ADD  $(bytes), R5 \
	ADD  $(bytes), R6 \
	ADD  $(bytes), R7

// KERNEL takes blocks of 16 channels, then of 4, then of one.
#define KERNEL(BEGIN, ROW, END) \
	MOVD rows+0(FP), R0 \
	MOVD c+8(FP), R1    \
	MOVD x+16(FP), R2   \
	MOVD y+24(FP), R3   \
	MOVD z+32(FP), R4   \
	MOVD u+40(FP), R5   \
	MOVD v+48(FP), R6   \
	MOVD w+56(FP), R7   \
	LSL  $2, R1, R8     \
	SUBS $16, R1        \
	BLT  four           \
block16:                \
	BLOCK(BEGIN, ROW, END, U4, VV4, W4, X4, Y4, Z4, DO4, 64, row16) \
	SUBS $16, R1        \
	BGE  block16        \
four:                   \
	ADDS $(16-4), R1    \
	BLT  one            \
block4:                 \
	BLOCK(BEGIN, ROW, END, [V0.S4], [V4.S4], [V8.S4], [V16.S4], [V20.S4], [V24.S4], DO1, 16, row4) \
	SUBS $4, R1         \
	BGE  block4         \
one:                    \
	ADDS $4, R1         \
	BEQ  done           \
block1:                 \
	BLOCK(BEGIN, ROW, END, V0.S[0], V4.S[0], V8.S[0], V16.S[0], V20.S[0], V24.S[0], DO1, 4, row1) \
	SUBS $1, R1         \
	BNE  block1         \
done:                   \
	RET

#define LOAD_U(U, V, W) VLD1 (R5), U
#define LOAD_UV(U, V, W) VLD1 (R5), U; VLD1 (R6), V
#define LOAD_UVW(U, V, W) VLD1 (R5), U; VLD1 (R6), V; VLD1 (R7), W
#define STORE_U(U, V, W) VST1 U, (R5)
#define STORE_VW(U, V, W) VST1 V, (R6); VST1 W, (R7)
#define NOTHING(U, V, W)

#define LOAD_X(X) VLD1.P (R9)(R8), X
#define LOAD_XY(X, Y) VLD1.P (R9)(R8), X; VLD1.P (R10)(R8), Y
