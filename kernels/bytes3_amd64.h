// Reads 64 pixels at SI into planes: r, g and b; R8 are the places, Z29 to Z31 hold them, K1 to K3 what is late.
// Z0 to Z2 are overwritten.
#define PLANES_READY(places, late) \
	VMOVDQU64 (places), Z29; \
	VMOVDQU64 64(places), Z30; \
	VMOVDQU64 128(places), Z31; \
	KMOVQ (late), K1; \
	KMOVQ 8(late), K2; \
	KMOVQ 16(late), K3

#define PLANES(r, g, b) \
	VMOVDQU64 (SI), Z0; \
	VMOVDQU64 64(SI), Z1; \
	VMOVDQU64 128(SI), Z2; \
	VMOVDQA64 Z29, r; \
	VMOVDQA64 Z30, g; \
	VMOVDQA64 Z31, b; \
	VPERMI2B Z1, Z0, r; \
	VPERMI2B Z1, Z0, g; \
	VPERMI2B Z1, Z0, b; \
	VPERMB Z2, Z29, K1, r; \
	VPERMB Z2, Z30, K2, g; \
	VPERMB Z2, Z31, K3, b
