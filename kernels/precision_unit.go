package kernels

// Unit says what computes the products of bfloat16 numbers here.
type Unit struct {
	ISA      ISA    // the kernel's: AMX is a matrix unit, what is below it imitates one, to the last bit
	Reason   string // why there is no matrix unit in use where the processor has one
	Slowness int    // how many times slower than in float32 the products are, about; 0 for faster
}

// Bfloat16Unit returns what multiplies in BFloat16 and BFloat16x3.
func Bfloat16Unit() Unit {
	u := Unit{ISA: dot16Blocks.isa}
	switch {
	case u.ISA == AMX:
		return u
	case tilesRefused != "":
		u.Reason = tilesRefused
	case supported[AMX]:
		u.Reason = "SEGTRAIN_ISA=" + active.String() + " leaves AMX out"
	}
	u.Slowness = 2
	if u.ISA < AVX512 {
		u.Slowness = 50
	}
	return u
}

// tilesRefused is why a processor that has AMX may not use it; empty otherwise.
var tilesRefused string
