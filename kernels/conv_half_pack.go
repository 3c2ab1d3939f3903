package kernels

// halfWeights says where the weights lie that a sweep multiplies by: that of channel k of the input, seen by a tap, and of
// column j of the output is w[taps[tap]*size + k*ldk + j*ldj], or zero without such a tap. One of ldk and ldj is 1.
type halfWeights struct {
	w        []float32
	taps     []int
	size     int // weights of a tap
	c        int // channels of the input
	ldk, ldj int
}

// panels returns the number of panels of n columns.
func (h *halfSweep) panels(n int) int { return (n + dotCols - 1) / dotCols }

// packFloats is how many floats a panel takes, beside its weights, while it is packed: a block, and half of it rounded.
const packFloats = dotK*dotCols + dotK*dotCols/2

// packed returns the floats that the packed weights of n columns take.
func (h *halfSweep) packed(n int) int { return h.packedWeights(n) + h.panels(n)*packFloats }

func (h *halfSweep) packedWeights(n int) int {
	return h.parts * h.depth * ((n-1)/dotCols*dotCols + dotWidth((n-1)%dotCols+1)) / 2
}

// pack writes a panel of the weights of n columns; klen is the length of a segment.
func (h *halfSweep) pack(panel, n, klen int, from halfWeights, packed []float32) {
	column := panel * dotCols
	width := dotWidth(min(dotCols, n-column))
	to := halves(packed)[h.parts*h.depth*column:][:h.parts*h.depth*width]
	hi, lo := to[:h.depth*width], to[h.depth*width:]
	spare := packed[h.packedWeights(n)+panel*packFloats:][:packFloats]
	block, both := spare[:dotK*width], halves(spare[dotK*dotCols:])
	perSeg := (klen + dotK - 1) / dotK * dotK
	for at := 0; at < h.depth; at += dotK {
		if from.pairs(at%perSeg+at/perSeg*klen, klen-at%perSeg, column, width, n, hi[at*width:], lo[min(at*width, len(lo)):]) {
			continue
		}
		clear(block)
		from.block(at%perSeg+at/perSeg*klen, min(dotK, klen-at%perSeg), column, min(width, n-column), width, block)
		from.round(width, block, both, hi[at*width:][:len(block)], lo[min(at*width, len(lo)):min((at+dotK)*width, len(lo))])
	}
}

// pairs rounds a block of 32 rows where they lie, if all of them and of its columns are there, one after the other.
func (f halfWeights) pairs(first, left, column, width, n int, hi, lo []uint16) bool {
	tap, i := first/f.c, first%f.c
	if f.ldj != 1 || left < dotK || i+dotK > f.c || tap >= len(f.taps) || column+width > n {
		return false
	}
	bf16.fn.pair(dotK/2, width, f.ldk, f.w[f.taps[tap]*f.size+i*f.ldk+column:], hi[:dotK*width], lo[:min(dotK*width, len(lo))])
	return true
}

// block copies the weights of count channels, first of all taps', and of cols columns: as they lie, rows of width columns or
// of 32 channels.
func (f halfWeights) block(first, count, column, cols, width int, to []float32) {
	for k := 0; k < count; {
		tap, i := (first+k)/f.c, (first+k)%f.c
		n := min(count-k, f.c-i)
		if tap < len(f.taps) {
			w := f.w[f.taps[tap]*f.size+i*f.ldk+column*f.ldj:]
			if f.ldj == 1 {
				for r := range n {
					copy(to[(k+r)*width:][:cols], w[r*f.ldk:])
				}
			} else {
				for j := range cols {
					copy(to[j*dotK+k:][:n], w[j*f.ldj:])
				}
			}
		}
		k += n
	}
}

// round writes a block of 32 rows as pairs, by way of both.
func (f halfWeights) round(width int, block []float32, both, hi, lo []uint16) {
	if f.ldj == 1 {
		bf16.fn.pair(dotK/2, width, width, block, hi, lo)
		return
	}
	for j := 0; j < width; j += 16 {
		half, rest := both[:16*dotK], both[16*dotK:][:min(len(lo), 16*dotK)]
		bf16.fn.split(block[j*dotK:][:16*dotK], half, rest)
		bf16.fn.transpose(16, 16, 16, width, pairsOf(half), pairsOf(hi)[j:])
		if len(lo) > 0 {
			bf16.fn.transpose(16, 16, 16, width, pairsOf(rest), pairsOf(lo)[j:])
		}
	}
}
