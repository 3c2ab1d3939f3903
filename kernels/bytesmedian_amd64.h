// Puts three vectors in order; t and u are overwritten.
#define SORT3(a, b, c, t, u) \
	VPMINUB b, a, t; \
	VPMAXUB b, a, b; \
	VPMINUB c, b, u; \
	VPMAXUB c, b, c; \
	VPMINUB u, t, a; \
	VPMAXUB u, t, b

// The median of three vectors, in a; b and t are overwritten.
#define MEDIAN3(a, b, c, t) \
	VPMINUB b, a, t; \
	VPMAXUB b, a, b; \
	VPMINUB c, b, b; \
	VPMAXUB b, t, a

// The median of three columns of three, each in order, in b0: the median of the largest of the smallest, the median of
// the middle ones and the smallest of the largest.
#define MEDIAN9(a0, b0, c0, a1, b1, c1, a2, b2, c2, t) \
	VPMAXUB a1, a0, a0; \
	VPMAXUB a2, a0, a0; \
	VPMINUB c1, c0, c0; \
	VPMINUB c2, c0, c0; \
	MEDIAN3(b0, b1, b2, t); \
	MEDIAN3(b0, a0, c0, t)
