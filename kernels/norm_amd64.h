// The kernels of norm_generic.go for any vector width. The including file defines
//
//	V0..V14           vector registers
//	VB, VN            bytes and floats in a vector
//	LANES             prepares the mask for the first CX channels of a vector
//	LOADM, STOREM     masked load and store;  STOREM_ROW(reg, base, index) the same, once a row
//
// Register map:
//
//	SI, DI, R8        matrices x, y, z        R11, R12, R13   channels u, v, w
//	R9                bytes in a row          R10             rows
//	DX                offset of the block's first channel     CX   channels left
//	AX                offset of the block in this row         BX   rows left

// KERNEL keeps a block of four vectors of channels in registers while it passes over the rows, then goes on with
// blocks of one vector, the last masked:
//
//	for block { BEGIN; for row { ROW }; END }
#define KERNEL(BEGIN4, ROW4, END4, BEGIN1, ROW1, END1) \
	MOVQ rows+0(FP), R10 \
	MOVQ c+8(FP), CX     \
	MOVQ x+16(FP), SI    \
	MOVQ y+24(FP), DI    \
	MOVQ z+32(FP), R8    \
	MOVQ u+40(FP), R11   \
	MOVQ v+48(FP), R12   \
	MOVQ w+56(FP), R13   \
	MOVQ CX, R9          \
	SHLQ $2, R9          \
	XORQ DX, DX          \
	SUBQ $(4*VN), CX     \
	JLT  narrow          \
wide:                    \
	BEGIN4               \
	MOVQ DX, AX          \
	MOVQ R10, BX         \
wideRow:                 \
	ROW4                 \
	ADDQ R9, AX          \
	DECQ BX              \
	JNZ  wideRow         \
	END4                 \
	ADDQ $(4*VB), DX     \
	SUBQ $(4*VN), CX     \
	JGE  wide            \
narrow:                  \
	ADDQ $(4*VN), CX     \
	JLE  done            \
one:                     \
	LANES                \
	BEGIN1               \
	MOVQ DX, AX          \
	MOVQ R10, BX         \
oneRow:                  \
	ROW1                 \
	ADDQ R9, AX          \
	DECQ BX              \
	JNZ  oneRow          \
	END1                 \
	ADDQ $VB, DX         \
	SUBQ $VN, CX         \
	JGT  one             \
done:                    \
	VZEROUPPER           \
	RET

#define NOTHING

// Four vectors of channels from and to memory.
#define LOAD4(p, a, b, c, d) \
	VMOVUPS 0*VB(p)(DX*1), a \
	VMOVUPS 1*VB(p)(DX*1), b \
	VMOVUPS 2*VB(p)(DX*1), c \
	VMOVUPS 3*VB(p)(DX*1), d

#define STORE4(p, a, b, c, d) \
	VMOVUPS a, 0*VB(p)(DX*1) \
	VMOVUPS b, 1*VB(p)(DX*1) \
	VMOVUPS c, 2*VB(p)(DX*1) \
	VMOVUPS d, 3*VB(p)(DX*1)

#define FIRST_U4  LOAD4(R11, V0, V1, V2, V3)
#define FIRST_UV4 FIRST_U4; LOAD4(R12, V4, V5, V6, V7)
#define FIRST_UVW4 FIRST_UV4; LOAD4(R13, V8, V9, V10, V11)
#define FIRST_U1  LOADM(R11, DX, V0)
#define FIRST_UV1 FIRST_U1; LOADM(R12, DX, V4)
#define FIRST_UVW1 FIRST_UV1; LOADM(R13, DX, V8)

#define LAST_U4   STORE4(R11, V0, V1, V2, V3)
#define LAST_VW4  STORE4(R12, V4, V5, V6, V7); STORE4(R13, V8, V9, V10, V11)
#define LAST_U1   STOREM(V0, R11, DX)
#define LAST_VW1  STOREM(V4, R12, DX); STOREM(V8, R13, DX)

// s += x
#define SUMS_ROW4 \
	VADDPS 0*VB(SI)(AX*1), V0, V0 \
	VADDPS 1*VB(SI)(AX*1), V1, V1 \
	VADDPS 2*VB(SI)(AX*1), V2, V2 \
	VADDPS 3*VB(SI)(AX*1), V3, V3
#define SUMS_ROW1 \
	LOADM(SI, AX, V12) \
	VADDPS V12, V0, V0
#define CHANNEL_SUMS KERNEL(FIRST_U4, SUMS_ROW4, LAST_U4, FIRST_U1, SUMS_ROW1, LAST_U1)

// d = x - shift; s1 += d; s2 += d*d
#define MOMENTS(shift, s1, s2) \
	VSUBPS shift, V12, V12 \
	VADDPS V12, s1, s1     \
	VMULPS V12, V12, V12   \
	VADDPS V12, s2, s2
#define MOMENTS_ROW4 \
	VMOVUPS 0*VB(SI)(AX*1), V12 \
	MOMENTS(V0, V4, V8)         \
	VMOVUPS 1*VB(SI)(AX*1), V12 \
	MOMENTS(V1, V5, V9)         \
	VMOVUPS 2*VB(SI)(AX*1), V12 \
	MOMENTS(V2, V6, V10)        \
	VMOVUPS 3*VB(SI)(AX*1), V12 \
	MOMENTS(V3, V7, V11)
#define MOMENTS_ROW1 \
	LOADM(SI, AX, V12) \
	MOMENTS(V0, V4, V8)
#define CHANNEL_MOMENTS KERNEL(FIRST_UVW4, MOMENTS_ROW4, LAST_VW4, FIRST_UVW1, MOMENTS_ROW1, LAST_VW1)

// s += x*y
#define DOT(at, s) \
	VMOVUPS at(SI)(AX*1), V12     \
	VMULPS at(DI)(AX*1), V12, V12 \
	VADDPS V12, s, s
#define DOT_ROW4 \
	DOT(0*VB, V0) \
	DOT(1*VB, V1) \
	DOT(2*VB, V2) \
	DOT(3*VB, V3)
#define DOT_ROW1 \
	LOADM(SI, AX, V12)   \
	LOADM(DI, AX, V13)   \
	VMULPS V13, V12, V12 \
	VADDPS V12, V0, V0
#define CHANNEL_DOT KERNEL(FIRST_U4, DOT_ROW4, LAST_U4, FIRST_U1, DOT_ROW1, LAST_U1)

// y += x*a
#define MULADD(at, a) \
	VMULPS at(SI)(AX*1), a, V12   \
	VADDPS at(DI)(AX*1), V12, V12 \
	VMOVUPS V12, at(DI)(AX*1)
#define MULADD_ROW4 \
	MULADD(0*VB, V0) \
	MULADD(1*VB, V1) \
	MULADD(2*VB, V2) \
	MULADD(3*VB, V3)
#define MULADD_ROW1 \
	LOADM(SI, AX, V12)   \
	LOADM(DI, AX, V13)   \
	VMULPS V0, V12, V12  \
	VADDPS V13, V12, V12 \
	STOREM_ROW(V12, DI)
#define CHANNEL_MULADD KERNEL(FIRST_U4, MULADD_ROW4, NOTHING, FIRST_U1, MULADD_ROW1, NOTHING)

// y += a
#define ADD(at, a) \
	VADDPS at(DI)(AX*1), a, V12 \
	VMOVUPS V12, at(DI)(AX*1)
#define ADD_ROW4 \
	ADD(0*VB, V0) \
	ADD(1*VB, V1) \
	ADD(2*VB, V2) \
	ADD(3*VB, V3)
#define ADD_ROW1 \
	LOADM(DI, AX, V12)  \
	VADDPS V0, V12, V12 \
	STOREM_ROW(V12, DI)
#define CHANNEL_ADD KERNEL(FIRST_U4, ADD_ROW4, NOTHING, FIRST_U1, ADD_ROW1, NOTHING)
