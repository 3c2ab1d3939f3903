//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "dwconv_neon_arm64.h"

// Four channels at a time.

#define LOAD(base, index, d) VLDR(index, base, d)
#define STORE(base, index, d) VSTR(index, base, d)

// func dwApply4NEON(a *dwArgs)
TEXT ·dwApply4NEON(SB), NOSPLIT, $0-8
	APPLY

// func dwWeight1x1By4NEON(a *dwArgs)
TEXT ·dwWeight1x1By4NEON(SB), NOSPLIT, $0-8
	WEIGHT_1x1

// func dwWeight3x3By4NEON(a *dwArgs)
TEXT ·dwWeight3x3By4NEON(SB), NOSPLIT, $0-8
	WEIGHT_3x3

// func dwWeight5x5By4NEON(a *dwArgs)
TEXT ·dwWeight5x5By4NEON(SB), NOSPLIT, $0-8
	WEIGHT_5x5

// One channel, in lane 0.

#undef LOAD
#undef STORE
#define LOAD(base, index, d) VLDRS(index, base, d)
#define STORE(base, index, d) VSTRS(index, base, d)

// func dwApply1NEON(a *dwArgs)
TEXT ·dwApply1NEON(SB), NOSPLIT, $0-8
	APPLY

// func dwWeight1x1By1NEON(a *dwArgs)
TEXT ·dwWeight1x1By1NEON(SB), NOSPLIT, $0-8
	WEIGHT_1x1

// func dwWeight3x3By1NEON(a *dwArgs)
TEXT ·dwWeight3x3By1NEON(SB), NOSPLIT, $0-8
	WEIGHT_3x3

// func dwWeight5x5By1NEON(a *dwArgs)
TEXT ·dwWeight5x5By1NEON(SB), NOSPLIT, $0-8
	WEIGHT_5x5
