// The constants of the activations for AVX2.

// Three constants have registers, the others are operands in memory.
#define LO Y13
#define ONE Y14
#define SIGN Y15
#define HI ROW(1)
#define LOG2E ROW(4)
#define MAGIC ROW(5)
#define LN2HI ROW(6)
#define LN2LO ROW(7)
#define E2 ROW(8)
#define E3 ROW(9)
#define E4 ROW(10)
#define E5 ROW(11)
#define E6 ROW(12)

#define CONSTANTS \
	VMOVUPS ROW(0), LO; \
	VMOVUPS ROW(2), ONE; \
	VMOVUPS ROW(3), SIGN
