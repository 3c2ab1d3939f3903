package kernels

import "math"

// The digits that SortDescending sorts by, the lowest first.
const (
	sortBits   = 11
	sortDigits = 3
	sortMask   = 1<<sortBits - 1
)

// SortDescending sorts keys, none of which is negative, from the largest to the smallest, and order along with them; ties
// stay as they are. scratch is twice as long as keys. It is plain Go, so a call may take milliseconds.
//
// The bits of floats that are not negative, as integers, are in the order of the floats: digit by digit from the lowest,
// each pass counts how many keys have which digit and then moves them to their places.
func SortDescending(keys, order, scratch []uint32) {
	n := len(keys)
	order, scratch = order[:n], scratch[:2*n]
	var counts [sortDigits][sortMask + 1]uint32
	for _, k := range keys {
		for d := range counts {
			counts[d][^k>>(d*sortBits)&sortMask]++
		}
	}
	otherKeys, otherOrder := scratch[:n], scratch[n:]
	for d := range counts {
		places := &counts[d]
		next := uint32(0)
		for digit, count := range places {
			places[digit] = next
			next += count
		}
		for i, k := range keys {
			place := &places[^k>>(d*sortBits)&sortMask]
			otherKeys[*place], otherOrder[*place] = k, order[i]
			*place++
		}
		keys, otherKeys, order, otherOrder = otherKeys, keys, otherOrder, order
	}
	copy(otherKeys, keys) // after an odd number of passes
	copy(otherOrder, order)
}

// SortKey returns what SortDescending sorts x ≥ 0 by: its bits.
func SortKey(x float32) uint32 { return math.Float32bits(x) }

// NthLargest returns the n-th largest of keys, counted from 1, and how many that are equal to it are among the n largest.
// n is from 1 to their number.
func NthLargest(keys []uint32, n int) (key uint32, ties int) {
	known, left := uint32(0), uint32(n)
	for d := sortDigits - 1; d >= 0; d-- {
		var counts [sortMask + 1]uint32
		shift := d * sortBits
		for _, k := range keys {
			if d == sortDigits-1 || k>>(shift+sortBits) == known {
				counts[k>>shift&sortMask]++
			}
		}
		digit := sortMask
		for ; counts[digit] < left; digit-- {
			left -= counts[digit]
		}
		known = known<<sortBits | uint32(digit)
	}
	return known, int(left)
}
