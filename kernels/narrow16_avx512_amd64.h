// Y6 = bf16 of V0 or V1, as narrow16Of rounds, for processors that have no instruction for it; V6 and K4 are used.

DATA narrow16Masks<>+0(SB)/4, $0x7f800000
DATA narrow16Masks<>+4(SB)/4, $0x80000000
GLOBL narrow16Masks<>(SB), RODATA|NOPTR, $8

#define ROUNDING \
	SET(1, LOWEST); \
	SET(0x7fff, BIAS); \
	SET(0x400000, QUIET)

#define NARROW(V) \
	VPSRLD $16, V, V6; \
	VPANDD LOWEST, V6, V6; \
	VPADDD BIAS, V6, V6; \
	VPADDD V, V6, V6; \
	VCMPPS $3, V, V, K3; \
	VPORD QUIET, V, K3, V6; \
	VPTESTNMD.BCST narrow16Masks<>+0(SB), V, K4; \
	VPANDD.BCST narrow16Masks<>+4(SB), V, K4, V6; \
	VPSRLD $16, V6, V6; \
	VPMOVDW V6, Y6

#define NARROW0 NARROW(V0)
#define NARROW1 NARROW(V1)
