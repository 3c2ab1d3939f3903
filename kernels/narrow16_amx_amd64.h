// Y6 = bf16 of V0 or V1, as narrow16Of rounds.

#define ROUNDING
#define NARROW0 NARROW_Z0_Y6
#define NARROW1 NARROW_Z1_Y6
