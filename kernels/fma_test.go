package kernels

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactFMA rounds x*y + z once, by way of big.Float, which has denormal float32 too.
func exactFMA(x, y, z float32) float32 {
	sum := new(big.Float).SetPrec(1000)
	sum.Mul(big.NewFloat(float64(x)), big.NewFloat(float64(y))).Add(sum, big.NewFloat(float64(z)))
	v, _ := sum.Float32()
	return v
}

func TestFMA(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	anyFloat := func(low, high int) float32 { // of an exponent from low to high
		bits := uint32(low+rng.IntN(high-low+1))<<23 | uint32(rng.Uint64())&(1<<31|1<<23-1)
		return math.Float32frombits(bits)
	}
	short := func(bits int) float32 { return float32(rng.IntN(1<<bits)*2 + 1) }
	power := func(low, high int) float32 { return float32(math.Ldexp(1, low+rng.IntN(high-low+1))) }
	sign := func() float32 { return float32(rng.IntN(2)*2 - 1) }
	for name, draw := range map[string]func() (x, y, z float32){
		"any": func() (x, y, z float32) { return anyFloat(60, 190), anyFloat(60, 190), anyFloat(1, 254) },
		"cancels": func() (x, y, z float32) {
			x, y = anyFloat(100, 150), anyFloat(100, 150)
			return x, y, -x * y
		},
		// beside z, half a unit less too little for float64 to see, and exactly half a unit
		"midpoint": func() (x, y, z float32) {
			little := power(-23, -14)
			return 0x1p-12 * (1 + little), sign() * 0x1p-12 * (1 - little), 1 + short(22)*0x1p-23
		},
		"product": func() (x, y, z float32) { return short(11), sign() * short(12), sign() * power(-60, -20) },
		"tie":     func() (x, y, z float32) { return 0x1p-12, sign() * 0x1p-12, 1 + short(22)*0x1p-23 },
		// results among the denormals, at their midpoints and at the smallest normal
		"denormal": func() (x, y, z float32) { return anyFloat(30, 64), anyFloat(30, 64), anyFloat(0, 2) },
		"deep": func() (x, y, z float32) {
			little := power(-23, -14)
			return 0x1p-75 * (1 + little), sign() * 0x1p-75 * (1 - little), short(21) * 0x1p-149
		},
		"vanishes": func() (x, y, z float32) {
			return anyFloat(1, 50), anyFloat(1, 50), sign() * float32(rng.IntN(2)) * 0x1p-149
		},
		"overflow": func() (x, y, z float32) { return anyFloat(180, 200), anyFloat(180, 200), anyFloat(250, 254) },
	} {
		t.Run(name, func(t *testing.T) {
			for range 30000 {
				x, y, z := draw()
				got, row, want := fma(x, y, z), []float32{z}, exactFMA(x, y, z)
				if fmaRow(x, []float32{y}, row); got != want || row[0] != want {
					t.Fatalf("fma(%x, %x, %x) = %x, in a row %x, want %x", x, y, z, got, row[0], want)
				}
			}
		})
	}
}

func TestFMASpecials(t *testing.T) {
	inf, nan, zero := float32(math.Inf(1)), float32(math.NaN()), float32(0)
	negative := float32(math.Copysign(0, -1))
	for _, c := range []struct{ x, y, z, want float32 }{
		{inf, 1, 1, inf}, {inf, -1, 1, -inf}, {1, 1, -inf, -inf}, {inf, 1, -inf, nan},
		{inf, 0, 1, nan}, {1, 1, nan, nan},
		{zero, 1, negative, zero}, {zero, -1, negative, negative}, {1, 1, -1, zero},
		{0x1p-100, 0x1p-100, zero, zero}, {0x1p-100, -0x1p-100, zero, negative},
	} {
		got := fma(c.x, c.y, c.z)
		same := math.Float32bits(got) == math.Float32bits(c.want) || got != got && c.want != c.want
		if !same {
			t.Errorf("fma(%v, %v, %v) = %v, want %v", c.x, c.y, c.z, got, c.want)
		}
	}
}
