package tensor

import "fmt"

// Align is the alignment of an arena's slices in floats: a cache line.
const Align = 16

// An Arena is one block of memory outside the garbage-collected heap (on Linux, in huge pages where the system has
// them) that a tape cuts into the buffers of a step. Whoever made it must Free it.
type Arena struct {
	floats []float32
	free   func()
}

// NewArena returns an arena of so many floats, zeroed. It fails if the system has no such memory.
func NewArena(floats int) (*Arena, error) {
	floats = max(floats, Align)
	block, free, err := mapFloats(floats)
	if err != nil {
		return nil, fmt.Errorf("memory of %d MB for a step: %w", floats>>18, err)
	}
	return &Arena{block, free}, nil
}

// Floats returns n floats from offset on.
func (a *Arena) Floats(offset, n int) []float32 { return a.floats[offset : offset+n : offset+n] }

// Bytes returns the size of the arena.
func (a *Arena) Bytes() int64 { return int64(len(a.floats)) * 4 }

// Free gives the memory back. Slices of the arena must not be used after it.
func (a *Arena) Free() {
	if a.free != nil {
		a.free()
	}
	a.floats, a.free = nil, nil
}

// HugePages asks the system to keep slices that live long, such as weights, in huge pages, as far as they lie beside each other: a
// step passes over all of them several times. It is a wish, which systems without huge pages ignore.
func HugePages(slices ...[]float32) { advise(slices) }
