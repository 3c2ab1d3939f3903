// Transforms of tiles, VL channels at a time in V0 to V15, vectors of VB bytes.

#define LOAD4(at, one, three, a, b, c, d) \
	VMOVUPS (at), a         \
	VMOVUPS (at)(one*1), b  \
	VMOVUPS (at)(one*2), c  \
	VMOVUPS (at)(three*1), d

#define STORE4(a, b, c, d) \
	VMOVUPS a, (AX)        \
	VMOVUPS b, (AX)(R12*1) \
	VMOVUPS c, (AX)(R12*2) \
	VMOVUPS d, (AX)(R13*1) \
	LEAQ    (AX)(R12*4), AX

#define STORE3(a, b, c) \
	VMOVUPS a, (AX)        \
	VMOVUPS b, (AX)(R12*1) \
	VMOVUPS c, (AX)(R12*2) \
	ADDQ    R13, AX

// ADVANCE sets AX to what leads from behind the last of c channels to the next tile, two pixels of R8 bytes further.
#define ADVANCE(c) \
	MOVQ c, AX     \
	SHLQ $2, AX    \
	NEGQ AX        \
	LEAQ (AX)(R8*2), AX

// The 2×2 pixels V8 to V11 of a tile. The lines of tiles further on are fetched: a store to memory that is not in the cache waits
// for it, and many of them hold up what follows.
#define FURTHER 1024
#define STORE_PIXELS \
	PREFETCHT0 FURTHER(DI)        \
	PREFETCHT0 FURTHER(DI)(R8*1)  \
	PREFETCHT0 FURTHER(R9)        \
	PREFETCHT0 FURTHER(R9)(R8*1)  \
	VMOVUPS    V8, (DI)         \
	VMOVUPS    V9, (DI)(R8*1)   \
	VMOVUPS    V10, (R9)        \
	VMOVUPS    V11, (R9)(R8*1)
