package raster

import (
	"sync"

	"tessera/kernels"
)

// Pictures of a data set have few sizes, so what follows from sizes alone is kept: it was a fifth of what a resize to half took.
var (
	downs    recent[down]
	acrosses recent[kernels.ByteAcross3]
)

// recent keeps what was made last for the sizes of an axis, before and after. What it keeps must not change any more.
type recent[T any] struct {
	lock  sync.Mutex
	sizes [8][2]int
	kept  [8]*T
	next  int
}

// of returns what make makes of two sizes.
func (r *recent[T]) of(in, out int, make func(in, out int) *T) *T {
	r.lock.Lock()
	for i, v := range r.kept {
		if v != nil && r.sizes[i] == [2]int{in, out} {
			r.lock.Unlock()
			return v
		}
	}
	r.lock.Unlock()
	v := make(in, out)
	r.lock.Lock()
	defer r.lock.Unlock()
	r.sizes[r.next], r.kept[r.next] = [2]int{in, out}, v
	r.next = (r.next + 1) % len(r.kept)
	return v
}

// A down is which rows each row of a resized picture weighs, and how, in whole numbers.
type down struct {
	taps    []wholeTap
	longest int
}

type wholeTap struct {
	first   int
	weights []int16
}

func newDown(in, out int) *down {
	taps := triangle(in, out)
	d := &down{make([]wholeTap, out), longest(taps)}
	for i, t := range taps {
		d.taps[i] = wholeTap{t.first, wholeWeights(nil, t.weights)}
	}
	return d
}

// newByteAcross3 is the same for columns, laid out for the kernel.
func newByteAcross3(in, out int) *kernels.ByteAcross3 {
	taps := triangle(in, out)
	most := longest(taps)
	groups := (most + 3) / 4
	first, all := make([]int32, out), make([]int16, (out+3)/4*groups*16)
	var weights []int16
	for x, t := range taps {
		first[x] = int32(3 * t.first)
		weights = wholeWeights(weights[:0], t.weights)
		for k, v := range weights {
			all[(x/4*groups+k/4)*16+x%4*4+k%4] = v
		}
	}
	return kernels.NewByteAcross3(most, first, all)
}
