package augment

import (
	"math/rand/v2"

	"tessera/internal/random"
)

// NewRand returns a generator whose whole state follows from the keys.
func NewRand(keys ...uint64) *rand.Rand { return random.New(keys...) }

// Rand returns the generator of one op on one sample in one epoch. It depends on nothing else: not on which
// samples came before, nor on who asks.
func Rand(seed, epoch, sample uint64, op int) *rand.Rand {
	return NewRand(seed, epoch, sample, uint64(op))
}
