// The kernels of norm16.go for processors with AVX-512, in the vocabulary of sigma16_avx512_amd64.h; NARROW0 and NARROW1 round.

// Sums go down the rows, 16 channels at a time.
//
//	CX channels left, K1 those of 16 that exist      AX channel      BX rows left
//	R10 R11  rows of 16 and of 32 bits, in bytes     SI DX DI  where x, dy and dz of a row and of these channels lie
//	R13  from a row to the one that is read after so many calls, to be fetched

// the channels from AX on of a vector of factors
#define FACTOR(P, V) MOVQ P, R9; VMOVUPS.Z (R9)(AX*4), K1, V
#define TOTAL(V) VMOVUPS V, K1, (R9)(AX*4)

// K1 for CX channels
#define EXISTING(LABEL) \
	MOVQ $-1, R9;   \
	CMPQ CX, $16;   \
	JGE  LABEL;     \
	MOVQ $1, R9;    \
	SHLQ CX, R9;    \
	DECQ R9;        \
LABEL:                  \
	KMOVW R9, K1

#define BEGIN16 \
	MOVQ c+8(FP), CX; \
	MOVQ CX, R10; \
	SHLQ $1, R10; \
	LEAQ (R10)(R10*1), R11; \
	MOVQ rows+0(FP), R13; \
	IMULQ R10, R13; \
	XORQ AX, AX

// a map of so many bytes a number, from its channel AX on
#define FROM16(P, BYTES, R) MOVQ P, R; LEAQ (R)(AX*BYTES), R

// the next 16 channels, or the end
#define NEXT16 \
	ADDQ $16, AX; \
	SUBQ $16, CX; \
	JGT  columns; \
	VZEROUPPER; \
	RET

#define A Z8
#define B Z9
#define MEAN Z10
#define SUM Z11
#define DOT Z12
#define X Z13
#define MORE Z7

#define NOGATE

// V0 = x*a + b
#define AFFINED \
	VMULPS A, X, V0; \
	VADDPS B, V0, V0

// V1 through the activation of V0
#define RELUGATE \
	AFFINED; \
	KEEP($0x1e, V0, ZERO, V1, V2); \
	VADDPS V1, ZERO, V1

#define SILUGATE \
	AFFINED; \
	SIGMA16(V0, V2, V3, V4, V5); \
	VSUBPS V2, ONE, V3; \
	VMULPS V3, V0, V0; \
	VADDPS ONE, V0, V0; \
	VMULPS V0, V2, V2; \
	VMULPS V2, V1, V1

// V1 = dy at DX, of 32 bits, or of 16 and a number for each channel more
#define GIVEN VMOVUPS.Z (DX), K1, V1
#define GIVENMORE VPMOVZXWD.Z (DX), K1, V1; VPSLLD $16, V1, V1; VADDPS MORE, V1, V1
#define FACTORLESS
#define MORETOADD FACTOR(add+56(FP), MORE)

// dy begins at DX*SCALE, and STEP is one of its rows.
#define GRADSUMS16(CONSTANTS, GATE, GRADIENT, ADDEND, SCALE, STEP) \
	CONSTANTS;                     \
	VXORPS ZERO, ZERO, ZERO;       \
	BEGIN16;                       \
columns:                               \
	EXISTING(existing);            \
	FACTOR(a+24(FP), A);           \
	FACTOR(b+32(FP), B);           \
	FACTOR(mean+40(FP), MEAN);     \
	FACTOR(s1+64(FP), SUM);        \
	FACTOR(s2+72(FP), DOT);        \
	ADDEND;                        \
	FROM16(x+16(FP), 2, SI);       \
	FROM16(dy+48(FP), SCALE, DX);  \
	FROM16(dz+80(FP), 2, DI);      \
	MOVQ rows+0(FP), BX;           \
rows:                                  \
	PREFETCHT0 (SI)(R13*1);        \
	PREFETCHT0 (DI)(R13*1);        \
	VPMOVZXWD.Z (SI), K1, X;       \
	VPSLLD $16, X, X;              \
	GRADIENT;                      \
	GATE;                          \
	VADDPS V1, SUM, SUM;           \
	VSUBPS MEAN, X, X;             \
	VMULPS V1, X, X;               \
	VADDPS X, DOT, DOT;            \
	NARROW1;                       \
	VMOVDQU16 Y6, K1, (DI);        \
	ADDQ R10, SI;                  \
	ADDQ STEP, DX;                 \
	ADDQ R10, DI;                  \
	DECQ BX;                       \
	JNZ  rows;                     \
	MOVQ s1+64(FP), R9;             \
	TOTAL(SUM);                    \
	MOVQ s2+72(FP), R9;             \
	TOTAL(DOT);                    \
	NEXT16

// DOT += x·dp, dz = bf16(dp·A)
#define SCALEGRAD16 \
	ROUNDING;                      \
	BEGIN16;                       \
columns:                               \
	EXISTING(existing);            \
	FACTOR(s+24(FP), A);           \
	FACTOR(dot+40(FP), DOT);       \
	FROM16(x+16(FP), 2, SI);       \
	FROM16(dp+32(FP), 4, DX);      \
	FROM16(dx+48(FP), 2, DI);      \
	MOVQ rows+0(FP), BX;           \
rows:                                  \
	PREFETCHT0 (SI)(R13*1);        \
	PREFETCHT0 (DI)(R13*1);        \
	VPMOVZXWD.Z (SI), K1, X;       \
	VPSLLD $16, X, X;              \
	VMOVUPS.Z (DX), K1, V1;        \
	VMULPS V1, X, X;               \
	VADDPS X, DOT, DOT;            \
	VMULPS A, V1, V1;              \
	NARROW1;                       \
	VMOVDQU16 Y6, K1, (DI);        \
	ADDQ R10, SI;                  \
	ADDQ R11, DX;                  \
	ADDQ R10, DI;                  \
	DECQ BX;                       \
	JNZ  rows;                     \
	MOVQ dot+40(FP), R9;           \
	TOTAL(DOT);                    \
	NEXT16

#define MOMENTS16 \
	ROUNDING; \
	BEGIN16;                       \
columns: \
	EXISTING(existing); \
	FACTOR(shift+24(FP), MEAN); \
	FACTOR(s1+32(FP), SUM); \
	FACTOR(s2+40(FP), DOT); \
	FROM16(x+16(FP), 4, SI);       \
	FROM16(y+48(FP), 2, DI);       \
	MOVQ rows+0(FP), BX; \
rows: \
	PREFETCHT0 (DI)(R13*1); \
	VMOVUPS.Z (SI), K1, V1; \
	VSUBPS MEAN, V1, V2; \
	VADDPS V2, SUM, SUM; \
	VMULPS V2, V2, V2; \
	VADDPS V2, DOT, DOT; \
	NARROW1; \
	VMOVDQU16 Y6, K1, (DI); \
	ADDQ R11, SI; \
	ADDQ R10, DI; \
	DECQ BX; \
	JNZ  rows; \
	MOVQ s1+32(FP), R9; \
	TOTAL(SUM); \
	MOVQ s2+40(FP), R9; \
	TOTAL(DOT); \
	NEXT16

// CX numbers of x at SI, to y at DI; the last less than 16 by K1
#define NARROWALL \
	ROUNDING; \
	XORQ AX, AX; \
	SUBQ $16, CX; \
	JLT tail; \
loop: \
	VMOVUPS (SI)(AX*4), V0; \
	NARROW0; \
	VMOVDQU Y6, (DI)(AX*2); \
	ADDQ $16, AX; \
	CMPQ AX, CX; \
	JLE loop; \
tail: \
	SUBQ AX, CX; \
	ADDQ $16, CX; \
	JEQ done; \
	EXISTING(existing); \
	VMOVUPS.Z (SI)(AX*4), K1, V0; \
	NARROW0; \
	VMOVDQU16 Y6, K1, (DI)(AX*2); \
done: \
	VZEROUPPER; \
	RET
