// The kernels of dwconv_generic.go for any vector width. The including file defines
//
//	V0..V7, V8, V9      accumulators, factor, temporary
//	LANES(n)            prepares the mask for lanes;  PRIOR_LANES(n) that for the lanes of y to begin with
//	LOADM, STOREM       load (zero beyond the lanes) and store;  LOAD_PRIOR(mem, reg) as LOADM, with PRIOR_LANES
//	FMA(mem, acc)       acc += mem * V8
//
// Register map of dwApply:
//
//	R14 args                      SI x of the first column of the block      DI y, likewise
//	R8, R9, R10, R11 xCol × 1, 3, 5, 7      R12 xTapCol     R13 wTapCol
//	AX x at the tap               BX w at the tap           CX, DX taps left in the row, rows of taps left
//	R15 yCol × 2: a result 16 columns further on is fetched into the cache before it is written

#define TAPS1 FMA((AX), V0)
#define TAPS2 TAPS1; FMA((AX)(R8*1), V1)
#define TAPS4 TAPS2; FMA((AX)(R8*2), V2); FMA((AX)(R9*1), V3)
#define TAPS8 TAPS4; FMA((AX)(R8*4), V4); FMA((AX)(R10*1), V5); FMA((AX)(R9*2), V6); FMA((AX)(R11*1), V7)

#define PRIOR(acc) \
	LOAD_PRIOR((AX), acc) \
	ADDQ dwArgs_yCol(R14), AX
#define PRIOR1 PRIOR(V0)
#define PRIOR2 PRIOR1; PRIOR(V1)
#define PRIOR4 PRIOR2; PRIOR(V2); PRIOR(V3)
#define PRIOR8 PRIOR4; PRIOR(V4); PRIOR(V5); PRIOR(V6); PRIOR(V7)

#define RESULT(acc) \
	STOREM(acc, (DI)) \
	PREFETCHT0 (DI)(R15*8) \
	ADDQ dwArgs_yCol(R14), DI
#define RESULT1 RESULT(V0)
#define RESULT2 RESULT1; RESULT(V1)
#define RESULT4 RESULT2; RESULT(V2); RESULT(V3)
#define RESULT8 RESULT4; RESULT(V4); RESULT(V5); RESULT(V6); RESULT(V7)

// COLUMNS computes as many columns as there are accumulators:
//
//	acc = prior; for row of taps { for tap { V8 = w; acc += x*V8 } }; y = acc
#define COLUMNS(PRIORS, TAPS, RESULTS, tapRow, tap) \
	MOVQ DI, AX                  \
	PRIORS                       \
	MOVQ SI, AX                  \
	MOVQ dwArgs_w(R14), BX       \
	MOVQ dwArgs_kh(R14), DX      \
tapRow:                          \
	MOVQ dwArgs_kw(R14), CX      \
tap:                             \
	LOADM((BX), V8)              \
	TAPS                         \
	ADDQ R12, AX                 \
	ADDQ R13, BX                 \
	DECQ CX                      \
	JNZ  tap                     \
	ADDQ dwArgs_xTapRow(R14), AX \
	ADDQ dwArgs_wTapRow(R14), BX \
	DECQ DX                      \
	JNZ  tapRow                  \
	RESULTS

// APPLY goes over the rows, and in each over blocks of 8, 4, 2 and 1 columns.
#define APPLY \
	MOVQ a+0(FP), R14            \
	LANES(dwArgs_lanes(R14))     \
	PRIOR_LANES(dwArgs_prior(R14)) \
	MOVQ dwArgs_xCol(R14), R8    \
	LEAQ (R8)(R8*2), R9          \
	LEAQ (R8)(R8*4), R10         \
	LEAQ (R9)(R8*4), R11         \
	MOVQ dwArgs_xTapCol(R14), R12 \
	MOVQ dwArgs_wTapCol(R14), R13 \
	MOVQ dwArgs_yCol(R14), R15   \
	ADDQ R15, R15                \
row:                             \
	MOVQ dwArgs_x(R14), SI       \
	MOVQ dwArgs_y(R14), DI       \
	MOVQ dwArgs_cols(R14), CX    \
	SHRQ $3, CX                  \
	JZ   four                    \
eight:                           \
	MOVQ CX, dwArgs_left(R14)    \
	COLUMNS(PRIOR8, TAPS8, RESULT8, tapRow8, tap8) \
	LEAQ (SI)(R8*8), SI          \
	MOVQ dwArgs_left(R14), CX    \
	DECQ CX                      \
	JNZ  eight                   \
four:                            \
	TESTQ $4, dwArgs_cols(R14)   \
	JZ   two                     \
	COLUMNS(PRIOR4, TAPS4, RESULT4, tapRow4, tap4) \
	LEAQ (SI)(R8*4), SI          \
two:                             \
	TESTQ $2, dwArgs_cols(R14)   \
	JZ   one                     \
	COLUMNS(PRIOR2, TAPS2, RESULT2, tapRow2, tap2) \
	LEAQ (SI)(R8*2), SI          \
one:                             \
	TESTQ $1, dwArgs_cols(R14)   \
	JZ   nextRow                 \
	COLUMNS(PRIOR1, TAPS1, RESULT1, tapRow1, tap1) \
nextRow:                         \
	MOVQ dwArgs_xRow(R14), AX    \
	ADDQ AX, dwArgs_x(R14)       \
	MOVQ dwArgs_yRow(R14), AX    \
	ADDQ AX, dwArgs_y(R14)       \
	DECQ dwArgs_rows(R14)        \
	JNZ  row                     \
	VZEROUPPER                   \
	RET

// Register map of dwWeight:
//
//	R14 args      SI, AX, BX, CX, DX x at the rows of taps      DI dy
//	R8 xCol       R9 yCol      R12, R13 xTapCol × 1, 3
//	R10 columns left           R11 w, while accumulators are loaded and stored

// FMAS takes one, three or five taps of the row at base.
#define FMAS1(base, a) FMA((base), a)
#define FMAS3(base, a, b, c) \
	FMA((base), a)        \
	FMA((base)(R12*1), b) \
	FMA((base)(R12*2), c)
#define FMAS5(base, a, b, c, d, e) \
	FMAS3(base, a, b, c)  \
	FMA((base)(R13*1), d) \
	FMA((base)(R12*4), e)

// SUMS applies one operation to the accumulators of a row of taps and their places in memory.
#define SUM(OP, acc) \
	OP(acc) \
	ADDQ dwArgs_wTapCol(R14), R10
#define NEXT_SUMS \
	ADDQ dwArgs_wTapRow(R14), R11 \
	MOVQ R11, R10
#define SUMS1(OP, a) SUM(OP, a); NEXT_SUMS
#define SUMS3(OP, a, b, c) SUM(OP, a); SUM(OP, b); SUM(OP, c); NEXT_SUMS
#define SUMS5(OP, a, b, c, d, e) SUM(OP, a); SUM(OP, b); SUM(OP, c); SUM(OP, d); SUM(OP, e); NEXT_SUMS
#define LOAD_SUM(acc) LOADM((R10), acc)
#define STORE_SUM(acc) STOREM(acc, (R10))

// WEIGHT keeps the sums of all its taps in registers:
//
//	load sums; for row { for column { V8 = dy; sums += x*V8 } }; store sums
//
// POINT sets the pointers to the rows of taps, STEP moves them to the next column.
#define WEIGHT(LOADS, POINT, TAPS, STEP, STORES) \
	MOVQ a+0(FP), R14              \
	LANES(dwArgs_lanes(R14))       \
	MOVQ dwArgs_w(R14), R11        \
	MOVQ R11, R10                  \
	LOADS                          \
	MOVQ dwArgs_xCol(R14), R8      \
	MOVQ dwArgs_yCol(R14), R9      \
	MOVQ dwArgs_xTapCol(R14), R12  \
	LEAQ (R12)(R12*2), R13         \
row:                               \
	MOVQ dwArgs_x(R14), SI         \
	MOVQ dwArgs_y(R14), DI         \
	MOVQ dwArgs_xTapRow(R14), R10  \
	POINT                          \
	MOVQ dwArgs_cols(R14), R10     \
column:                            \
	LOADM((DI), V8)                \
	TAPS                           \
	STEP                           \
	ADDQ R9, DI                    \
	DECQ R10                       \
	JNZ  column                    \
	MOVQ dwArgs_xRow(R14), R10     \
	ADDQ R10, dwArgs_x(R14)        \
	MOVQ dwArgs_yRow(R14), R10     \
	ADDQ R10, dwArgs_y(R14)        \
	DECQ dwArgs_rows(R14)          \
	JNZ  row                       \
	MOVQ dwArgs_w(R14), R11        \
	MOVQ R11, R10                  \
	STORES                         \
	VZEROUPPER                     \
	RET

#define POINT1
#define POINT2 LEAQ (SI)(R10*1), AX
#define POINT3 POINT2; LEAQ (SI)(R10*2), BX
#define POINT5 POINT3; LEAQ (AX)(R10*2), CX; LEAQ (SI)(R10*4), DX

#define STEP1 ADDQ R8, SI
#define STEP2 STEP1; ADDQ R8, AX
#define STEP3 STEP2; ADDQ R8, BX
#define STEP5 STEP3; ADDQ R8, CX; ADDQ R8, DX

#define SUMS_1x1(OP) SUMS1(OP, V0)
#define WEIGHT_1x1 WEIGHT(SUMS_1x1(LOAD_SUM), POINT1, FMAS1(SI, V0), STEP1, SUMS_1x1(STORE_SUM))
