package kernels

import (
	"fmt"
	"slices"
)

var bytesMedian = newFamily("bytesMedian", bytesMedianGeneric)

// ByteMedianScratch is how many bytes of scratch ByteMedian needs.
const ByteMedianScratch = (7*7+7)*medianBlock + 7*medianSides

// ByteMedian computes y[i] as the median of x[r][i+step·c] for r and c from 0 to k−1; k, the number of rows x, is 3, 5 or 7.
// y and scratch must not overlap x.
func ByteMedian(step int, x [][]uint8, scratch, y []uint8) {
	k := len(x)
	if k != 3 && k != 5 && k != 7 || step < 1 {
		panic(fmt.Sprintf("kernels: ByteMedian: %d rows, a step of %d; allowed: 3, 5 or 7 rows, a step of 1 or more", k, step))
	}
	for _, row := range x {
		_ = row[:len(y)+(k-1)*step]
	}
	bytesMedian.fn(step, x, scratch[:ByteMedianScratch], y)
}

// exchange puts two wires of a sorting network in order.
type exchange struct{ low, high int }

// medianNetwork sorts the wires of a column, and merges sorted columns: wire i·k+j is row j of column i. The median ends
// on wire middle.
type medianNetwork struct {
	column, merge []exchange
	middle        int
}

var medianNetworks = [8]*medianNetwork{3: newMedianNetwork(3), 5: newMedianNetwork(5), 7: newMedianNetwork(7)}

// newMedianNetwork takes what it needs from Batcher's odd-even merge sort (AFIPS 1968) of a power of two of wires. Those
// that are not there would hold what is larger than all; an exchange with one of them changes names only.
func newMedianNetwork(k int) *medianNetwork {
	n := new(medianNetwork)
	size := 1 // of a column, with what is not there
	for size < k {
		size *= 2
	}
	names := make([]int, size*size)
	for i := range names {
		if names[i] = i/size*k + i%size; i/size >= k || i%size >= k {
			names[i] = -1
		}
	}
	sorted := batcher(names, 1, size)
	for _, e := range sorted {
		if e.high < k { // of the first column, which stands for all
			n.column = append(n.column, e)
		}
	}
	all := batcher(names, size, len(names))
	n.middle = names[k*k/2]
	needed := map[int]bool{n.middle: true}
	for _, e := range slices.Backward(all) {
		if needed[e.low] || needed[e.high] {
			needed[e.low], needed[e.high] = true, true
			n.merge = append(n.merge, e)
		}
	}
	slices.Reverse(n.merge)
	return n
}

// batcher returns the exchanges that merge sorted runs of length from into runs of length to, and moves names along.
func batcher(names []int, from, to int) (all []exchange) {
	for p := from; p < to; p *= 2 {
		for d := p; d >= 1; d /= 2 {
			for j := d % p; j+d < len(names); j += 2 * d {
				for i := j; i < min(j+d, len(names)-d); i++ {
					low, high := &names[i], &names[i+d]
					switch {
					case i/(2*p) != (i+d)/(2*p) || *high < 0:
					case *low < 0:
						*low, *high = *high, *low
					default:
						all = append(all, exchange{*low, *high})
					}
				}
			}
		}
	}
	return all
}
