// What kernels on maps in bfloat16 have in common: widening, and the sigmoid of sigma16.go. Every constant has a register.

#define ZERO Z14
#define LOWEST Z15
#define LO Z16
#define LOG2E Z17
#define MAGIC Z18
#define ONE Z19
#define SIGN Z20
#define E0 Z21
#define E1 Z22
#define E2 Z23
#define E3 Z24
#define E4 Z25
#define R0TH Z26
#define R1ST Z27
#define R2ND Z28
#define R3RD Z29
#define BIAS Z30
#define QUIET Z31

#define SET(V, Z) MOVL $V, R8; VPBROADCASTD R8, Z

// the constants of sigma16.go
#define SIGMOIDAL \
	ROUNDING; \
	SET(0xc2ae0000, LO); \
	SET(0x3fb8aa3b, LOG2E); \
	SET(0x4b400000, MAGIC); \
	SET(0x3f800000, ONE); \
	SET(0x80000000, SIGN); \
	SET(0x3f7ffff4, E0); \
	SET(0x3f31706e, E1); \
	SET(0x3e76036d, E2); \
	SET(0x3d650a20, E3); \
	SET(0x3c1ccbeb, E4); \
	SET(0x403504e1, R0TH); \
	SET(0xc03c1e2b, R1ST); \
	SET(0x3faa5ef2, R2ND); \
	SET(0xbe632943, R3RD)

// V = numbers in bfloat16 at P
#define WIDE(P, V) \
	VPMOVZXWD (P)(AX*2), V; \
	VPSLLD $16, V, V

// S = sigmoid16Of(X), using A, B and C
#define SIGMA16(X, S, A, B, C) \
	VORPS SIGN, X, S; \
	VMAXPS S, LO, S; \
	VMOVAPS MAGIC, A; \
	VFMADD231PS LOG2E, S, A; \
	VSUBPS MAGIC, A, B; \
	VFMSUB213PS B, LOG2E, S; \
	VPSLLD $23, A, A; \
	VMOVAPS E4, B; \
	VFMADD213PS E3, S, B; \
	VFMADD213PS E2, S, B; \
	VFMADD213PS E1, S, B; \
	VFMADD213PS E0, S, B; \
	VPADDD A, B, B; \
	VADDPS ONE, B, A; \
	VMOVAPS R3RD, C; \
	VFMADD213PS R2ND, A, C; \
	VFMADD213PS R1ST, A, C; \
	VFMADD213PS R0TH, A, C; \
	VFNMADD213PS ONE, C, A; \
	VFMADD213PS C, C, A; \
	VMULPS A, B, B; \
	BYSIGN(X, B, A, S)
