package augment

import (
	"math/rand/v2"
	"slices"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

func init() { register("MedianBlur", MedianBlur{BlurLimit: KernelSize{3, 7}, P: 0.5}) }

// MedianBlur takes the median of a square window; beyond its edges the picture goes on with its outermost pixels
// (Albumentations: MedianBlur, without its sizes above 7).
type MedianBlur struct {
	BlurLimit KernelSize `yaml:"blur_limit"`
	P         float64    `yaml:"p"`
}

// Chance returns P.
func (t MedianBlur) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the size of the window.
func (t MedianBlur) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the size of the window. The op is a Painter.
func (t MedianBlur) Always(rng *rand.Rand, h, w int) Op {
	k := drawSize(rng, t.BlurLimit)
	return paint(h, w, medians{k, medianNetworks[k]})
}

// Validate checks the settings.
func (t MedianBlur) Validate() error {
	return firstError(checkRange("blur_limit", t.BlurLimit, 3, 7),
		checkKernel("blur_limit", t.BlurLimit),
		checkChance(t.P))
}

// medians sorts the columns of k pixels, then merges the k of them around each sample as far as the middle needs it.
type medians struct {
	k       int
	network medianNetwork
}

// exchange puts two wires of a sorting network in order.
type exchange struct{ low, high int }

// medianNetwork sorts the wires of a column, and merges sorted columns: wire i·k+j is row j of column i. The median ends
// on wire middle.
type medianNetwork struct {
	column, merge []exchange
	middle        int
}

var medianNetworks = map[int]medianNetwork{3: newMedianNetwork(3), 5: newMedianNetwork(5), 7: newMedianNetwork(7)}

// newMedianNetwork takes what it needs from Batcher's odd-even merge sort (AFIPS 1968) of a power of two of wires. Those
// that are not there would hold what is larger than all; an exchange with one of them changes names only.
func newMedianNetwork(k int) (n medianNetwork) {
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

func (b medians) stroke(dst, src *raster.Image) {
	r := b.k / 2
	ring := newRing(src, r, r, nearest)
	n := src.W * src.C
	column, wires := make([][]uint8, b.k), make([][]uint8, b.k*b.k)
	for i := range column {
		column[i] = make([]uint8, n+2*r*src.C)
	}
	for i := range wires {
		wires[i] = make([]uint8, n)
	}
	for y := range src.H {
		for ring.next <= min(y+r, src.H-1) {
			ring.load()
		}
		for i := range column {
			copy(column[i], ring.row(y+i-r))
		}
		for _, e := range b.network.column {
			kernels.ByteExchange(column[e.low], column[e.high])
		}
		for i := range wires {
			copy(wires[i], column[i%b.k][i/b.k*src.C:])
		}
		for _, e := range b.network.merge {
			kernels.ByteExchange(wires[e.low], wires[e.high])
		}
		copy(dst.Pix8[y*n:], wires[b.network.middle])
	}
}
