package split

import (
	"math/rand/v2"

	"tessera/internal/random"
)

// The purposes that random numbers are drawn for, so that no two share a stream.
const (
	keyHoldOut = 0x686f6c646f757400 + iota // as package data has drawn it ever since
	_
	keyFolds
	keyOrder
	keySwaps
)

// keyed returns a generator for a purpose; keys are the seed and, from the second on, the repeat.
func keyed(purpose uint64, keys []uint64) *rand.Rand {
	return random.New(append([]uint64{purpose}, keys...)...)
}
