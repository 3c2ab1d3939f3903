// The vectors of AVX-512 for norm_amd64.h.

#define V0 Z0
#define V1 Z1
#define V2 Z2
#define V3 Z3
#define V4 Z4
#define V5 Z5
#define V6 Z6
#define V7 Z7
#define V8 Z8
#define V9 Z9
#define V10 Z10
#define V11 Z11
#define V12 Z12
#define V13 Z13

#define VB 64
#define VN 16

// K1 = the low min(CX, 16) bits
#define LANES \
	MOVL    $16, AX  \
	CMPQ    CX, AX   \
	CMOVQLT CX, AX   \
	MOVL    $-1, BX  \
	BZHIL   AX, BX, BX \
	KMOVW   BX, K1

#define LOADM(base, index, reg) VMOVUPS.Z (base)(index*1), K1, reg
#define STOREM(reg, base, index) VMOVUPS reg, K1, (base)(index*1)
#define STOREM_ROW(reg, base) STOREM(reg, base, AX)

#include "norm_amd64.h"
#include "norm_grad_amd64.h"
