// Loops over 4 floats: the vocabulary in which element-wise kernels are written, for NEON.
// R0 is n, a multiple of 4; LOAD and STORE move the pointers on.

#define LOAD(from, reg) FMOVQ.P 16(from), reg
#define PEEK(from, reg) FMOVQ (from), reg
#define STORE(reg, to) FMOVQ.P reg, 16(to)

#define EACH(STEP) \
	PCALIGN $32 \
loop:           \
	STEP        \
	SUBS $4, R0 \
	BGT  loop
