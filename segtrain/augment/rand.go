package augment

import "math/rand/v2"

// Mix hashes keys, in order, to 64 bits that look unrelated for keys that differ in a single bit.
// Each round is the output function of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
// generators", OOPSLA 2014), so Mix(s) is the first number SplitMix64 gives for the seed s.
func Mix(keys ...uint64) uint64 {
	var h uint64
	for _, k := range keys {
		h ^= k
		h += 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// NewRand returns a PCG generator whose whole state follows from the keys.
func NewRand(keys ...uint64) *rand.Rand {
	k := Mix(keys...)
	return rand.New(rand.NewPCG(k, Mix(k)))
}

// Rand returns the generator of one op on one sample in one epoch. It depends on nothing else: not on which
// samples came before, nor on who asks.
func Rand(seed, epoch, sample uint64, op int) *rand.Rand {
	return NewRand(seed, epoch, sample, uint64(op))
}
