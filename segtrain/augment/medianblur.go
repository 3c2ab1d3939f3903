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

// medians sorts the k² shifted copies of a row, sample by sample, as far as their middle needs it.
type medians struct {
	k       int
	network []exchange
}

// exchange puts two wires of a sorting network in order.
type exchange struct{ low, high int }

var medianNetworks = map[int][]exchange{3: medianNetwork(9), 5: medianNetwork(25), 7: medianNetwork(49)}

// medianNetwork returns what Batcher's odd-even merge sort (AFIPS 1968) of n wires has to do for the middle one: wires
// beyond n hold what is larger than all, and need no exchange.
func medianNetwork(n int) []exchange {
	size := 1
	for size < n {
		size *= 2
	}
	var all []exchange
	for p := 1; p < size; p *= 2 {
		for k := p; k >= 1; k /= 2 {
			for j := k % p; j+k < size; j += 2 * k {
				for i := range k {
					low, high := i+j, i+j+k
					if low/(2*p) == high/(2*p) && high < n {
						all = append(all, exchange{low, high})
					}
				}
			}
		}
	}
	needed := map[int]bool{n / 2: true}
	var network []exchange
	for i := len(all) - 1; i >= 0; i-- {
		if e := all[i]; needed[e.low] || needed[e.high] {
			needed[e.low], needed[e.high] = true, true
			network = append(network, e)
		}
	}
	slices.Reverse(network)
	return network
}

func (b medians) stroke(dst, src *raster.Image) {
	r := b.k / 2
	ring := newRing(src, r, r, nearest)
	n := src.W * src.C
	wires := make([][]uint8, b.k*b.k)
	for i := range wires {
		wires[i] = make([]uint8, n)
	}
	for y := range src.H {
		for ring.next <= min(y+r, src.H-1) {
			ring.load()
		}
		for i := range wires {
			copy(wires[i], ring.row(y + i/b.k - r)[i%b.k*src.C:])
		}
		for _, e := range b.network {
			kernels.ByteExchange(wires[e.low], wires[e.high])
		}
		copy(dst.Pix8[y*n:], wires[len(wires)/2])
	}
}
