package split

import "math/rand/v2"

// The purposes that random numbers are drawn for, so that no two share a stream.
const (
	keyHoldOut = 0x686f6c646f757400 + iota // as package data has drawn it ever since
	_
	keyFolds
	keyOrder
	keySwaps
)

// newRand returns a generator whose whole state follows from the keys. It is augment.NewRand, which is above this
// package: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014).
func newRand(keys ...uint64) *rand.Rand {
	k := mix(keys...)
	return rand.New(rand.NewPCG(k, mix(k)))
}

func mix(keys ...uint64) uint64 {
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

// keyed returns a generator for a purpose; keys are the seed and, from the second on, the repeat.
func keyed(purpose uint64, keys []uint64) *rand.Rand {
	return newRand(append([]uint64{purpose}, keys...)...)
}
