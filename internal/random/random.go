// Package random makes numbers that follow from keys and from nothing else, with SplitMix64 (Steele, Lea and Flood, "Fast
// Splittable Pseudorandom Number Generators", OOPSLA 2014).
package random

import "math/rand/v2"

// gamma is the step of SplitMix64: 2⁶⁴ by the golden ratio, odd.
const gamma = 0x9e3779b97f4a7c15

// Mix returns the first number SplitMix64 gives for a seed: keys that differ in a single bit become numbers that look unrelated.
func Mix(seed uint64) uint64 {
	z := seed + gamma
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// At returns number i that SplitMix64 gives for a seed, counted from 0.
func At(seed uint64, i int) uint64 { return Mix(seed + uint64(i)*gamma) }

// Hash mixes keys, in order, to one number.
func Hash(keys ...uint64) uint64 {
	var h uint64
	for _, k := range keys {
		h = Mix(h ^ k)
	}
	return h
}

// New returns a PCG generator whose whole state follows from the keys.
func New(keys ...uint64) *rand.Rand {
	k := Hash(keys...)
	return rand.New(rand.NewPCG(k, Mix(k)))
}
