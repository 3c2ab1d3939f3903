// Four channels at a time. Registers:
//
//	R0 tiles, R1 channels left of a tile      R4-R7 rows of what is read, R9, R16 of what is written
//	R10-R12 1 to 3 pixels                     R8, R14, R15 1 to 3 values
//	R19 from a tile's last channels to the next tile's first

// VLOAD4 and VSTORE4 take what lies 0 to 3 times a distance from x[n], which registers i, j and k hold 1 to 3 times.
#define VLOAD4(i, j, k, n, d) \
	VLDR(31, n, d); VLDR(i, n, (d)+1); VLDR(j, n, (d)+2); VLDR(k, n, (d)+3)
#define VSTORE4(i, j, k, n, a, b, c, d) \
	VSTR(31, n, a); VSTR(i, n, b); VSTR(j, n, c); VSTR(k, n, d)

// MULTIPLES sets b and c to twice and three times a.
#define MULTIPLES(a, b, c) LSL $1, a, b; ADD a, b, c

// DOWN sets b, c and d to what lies step, twice and three times step behind a.
#define DOWN(step, a, b, c, d) ADD step, a, b; ADD step, b, c; ADD step, c, d
#define VLOAD3(i, j, n, d) VLDR(31, n, d); VLDR(i, n, (d)+1); VLDR(j, n, (d)+2)
#define VSTORE3(i, j, n, a, b, c) VSTR(31, n, a); VSTR(i, n, b); VSTR(j, n, c)
