// What rounding with AVX-512 and with the instructions of AMX's processors share.

// bytes ahead that are fetched from memory
#define AHEAD 2048

#define CONSTANT(V, Z) MOVL $V, AX; VPBROADCASTD AX, Z

// PAIR writes rows of x two by two: ROUNDED makes Z4 the pairs of Z0 and Z1 in bfloat16, RESTS those of what is left of them.
//
//	BX pairs left      SI R8 the two rows      R9 a row, R12 16 of them and at least AHEAD, in bytes      R11 R13 as much further, fetched from memory
//	AX column          CX columns left, K3 those of 16 that exist      DI DX hi and lo
#define PAIR(ROUNDED, RESTS) \
	MOVQ pairs+0(FP), BX; \
	MOVQ ld+16(FP), R9; \
	MOVQ x+24(FP), SI; \
	MOVQ hi+32(FP), DI; \
	MOVQ lo+40(FP), DX; \
	SHLQ $2, R9; \
	MOVQ R9, R12; \
	SHLQ $4, R12; \
	MOVQ $AHEAD, R13; \
	CMPQ R12, R13; \
	CMOVQLT R13, R12; \
rows: \
	LEAQ (SI)(R9*1), R8; \
	LEAQ (SI)(R12*1), R11; \
	LEAQ (R8)(R12*1), R13; \
	MOVQ n+8(FP), CX; \
	XORQ AX, AX; \
columns: \
	MOVQ $-1, R10; \
	CMPQ CX, $16; \
	JGE  whole; \
	MOVQ $1, R10; \
	SHLQ CX, R10; \
	DECQ R10; \
whole: \
	KMOVW R10, K3; \
	PREFETCHT0 (R11)(AX*4); \
	PREFETCHT0 (R13)(AX*4); \
	VMOVUPS.Z (SI)(AX*4), K3, Z0; \
	VMOVUPS.Z (R8)(AX*4), K3, Z1; \
	ROUNDED; \
	VMOVUPS Z4, K3, (DI); \
	TESTQ DX, DX; \
	JEQ  next; \
	RESTS; \
	VMOVUPS Z4, K3, (DX); \
next: \
	CMPQ CX, $16; \
	JLE  end; \
	ADDQ $16, AX; \
	ADDQ $64, DI; \
	SUBQ $16, CX; \
	TESTQ DX, DX; \
	JEQ  columns; \
	ADDQ $64, DX; \
	JMP  columns; \
end: \
	LEAQ (DI)(CX*4), DI; \
	TESTQ DX, DX; \
	JEQ  further; \
	LEAQ (DX)(CX*4), DX; \
further: \
	LEAQ (R8)(R9*1), SI; \
	DECQ BX; \
	JNZ  rows; \
	VZEROUPPER; \
	RET
