// How blocks of C reach tiles and memory, for dot16_amx_amd64.s: AX is the dot16, R15 a row of C, R11 64.

// A column of a tile of C that is not whole goes by way of spare: rows of 64 bytes. BLOCK is a register that holds a
// dotBlock; R14 walks over C.
#define AT(BLOCK, HALF) MOVQ dotBlock_c(BLOCK), R14; MOVQ dot16_c(AX), R12; LEAQ (HALF*64)(R12)(R14*4), R14
#define LOADPART(BLOCK, HALF, MASK, TILE, LABEL) \
	AT(BLOCK, HALF); \
	MOVQ dotBlock_m(BLOCK), CX; \
	LEAQ spare-1104(SP), R12; \
LABEL: \
	VMOVUPS.Z (R14), MASK, Z0; \
	VMOVUPS Z0, (R12); \
	ADDQ R15, R14; \
	ADDQ $64, R12; \
	DECQ CX; \
	JNZ LABEL; \
	LEAQ spare-1104(SP), R12; \
	TILELOADD_R12_R11(TILE)
#define STOREPART(BLOCK, HALF, MASK, TILE, LABEL) \
	LEAQ spare-1104(SP), R12; \
	TILESTORED_R12_R11(TILE); \
	AT(BLOCK, HALF); \
	MOVQ dotBlock_m(BLOCK), CX; \
	LEAQ spare-1104(SP), R12; \
LABEL: \
	VMOVUPS (R12), Z0; \
	VMOVUPS Z0, MASK, (R14); \
	ADDQ R15, R14; \
	ADDQ $64, R12; \
	DECQ CX; \
	JNZ LABEL
#define LOADWHOLE(BLOCK, HALF, TILE) AT(BLOCK, HALF); TILELOADD_R14_R15(TILE)
#define STOREWHOLE(BLOCK, HALF, TILE) AT(BLOCK, HALF); TILESTORED_R14_R15(TILE)

// The products of the block in tile A by the 32 columns of B that are loaded, to tiles C and D of C; LOADEDBY loads them, from R12 on.
#define BY(A, C, D) TDPBF16PS(C, A, 6); TDPBF16PS(D, A, 7)
#define LOADEDBY(A, C, D) TILELOADD_R12_R11(6); TDPBF16PS(C, A, 6); TILELOADD_64R12_R11(7); TDPBF16PS(D, A, 7)

// FURTHER goes to the next 32 rows of B, or to the next segment.
#define FURTHER(BYTES, LOOP) \
	ADDQ $64, R8; \
	ADDQ $64, R10; \
	ADDQ $BYTES, R12; \
	DECQ CX; \
	JNZ  LOOP; \
	JMP  next
