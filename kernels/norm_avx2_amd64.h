// The vectors of AVX2 for norm_amd64.h.

#define V0 Y0
#define V1 Y1
#define V2 Y2
#define V3 Y3
#define V4 Y4
#define V5 Y5
#define V6 Y6
#define V7 Y7
#define V8 Y8
#define V9 Y9
#define V10 Y10
#define V11 Y11
#define V12 Y12
#define V13 Y13

#define VB 32
#define VN 8

DATA normLanes<>+0(SB)/8, $-1
DATA normLanes<>+8(SB)/8, $-1
DATA normLanes<>+16(SB)/8, $-1
DATA normLanes<>+24(SB)/8, $-1
DATA normLanes<>+32(SB)/8, $0
DATA normLanes<>+40(SB)/8, $0
DATA normLanes<>+48(SB)/8, $0
DATA normLanes<>+56(SB)/8, $0
GLOBL normLanes<>(SB), RODATA|NOPTR, $64

// Y15 = the low min(CX, 8) lanes
#define LANES \
	MOVL    $8, AX               \
	CMPQ    CX, AX               \
	CMOVQLT CX, AX               \
	NEGQ    AX                   \
	LEAQ    normLanes<>+32(SB), BX \
	VMOVUPS (BX)(AX*4), Y15

#define LOADM(base, index, reg) VMASKMOVPS (base)(index*1), Y15, reg
#define STOREM(reg, base, index) VMASKMOVPS reg, Y15, (base)(index*1)

// Masked stores are slow on AMD's processors, so whole vectors go without.
#define STOREM_ROW(reg, base) \
	CMPQ    CX, $VN          \
	JLT     masked           \
	VMOVUPS reg, (base)(AX*1) \
	JMP     stored           \
masked:                      \
	STOREM(reg, base, AX)    \
stored:

#include "norm_amd64.h"
#include "norm_grad_amd64.h"
