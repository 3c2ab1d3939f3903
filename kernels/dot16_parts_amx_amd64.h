// The products of numbers in two parts, for dot16_amx_amd64.s: R14 and R15 are from the large parts of A and B to the small ones, SI from B of
// the first block to that of the second. The order of sums is small A by B, A by B, A by small B.

// two blocks of A by 32 columns of one B
#define WIDEPARTS \
	ADDQ R14, R8; \
	ADDQ R14, R10; \
	TILELOADD_R8_R9(4); \
	LOADEDBY(4, 0, 1); \
	TILELOADD_R10_R9(5); \
	BY(5, 2, 3); \
	SUBQ R14, R8; \
	SUBQ R14, R10; \
	TILELOADD_R8_R9(4); \
	BY(4, 0, 1); \
	TILELOADD_R10_R9(5); \
	BY(5, 2, 3); \
	ADDQ R15, R12; \
	LOADEDBY(4, 0, 1); \
	BY(5, 2, 3); \
	SUBQ R15, R12

// by 16
#define NARROWPARTS \
	ADDQ R14, R8; \
	ADDQ R14, R10; \
	TILELOADD_R8_R9(4); \
	TILELOADD_R12_R11(6); \
	TDPBF16PS(0, 4, 6); \
	TILELOADD_R10_R9(5); \
	TDPBF16PS(2, 5, 6); \
	SUBQ R14, R8; \
	SUBQ R14, R10; \
	TILELOADD_R8_R9(4); \
	TDPBF16PS(0, 4, 6); \
	TILELOADD_R10_R9(5); \
	TDPBF16PS(2, 5, 6); \
	ADDQ R15, R12; \
	TILELOADD_R12_R11(6); \
	TDPBF16PS(0, 4, 6); \
	TDPBF16PS(2, 5, 6); \
	SUBQ R15, R12

// each block by 32 columns of a B of its own
#define WIDEPARTSAPART \
	ADDQ R14, R8; \
	TILELOADD_R8_R9(4); \
	LOADEDBY(4, 0, 1); \
	SUBQ R14, R8; \
	TILELOADD_R8_R9(4); \
	BY(4, 0, 1); \
	ADDQ R15, R12; \
	LOADEDBY(4, 0, 1); \
	SUBQ R15, R12; \
	ADDQ SI, R12; \
	ADDQ R14, R10; \
	TILELOADD_R10_R9(5); \
	LOADEDBY(5, 2, 3); \
	SUBQ R14, R10; \
	TILELOADD_R10_R9(5); \
	BY(5, 2, 3); \
	ADDQ R15, R12; \
	LOADEDBY(5, 2, 3); \
	SUBQ R15, R12; \
	SUBQ SI, R12

// by 16
#define NARROWPARTSAPART \
	ADDQ R14, R8; \
	TILELOADD_R8_R9(4); \
	TILELOADD_R12_R11(6); \
	TDPBF16PS(0, 4, 6); \
	ADDQ R14, R10; \
	TILELOADD_R10_R9(5); \
	ADDQ SI, R12; \
	TILELOADD_R12_R11(7); \
	TDPBF16PS(2, 5, 7); \
	SUBQ R14, R8; \
	TILELOADD_R8_R9(4); \
	TDPBF16PS(0, 4, 6); \
	SUBQ R14, R10; \
	TILELOADD_R10_R9(5); \
	TDPBF16PS(2, 5, 7); \
	ADDQ R15, R12; \
	TILELOADD_R12_R11(7); \
	TDPBF16PS(2, 5, 7); \
	SUBQ SI, R12; \
	TILELOADD_R12_R11(6); \
	TDPBF16PS(0, 4, 6); \
	SUBQ R15, R12
