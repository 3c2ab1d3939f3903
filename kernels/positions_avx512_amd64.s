//go:build !purego

#include "textflag.h"

// One row of the matrix.
#define ROW(x, y, one, out) \
	VMULPD x, Z0, out; \
	VMULPD y, Z1, Z4; \
	VADDPD Z4, out, out; \
	VADDPD one, out, out

// func projectPointsAVX512(n int, m *[9]float64, x, y *float64)
// Z16 to Z24 the matrix, Z25 one
TEXT ·projectPointsAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ m+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	VBROADCASTSD (R8), Z16
	VBROADCASTSD 8(R8), Z17
	VBROADCASTSD 16(R8), Z18
	VBROADCASTSD 24(R8), Z19
	VBROADCASTSD 32(R8), Z20
	VBROADCASTSD 40(R8), Z21
	VBROADCASTSD 48(R8), Z22
	VBROADCASTSD 56(R8), Z23
	VBROADCASTSD 64(R8), Z24
	MOVQ $0x3ff0000000000000, AX
	VPBROADCASTQ AX, Z25
	XORQ AX, AX
project:
	VMOVUPD (SI)(AX*8), Z0
	VMOVUPD (DI)(AX*8), Z1
	ROW(Z22, Z23, Z24, Z2)
	VDIVPD Z2, Z25, Z2
	ROW(Z16, Z17, Z18, Z3)
	VMULPD Z2, Z3, Z3
	VMOVUPD Z3, (SI)(AX*8)
	ROW(Z19, Z20, Z21, Z3)
	VMULPD Z2, Z3, Z3
	VMOVUPD Z3, (DI)(AX*8)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT project
	VZEROUPPER
	RET

// func placesOfAVX512(n int, numbers *[4]float64, x *float64, p *int32)
// K1 what does not lie above the lower bound, K2 what does not lie below the upper one; Z5, Y6 and Y7 2³¹, −2³⁰ and 2³⁰
TEXT ·placesOfAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ numbers+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ p+24(FP), DI
	VBROADCASTSD (R8), Z1
	VBROADCASTSD 8(R8), Z2
	VBROADCASTSD 16(R8), Z3
	VBROADCASTSD 24(R8), Z4
	MOVL $0x80000000, AX
	VPBROADCASTQ AX, Z5
	MOVL $0xc0000000, AX
	VPBROADCASTD AX, Y6
	MOVL $0x40000000, AX
	VPBROADCASTD AX, Y7
	XORQ AX, AX
places:
	VMOVUPD (SI)(AX*8), Z0
	VCMPPD $0x1e, Z1, Z0, K1 // greater, ordered
	VCMPPD $0x1d, Z2, Z0, K2 // greater or equal, ordered
	VMULPD Z3, Z0, Z0
	VADDPD Z4, Z0, Z0
	VCVTTPD2QQ Z0, Z0
	VPSUBQ Z5, Z0, Z0
	VPMOVQD Z0, Y0
	KNOTB K1, K1
	VMOVDQA32 Y6, K1, Y0
	VMOVDQA32 Y7, K2, Y0
	VMOVDQU Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT places
	VZEROUPPER
	RET
