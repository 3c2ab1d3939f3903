package data

import (
	"cmp"
	"slices"

	"tessera/segtrain/augment"
)

const keySample = 0x73616d706c650000 // of the random keys of Sample

// Sample returns n records of a manifest, or all if there are no more, in its order. The choice depends on the seed and the
// IDs only, and that of fewer is part of that of more.
func Sample(m Manifest, n int, seed uint64) Manifest {
	if n >= len(m) {
		return m
	}
	var out Manifest
	chosen := Shuffled(m, seed)[:max(n, 0)]
	slices.Sort(chosen)
	for _, i := range chosen {
		out = append(out, m[i])
	}
	return out
}

// Shuffled returns the indices of a manifest in a random order that depends on the seed and the IDs only.
func Shuffled(m Manifest, seed uint64) []int {
	byID := make([]int, len(m))
	for i := range byID {
		byID[i] = i
	}
	slices.SortFunc(byID, func(a, b int) int { return cmp.Compare(m[a].ID, m[b].ID) })
	order := augment.NewRand(keySample, seed).Perm(len(m))
	for i, at := range order {
		order[i] = byID[at]
	}
	return order
}
