// Vector instructions that Go's assembler lacks. Arguments are register numbers, 0 to 31, in Go's order: for
// a difference or a quotient the second operand first, the destination last. The comments are what a
// disassembler says; TestNEONEncodings compares.

// four float32
#define VFADD(m, n, d)  WORD $(0x4E20D400 | (m)<<16 | (n)<<5 | (d)) // fadd vd.4s, vn.4s, vm.4s
#define VFSUB(m, n, d)  WORD $(0x4EA0D400 | (m)<<16 | (n)<<5 | (d)) // fsub vd.4s, vn.4s, vm.4s
#define VFMUL(m, n, d)  WORD $(0x6E20DC00 | (m)<<16 | (n)<<5 | (d)) // fmul vd.4s, vn.4s, vm.4s
#define VFDIV(m, n, d)  WORD $(0x6E20FC00 | (m)<<16 | (n)<<5 | (d)) // fdiv vd.4s, vn.4s, vm.4s
#define VFMAX(m, n, d)  WORD $(0x4E20F400 | (m)<<16 | (n)<<5 | (d)) // fmax vd.4s, vn.4s, vm.4s
#define VFMIN(m, n, d)  WORD $(0x4EA0F400 | (m)<<16 | (n)<<5 | (d)) // fmin vd.4s, vn.4s, vm.4s
#define VFCMEQ(m, n, d) WORD $(0x4E20E400 | (m)<<16 | (n)<<5 | (d)) // fcmeq vd.4s, vn.4s, vm.4s
#define VFCMGT(m, n, d) WORD $(0x6EA0E400 | (m)<<16 | (n)<<5 | (d)) // fcmgt vd.4s, vn.4s, vm.4s
#define VFMLAS(m, n, d) WORD $(0x4F801000 | (m)<<16 | (n)<<5 | (d)) // fmla vd.4s, vn.4s, vm.s[0]
#define VFSQRT(n, d)    WORD $(0x6EA1F800 | (n)<<5 | (d))           // fsqrt vd.4s, vn.4s

// four float32 from float16 and back
#define VFCVTLH(n, d)   WORD $(0x0E217800 | (n)<<5 | (d))           // fcvtl vd.4s, vn.4h
#define VFCVTNH(n, d)   WORD $(0x0E216800 | (n)<<5 | (d))           // fcvtn vd.4h, vn.4s

// the upper halves of four integers, and four integers with those halves
#define VUPPER(n, d) WORD $(0x0F108400 | (n)<<5 | (d)) // shrn vd.4h, vn.4s, #16
#define VRAISE(n, d) WORD $(0x2E613800 | (n)<<5 | (d)) // shll vd.4s, vn.4h, #16

// two float64, the first pair also from the lower or the upper two float32
#define VFADDD(m, n, d) WORD $(0x4E60D400 | (m)<<16 | (n)<<5 | (d)) // fadd vd.2d, vn.2d, vm.2d
#define VFMULD(m, n, d) WORD $(0x6E60DC00 | (m)<<16 | (n)<<5 | (d)) // fmul vd.2d, vn.2d, vm.2d
#define VFCVTL(n, d)    WORD $(0x0E617800 | (n)<<5 | (d))           // fcvtl vd.2d, vn.2s
#define VFCVTL2(n, d)   WORD $(0x4E617800 | (n)<<5 | (d))           // fcvtl2 vd.2d, vn.4s

// a vector or a float at the address x[n] + x[m]
#define VLDR(m, n, d)  WORD $(0x3CE06800 | (m)<<16 | (n)<<5 | (d)) // ldr qd, [xn, xm]
#define VSTR(m, n, d)  WORD $(0x3CA06800 | (m)<<16 | (n)<<5 | (d)) // str qd, [xn, xm]
#define VLDRS(m, n, d) WORD $(0xBC606800 | (m)<<16 | (n)<<5 | (d)) // ldr sd, [xn, xm]
#define VSTRS(m, n, d) WORD $(0xBC206800 | (m)<<16 | (n)<<5 | (d)) // str sd, [xn, xm]

// VFMLA, VAND, VBIT and VBIF of Go, with numbers
#define VFMA(m, n, d)       WORD $(0x4E20CC00 | (m)<<16 | (n)<<5 | (d)) // fmla vd.4s, vn.4s, vm.4s
#define VMASK(m, n, d)      WORD $(0x4E201C00 | (m)<<16 | (n)<<5 | (d)) // and vd.16b, vn.16b, vm.16b
#define VINSERT(m, n, d)    WORD $(0x6EA01C00 | (m)<<16 | (n)<<5 | (d)) // bit vd.16b, vn.16b, vm.16b
#define VINSERTNOT(m, n, d) WORD $(0x6EE01C00 | (m)<<16 | (n)<<5 | (d)) // bif vd.16b, vn.16b, vm.16b
