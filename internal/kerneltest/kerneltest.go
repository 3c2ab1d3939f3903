// Package kerneltest helps to test kernels: every ISA in turn, slices with fences, sizes around a tile, data from a
// key, an error bound that follows from the arithmetic, and checksums of bits.
package kerneltest

import (
	"fmt"
	"hash/fnv"
	"math"
	"testing"

	"tessera/internal/random"
	"tessera/kernels"
)

// EachISA runs test once for every instruction set of this processor, as a subtest named after it.
func EachISA(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	if err := kernels.EnvError(); err != nil {
		t.Fatal(err)
	}
	for _, isa := range kernels.Supported() {
		if isa > kernels.Active() {
			continue
		}
		t.Run(isa.String(), func(t *testing.T) {
			defer kernels.Limit(isa)()
			test(t)
		})
	}
}

// Sizes returns 1, the tile sizes themselves, one less, one more, twice, and two primes: the shapes around which
// tails go wrong.
func Sizes(tiles ...int) []int {
	seen := map[int]bool{}
	var list []int
	add := func(n int) {
		if n > 0 && !seen[n] {
			seen[n] = true
			list = append(list, n)
		}
	}
	add(1)
	for _, n := range tiles {
		add(n - 1)
		add(n)
		add(n + 1)
		add(2 * n)
	}
	add(7)
	add(37)
	return list
}

// Floats returns n numbers in [-1, 1) that depend on key alone, a few of them exactly zero.
func Floats(key uint64, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		key = random.Mix(key)
		if key%97 != 0 {
			x[i] = float32(int64(key)>>40) / (1 << 23)
		}
	}
	return x
}

// Specials are the values at which formulas break: signed zeros, denormals, extremes, infinities and NaN.
func Specials() []float32 {
	inf := float32(math.Inf(1))
	return []float32{0, float32(math.Copysign(0, -1)), 1, -1, 1e-45, -1e-45, 1.1754942e-38, 1.1754944e-38,
		-1.1754944e-38, math.MaxFloat32, -math.MaxFloat32, 87.3, -87.4, 88.7, 88.8, -103.9, -104, 1e30, -1e30,
		inf, -inf, float32(math.NaN())}
}

const fence = 64

var canary = math.Float32frombits(0x7fc0ab1e)

// A Guarded slice lies between two fences of NaN with a known payload.
type Guarded struct {
	X   []float32
	all []float32
}

// Guard copies x between fences. offset shifts the start by so many floats, to try unaligned addresses.
func Guard(x []float32, offset int) *Guarded {
	all := make([]float32, offset+fence+len(x)+fence)
	for i := range all {
		all[i] = canary
	}
	begin, end := offset+fence, offset+fence+len(x)
	copy(all[begin:], x)
	return &Guarded{X: all[begin:end:end], all: all}
}

// Check fails the test if anything wrote to a fence.
func (g *Guarded) Check(t *testing.T) {
	t.Helper()
	begin := len(g.all) - fence - len(g.X)
	for i, v := range g.all {
		if (i < begin || i >= begin+len(g.X)) && math.Float32bits(v) != math.Float32bits(canary) {
			t.Fatalf("fence broken at %d of a slice of %d", i-begin, len(g.X))
		}
	}
}

// Equal fails the test unless got and want have the same bits; all NaN count as equal.
func Equal(t *testing.T, want, got []float32) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%d numbers, want %d", len(got), len(want))
	}
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(got[i]) && !(want[i] != want[i] && got[i] != got[i]) {
			t.Fatalf("[%d] of %d: %v (%08x), want %v (%08x)", i, len(want),
				got[i], math.Float32bits(got[i]), want[i], math.Float32bits(want[i]))
		}
	}
}

// Near fails the test unless every got[i] lies within (terms+2)·2⁻²⁴·scale[i] of want[i], the bound on a float32 sum
// of so many terms whose absolute values sum to scale[i].
func Near(t *testing.T, want, scale []float64, terms int, got []float32) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%d numbers, want %d", len(got), len(want))
	}
	for i := range want {
		bound := float64(terms+2) * scale[i] / (1 << 24)
		if diff := math.Abs(float64(got[i]) - want[i]); !(diff <= bound+1e-44) {
			t.Fatalf("[%d] of %d: %v, want %v: off by %.3g, allowed %.3g", i, len(want), got[i], want[i], diff, bound)
		}
	}
}

// Checksum is a hash of the bits of all slices, for comparison with a committed one. All NaN count as one.
func Checksum(slices ...[]float32) string {
	h := fnv.New64a()
	var b [4]byte
	for _, x := range slices {
		for _, v := range x {
			u := math.Float32bits(v)
			if v != v {
				u = 0x7fc00000
			}
			b = [4]byte{byte(u), byte(u >> 8), byte(u >> 16), byte(u >> 24)}
			h.Write(b[:])
		}
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
