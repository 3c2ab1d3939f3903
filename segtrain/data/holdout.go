package data

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"tessera/segtrain/augment"
)

// The purposes random keys of this package are drawn for, so that no two share a stream.
const (
	keyHoldOut = 0x686f6c646f757400 + iota
	keyShuffle
)

// HoldOut parts a manifest into training and validation records, each in the manifest's order. About fraction
// of the records are held out; a group goes whole to one side, and a record without a group stands alone. The
// choice depends on the seed and the groups (or IDs) only, not on the manifest's order.
//
// Errors: a fraction outside (0, 1), or fewer than two groups.
func HoldOut(m Manifest, fraction float64, seed uint64) (train, val Manifest, err error) {
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, fmt.Errorf("hold-out fraction must lie between 0 and 1, not %v", fraction)
	}
	sizes := map[string]int{}
	for _, r := range m {
		sizes[r.unit()]++
	}
	if len(sizes) < 2 {
		return nil, nil, fmt.Errorf(
			"cannot hold out a part of %d images in %d group(s): at least two are needed", len(m), len(sizes))
	}
	held := choose(sizes, int(math.Round(fraction*float64(len(m)))), seed)
	for _, r := range m {
		if held[r.unit()] {
			val = append(val, r)
		} else {
			train = append(train, r)
		}
	}
	return train, val, nil
}

// choose takes units in random order, each if it brings the number of records closer to want; at least one
// unit, and never all of them.
func choose(sizes map[string]int, want int, seed uint64) map[string]bool {
	units := slices.Sorted(maps.Keys(sizes))
	held := map[string]bool{}
	count := 0
	order := augment.NewRand(keyHoldOut, seed).Perm(len(units))
	for _, i := range order {
		n := sizes[units[i]]
		if len(held) < len(units)-1 && abs(count+n-want) < abs(count-want) {
			held[units[i]] = true
			count += n
		}
	}
	if len(held) == 0 {
		smallest := slices.MinFunc(order, func(a, b int) int { return sizes[units[a]] - sizes[units[b]] })
		held[units[smallest]] = true
	}
	return held
}

// unit is what a split may not part: the group, or the record itself.
func (r Record) unit() string {
	if r.Group == "" {
		return "id/" + r.ID
	}
	return "group/" + r.Group
}

func abs(n int) int { return max(n, -n) }
