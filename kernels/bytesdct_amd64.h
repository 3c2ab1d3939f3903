// dctForward and dctInverse of generic Go on Z0 to Z7; Z8 to Z17 are overwritten, Z24 to Z31 hold the constants.
#define DCT_FORWARD \
	VADDPS Z7, Z0, Z8; \
	VSUBPS Z7, Z0, Z12; \
	VADDPS Z6, Z1, Z9; \
	VSUBPS Z6, Z1, Z13; \
	VADDPS Z5, Z2, Z10; \
	VSUBPS Z5, Z2, Z14; \
	VADDPS Z4, Z3, Z11; \
	VSUBPS Z4, Z3, Z15; \
	VADDPS Z11, Z8, Z16; \
	VSUBPS Z11, Z8, Z17; \
	VADDPS Z10, Z9, Z3; \
	VSUBPS Z10, Z9, Z5; \
	VADDPS Z3, Z16, Z0; \
	VSUBPS Z3, Z16, Z4; \
	VADDPS Z17, Z5, Z5; \
	VMULPS Z24, Z5, Z5; \
	VADDPS Z5, Z17, Z2; \
	VSUBPS Z5, Z17, Z6; \
	VADDPS Z14, Z15, Z8; \
	VADDPS Z13, Z14, Z9; \
	VADDPS Z12, Z13, Z10; \
	VSUBPS Z10, Z8, Z11; \
	VMULPS Z25, Z11, Z11; \
	VMULPS Z26, Z8, Z8; \
	VADDPS Z11, Z8, Z8; \
	VMULPS Z27, Z10, Z10; \
	VADDPS Z11, Z10, Z10; \
	VMULPS Z24, Z9, Z9; \
	VADDPS Z9, Z12, Z16; \
	VSUBPS Z9, Z12, Z17; \
	VADDPS Z8, Z17, Z5; \
	VSUBPS Z8, Z17, Z3; \
	VADDPS Z10, Z16, Z1; \
	VSUBPS Z10, Z16, Z7

#define DCT_INVERSE \
	VADDPS Z4, Z0, Z8; \
	VSUBPS Z4, Z0, Z9; \
	VADDPS Z6, Z2, Z10; \
	VSUBPS Z6, Z2, Z11; \
	VMULPS Z28, Z11, Z11; \
	VSUBPS Z10, Z11, Z11; \
	VADDPS Z10, Z8, Z12; \
	VSUBPS Z10, Z8, Z15; \
	VADDPS Z11, Z9, Z13; \
	VSUBPS Z11, Z9, Z14; \
	VADDPS Z3, Z5, Z8; \
	VSUBPS Z3, Z5, Z9; \
	VADDPS Z7, Z1, Z10; \
	VSUBPS Z7, Z1, Z11; \
	VADDPS Z8, Z10, Z16; \
	VSUBPS Z8, Z10, Z17; \
	VMULPS Z28, Z17, Z17; \
	VADDPS Z11, Z9, Z0; \
	VMULPS Z29, Z0, Z0; \
	VMULPS Z30, Z11, Z1; \
	VSUBPS Z1, Z0, Z1; \
	VMULPS Z31, Z9, Z2; \
	VSUBPS Z2, Z0, Z2; \
	VSUBPS Z16, Z2, Z8; \
	VSUBPS Z8, Z17, Z9; \
	VSUBPS Z9, Z1, Z10; \
	VADDPS Z16, Z12, Z0; \
	VSUBPS Z16, Z12, Z7; \
	VADDPS Z8, Z13, Z1; \
	VSUBPS Z8, Z13, Z6; \
	VADDPS Z9, Z14, Z2; \
	VSUBPS Z9, Z14, Z5; \
	VADDPS Z10, Z15, Z3; \
	VSUBPS Z10, Z15, Z4

// The eight values of a row are 64 bytes from each other, those of a column 512.
#define EIGHT_IN(at, step) \
	VMOVUPS (at+0*step)(R11), Z0; \
	VMOVUPS (at+1*step)(R11), Z1; \
	VMOVUPS (at+2*step)(R11), Z2; \
	VMOVUPS (at+3*step)(R11), Z3; \
	VMOVUPS (at+4*step)(R11), Z4; \
	VMOVUPS (at+5*step)(R11), Z5; \
	VMOVUPS (at+6*step)(R11), Z6; \
	VMOVUPS (at+7*step)(R11), Z7

#define EIGHT_OUT(at, step) \
	VMOVUPS Z0, (at+0*step)(R11); \
	VMOVUPS Z1, (at+1*step)(R11); \
	VMOVUPS Z2, (at+2*step)(R11); \
	VMOVUPS Z3, (at+3*step)(R11); \
	VMOVUPS Z4, (at+4*step)(R11); \
	VMOVUPS Z5, (at+5*step)(R11); \
	VMOVUPS Z6, (at+6*step)(R11); \
	VMOVUPS Z7, (at+7*step)(R11)
