// The kernels of dwconv_generic.go in NEON. The including file defines LOAD and STORE(base, index, register)
// for one or four channels.
//
// Register map of dwApply:
//
//	R0 args                    R1, R2 x, y of the first column of the block        R7 blocks of columns left
//	R3, R4 x, w at the tap     R5, R6 taps left in the row, rows of taps left      R8-R15 xCol × 0 to 7
//	R16 xTapCol                R17 wTapCol               R19 yCol                  R20, R21 rows left, columns
//	R22, R23 x, y of the row   R24 kw                    R25, R26 from the end of a row of taps to the next
//	V0-V7 a column each        V16-V23 x                 V24 w                     V31 the bits of y to keep

#define DO1(OP) OP(0)
#define DO2(OP) DO1(OP); OP(1)
#define DO4(OP) DO2(OP); OP(2); OP(3)
#define DO8(OP) DO4(OP); OP(4); OP(5); OP(6); OP(7)

#define PRIOR(i) LOAD(3, 8, i); VMASK(31, i, i); ADD R19, R3
#define TAP(i) LOAD(3, 8+i, 16+i); VFMA(24, 16+i, i)
#define RESULT(i) STORE(2, 8, i); ADD R19, R2

// COLUMNS computes n columns:
//
//	sums = prior; for row of taps { for tap { sums += x*w } }; y = sums
#define COLUMNS(DO, n, tapRow, tap) \
	MOVD R2, R3             \
	DO(PRIOR)               \
	MOVD R1, R3             \
	MOVD dwArgs_w(R0), R4   \
	MOVD dwArgs_kh(R0), R6  \
tapRow:                     \
	MOVD R24, R5            \
tap:                        \
	LOAD(4, 8, 24)          \
	DO(TAP)                 \
	ADD  R16, R3            \
	ADD  R17, R4            \
	SUB  $1, R5             \
	CBNZ R5, tap            \
	ADD  R25, R3            \
	ADD  R26, R4            \
	SUB  $1, R6             \
	CBNZ R6, tapRow         \
	DO(RESULT)              \
	MOVD $n, R3             \
	MADD R9, R1, R3, R1

// APPLY goes over the rows, and in each over blocks of 8, 4, 2 and 1 columns.
#define APPLY \
	MOVD a+0(FP), R0            \
	MOVD dwArgs_keep(R0), R8    \
	VDUP R8, V31.D2             \
	MOVD $0, R8                 \
	MOVD dwArgs_xCol(R0), R9    \
	ADD  R9, R9, R10            \
	ADD  R10, R9, R11           \
	ADD  R11, R9, R12           \
	ADD  R12, R9, R13           \
	ADD  R13, R9, R14           \
	ADD  R14, R9, R15           \
	MOVD dwArgs_xTapCol(R0), R16 \
	MOVD dwArgs_wTapCol(R0), R17 \
	MOVD dwArgs_yCol(R0), R19   \
	MOVD dwArgs_rows(R0), R20   \
	MOVD dwArgs_cols(R0), R21   \
	MOVD dwArgs_x(R0), R22      \
	MOVD dwArgs_y(R0), R23      \
	MOVD dwArgs_kw(R0), R24     \
	MOVD dwArgs_xTapRow(R0), R25 \
	MOVD dwArgs_wTapRow(R0), R26 \
	MSUB R24, R25, R16, R25     \
	MSUB R24, R26, R17, R26     \
row:                            \
	MOVD R22, R1                \
	MOVD R23, R2                \
	LSR  $3, R21, R7            \
	CBZ  R7, four               \
eight:                          \
	COLUMNS(DO8, 8, tapRow8, tap8) \
	SUB  $1, R7                 \
	CBNZ R7, eight              \
four:                           \
	TBZ  $2, R21, two           \
	COLUMNS(DO4, 4, tapRow4, tap4) \
two:                            \
	TBZ  $1, R21, one           \
	COLUMNS(DO2, 2, tapRow2, tap2) \
one:                            \
	TBZ  $0, R21, nextRow       \
	COLUMNS(DO1, 1, tapRow1, tap1) \
nextRow:                        \
	MOVD dwArgs_xRow(R0), R3    \
	MOVD dwArgs_yRow(R0), R4    \
	ADD  R3, R22                \
	ADD  R4, R23                \
	SUB  $1, R20                \
	CBNZ R20, row               \
	RET

// Register map of dwWeight:
//
//	R0 args                  R1 columns left            R2 dy                R3-R7 x at the rows of taps
//	R8-R12 xTapCol × 0 to 4  R13 xCol                   R14, R15 w, of the row of taps and of the tap
//	R16, R17 xTapRow, yCol   R19, R20 wTapRow, wTapCol  R21 rows left        R22, R23 x, dy of the row
//	V0-V24 sums              V25 dy                     V26-V30 x

#define TAP_AT(r, i, sum) LOAD(3+r, 8+i, 26+i); VFMA(25, 26+i, sum)
#define TAPS1(r, sum) TAP_AT(r, 0, sum)
#define TAPS3(r, sum) TAPS1(r, sum); TAP_AT(r, 1, sum+1); TAP_AT(r, 2, sum+2)
#define TAPS5(r, sum) TAPS3(r, sum); TAP_AT(r, 3, sum+3); TAP_AT(r, 4, sum+4)

// SUMS applies LOAD or STORE to the sums of a row of taps and their places in memory.
#define SUM(OP, sum) OP(15, 8, sum); ADD R20, R15
#define NEXT_SUMS ADD R19, R14; MOVD R14, R15
#define SUMS1(OP, sum) SUM(OP, sum); NEXT_SUMS
#define SUMS3(OP, sum) SUM(OP, sum); SUM(OP, sum+1); SUM(OP, sum+2); NEXT_SUMS
#define SUMS5(OP, sum) SUM(OP, sum); SUM(OP, sum+1); SUM(OP, sum+2); SUM(OP, sum+3); SUM(OP, sum+4); NEXT_SUMS

// WEIGHT keeps the sums of all its taps in registers:
//
//	load sums; for row { for column { sums += x*dy } }; store sums
//
// STEP moves the pointers to the rows of taps to the next column.
#define WEIGHT(SUMS, TAPS, STEP) \
	MOVD a+0(FP), R0            \
	MOVD $0, R8                 \
	MOVD dwArgs_wTapRow(R0), R19 \
	MOVD dwArgs_wTapCol(R0), R20 \
	MOVD dwArgs_w(R0), R14      \
	MOVD R14, R15               \
	SUMS(LOAD)                  \
	MOVD dwArgs_xTapCol(R0), R9 \
	ADD  R9, R9, R10            \
	ADD  R10, R9, R11           \
	ADD  R11, R9, R12           \
	MOVD dwArgs_xCol(R0), R13   \
	MOVD dwArgs_xTapRow(R0), R16 \
	MOVD dwArgs_yCol(R0), R17   \
	MOVD dwArgs_rows(R0), R21   \
	MOVD dwArgs_x(R0), R22      \
	MOVD dwArgs_y(R0), R23      \
row:                            \
	MOVD R23, R2                \
	MOVD R22, R3                \
	ADD  R16, R3, R4            \
	ADD  R16, R4, R5            \
	ADD  R16, R5, R6            \
	ADD  R16, R6, R7            \
	MOVD dwArgs_cols(R0), R1    \
column:                         \
	LOAD(2, 8, 25)              \
	TAPS                        \
	STEP                        \
	ADD  R17, R2                \
	SUB  $1, R1                 \
	CBNZ R1, column             \
	MOVD dwArgs_xRow(R0), R1    \
	MOVD dwArgs_yRow(R0), R2    \
	ADD  R1, R22                \
	ADD  R2, R23                \
	SUB  $1, R21                \
	CBNZ R21, row               \
	MOVD dwArgs_w(R0), R14      \
	MOVD R14, R15               \
	SUMS(STORE)                 \
	RET

#define STEP1 ADD R13, R3
#define STEP3 STEP1; ADD R13, R4; ADD R13, R5
#define STEP5 STEP3; ADD R13, R6; ADD R13, R7

#define SUMS_1x1(OP) SUMS1(OP, 0)
#define SUMS_3x3(OP) SUMS3(OP, 0); SUMS3(OP, 3); SUMS3(OP, 6)
#define SUMS_5x5(OP) SUMS5(OP, 0); SUMS5(OP, 5); SUMS5(OP, 10); SUMS5(OP, 15); SUMS5(OP, 20)

#define WEIGHT_1x1 WEIGHT(SUMS_1x1, TAPS1(0, 0), STEP1)
#define TAPS_3x3 TAPS3(0, 0); TAPS3(1, 3); TAPS3(2, 6)
#define WEIGHT_3x3 WEIGHT(SUMS_3x3, TAPS_3x3, STEP3)
#define TAPS_5x5 TAPS5(0, 0); TAPS5(1, 5); TAPS5(2, 10); TAPS5(3, 15); TAPS5(4, 20)
#define WEIGHT_5x5 WEIGHT(SUMS_5x5, TAPS_5x5, STEP5)
