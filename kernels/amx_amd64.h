// The instructions of AMX that the assembler lacks. T, D, A and B are numbers of tiles; the registers of an address are part of
// a macro's name.

#define LDTILECFG_AX BYTE $0xc4; BYTE $0xe2; BYTE $0x78; BYTE $0x49; BYTE $0x00 // ldtilecfg (%rax)
#define TILERELEASE BYTE $0xc4; BYTE $0xe2; BYTE $0x78; BYTE $0x49; BYTE $0xc0 // tilerelease
#define TILEZERO(T) BYTE $0xc4; BYTE $0xe2; BYTE $0x7b; BYTE $0x49; BYTE $(0xc0|T<<3) // tilezero %tmmT
#define TILELOADD_R8_R9(T) BYTE $0xc4; BYTE $0x82; BYTE $0x7b; BYTE $0x4b; BYTE $(0x04|T<<3); BYTE $0x08 // tileloadd (%r8,%r9), %tmmT
#define TILELOADD_R10_R9(T) BYTE $0xc4; BYTE $0x82; BYTE $0x7b; BYTE $0x4b; BYTE $(0x04|T<<3); BYTE $0x0a // tileloadd (%r10,%r9), %tmmT
#define TILELOADD_R12_R11(T) BYTE $0xc4; BYTE $0x82; BYTE $0x7b; BYTE $0x4b; BYTE $(0x04|T<<3); BYTE $0x1c // tileloadd (%r12,%r11), %tmmT
#define TILELOADD_R14_R15(T) BYTE $0xc4; BYTE $0x82; BYTE $0x7b; BYTE $0x4b; BYTE $(0x04|T<<3); BYTE $0x3e // tileloadd (%r14,%r15), %tmmT
#define TILESTORED_R12_R11(T) BYTE $0xc4; BYTE $0x82; BYTE $0x7a; BYTE $0x4b; BYTE $(0x04|T<<3); BYTE $0x1c // tilestored %tmmT, (%r12,%r11)
#define TILESTORED_R14_R15(T) BYTE $0xc4; BYTE $0x82; BYTE $0x7a; BYTE $0x4b; BYTE $(0x04|T<<3); BYTE $0x3e // tilestored %tmmT, (%r14,%r15)

// Processors with AMX round to bfloat16 in one instruction; denormal numbers become zeros.
#define NARROW_Z0_Y6 BYTE $0x62; BYTE $0xf2; BYTE $0x7e; BYTE $0x48; BYTE $0x72; BYTE $0xf0 // vcvtneps2bf16 %zmm0, %ymm6
#define NARROW_Z1_Y6 BYTE $0x62; BYTE $0xf2; BYTE $0x7e; BYTE $0x48; BYTE $0x72; BYTE $0xf1 // vcvtneps2bf16 %zmm1, %ymm6
#define NARROW_Z0_Z1_Z5 BYTE $0x62; BYTE $0xf2; BYTE $0x77; BYTE $0x48; BYTE $0x72; BYTE $0xe8 // vcvtne2ps2bf16 %zmm0, %zmm1, %zmm5

// tileloadd 64(%r12,%r11), %tmmT
#define TILELOADD_64R12_R11(T) BYTE $0xc4; BYTE $0x82; BYTE $0x7b; BYTE $0x4b; BYTE $(0x44|T<<3); BYTE $0x1c; BYTE $0x40

// tdpbf16ps %tmmB, %tmmA, %tmmD: D += A·B
#define TDPBF16PS(D, A, B) BYTE $0xc4; BYTE $0xe2; BYTE $(0x02|(15-B)<<3); BYTE $0x5c; BYTE $(0xc0|D<<3|A)
