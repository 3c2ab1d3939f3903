package random_test

import (
	"fmt"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/random"
)

// TestSplitMix64 has the numbers that the authors' own program prints for a seed.
func TestSplitMix64(t *testing.T) {
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431} {
		assert.Equal(t, want, random.At(1234567, i))
	}
	assert.Equal(t, random.At(1234567, 0), random.Mix(1234567))
}

func TestHash(t *testing.T) {
	assert.Equal(t, uint64(0xe220a8397b1dcdaf), random.Hash(0), "the first number of SplitMix64 for seed 0")
	assert.NotEqual(t, random.Hash(1), random.Hash(1, 0))
	assert.NotEqual(t, random.Hash(1, 2), random.Hash(2, 1))
	assert.Equal(t, random.Mix(random.Mix(3)^4), random.Hash(3, 4))
	flipped := 0
	for bit := range 64 {
		flipped += bits.OnesCount64(random.Hash(7, 1<<bit) ^ random.Hash(7, 0))
	}
	assert.InDelta(t, 32*64, flipped, 200)
}

func Example() {
	first, again := random.New(5, 17), random.New(5, 17)
	fmt.Println(first.IntN(1000) == again.IntN(1000))
	// Output: true
}
