// The steps of the optimizers, in the vocabulary of elem_avx2_amd64.h or elem_avx512_amd64.h; R13, R9, R10
// and R11 point to g, p, m and v. Go names the second operand of a difference or a quotient first.

// V0 = SCALE·g; V1 = m = BETA1·m + REST1·V0; V2 = v = BETA2·v + (REST2·V0)·V0
// p = KEPT·p - (RATE·V1)/(√V2/ROOT + EPS)
#define ADAMW \
	LOAD(R13, V0); \
	VMULPS SCALE, V0, V0; \
	LOAD(R10, V1); \
	VMULPS BETA1, V1, V1; \
	VMULPS REST1, V0, V3; \
	VADDPS V3, V1, V1; \
	STORE(V1, R10); \
	LOAD(R11, V2); \
	VMULPS BETA2, V2, V2; \
	VMULPS REST2, V0, V3; \
	VMULPS V0, V3, V3; \
	VADDPS V3, V2, V2; \
	STORE(V2, R11); \
	VSQRTPS V2, V2; \
	VDIVPS ROOT, V2, V2; \
	VADDPS EPS, V2, V2; \
	VMULPS RATE, V1, V1; \
	VDIVPS V2, V1, V1; \
	LOAD(R9, V0); \
	VMULPS KEPT, V0, V0; \
	VSUBPS V1, V0, V0; \
	STORE(V0, R9)

// V0 = SCALE·g + DECAY·p; V2 = v = MOMENTUM·v + V0; V2 = NESTEROV ? V0 + MOMENTUM·V2 : V2; p = p - SPEED·V2
#define MOMENTUMSTEP \
	LOAD(R13, V0); \
	LOAD(R9, V1); \
	LOAD(R11, V2); \
	VMULPS SCALE, V0, V0; \
	VMULPS DECAY, V1, V3; \
	VADDPS V3, V0, V0; \
	VMULPS MOMENTUM, V2, V2; \
	VADDPS V0, V2, V2; \
	STORE(V2, R11); \
	VMULPS MOMENTUM, V2, V3; \
	VADDPS V3, V0, V3; \
	BYSIGN(NESTEROV, V3, V2, V2); \
	VMULPS SPEED, V2, V2; \
	VSUBPS V2, V1, V1; \
	STORE(V1, R9)

// V0 = SCALE·g + DECAY·p; V1 = m = BETA1·m + REST1·V0; V2 = v = BETA2·v + (REST2·V0)·V0
// p = KEPT·p - (RATE·V1 + AHEAD·V0)/(√V2/ROOT + EPS)
#define ADAM \
	LOAD(R13, V0); \
	VMULPS SCALE, V0, V0; \
	LOAD(R9, V2); \
	VMULPS DECAY, V2, V2; \
	VADDPS V2, V0, V0; \
	LOAD(R10, V1); \
	VMULPS BETA1, V1, V1; \
	VMULPS REST1, V0, V3; \
	VADDPS V3, V1, V1; \
	STORE(V1, R10); \
	LOAD(R11, V2); \
	VMULPS BETA2, V2, V2; \
	VMULPS REST2, V0, V3; \
	VMULPS V0, V3, V3; \
	VADDPS V3, V2, V2; \
	STORE(V2, R11); \
	VSQRTPS V2, V2; \
	VDIVPS ROOT, V2, V2; \
	VADDPS EPS, V2, V2; \
	VMULPS RATE, V1, V1; \
	VMULPS AHEAD, V0, V0; \
	VADDPS V0, V1, V1; \
	VDIVPS V2, V1, V1; \
	LOAD(R9, V0); \
	VMULPS KEPT, V0, V0; \
	VSUBPS V1, V0, V0; \
	STORE(V0, R9)
