package augment

import (
	"math"
	"slices"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

// A tap is one weight of a filter, on the sample dy rows below and dx pixels right of its middle.
type tap struct {
	dy, dx int
	weight float64
}

// A filter is a brush that replaces each sample by a weighted sum of samples of its channel around it, rounded. Beyond
// its edges the picture is mirrored about its outermost pixels (OpenCV: filter2D, BORDER_REFLECT_101). Where there
// are weights across, rows are summed with those first, and rounded.
type filter struct {
	across, taps fixedTaps
}

// newFilter returns a filter of these taps.
func newFilter(taps []tap) filter { return filter{taps: fix(taps)} }

// separable returns the filter that sums with the same weights, of odd number, across and down.
func separable(weights []float64) filter {
	across, down := make([]tap, len(weights)), make([]tap, len(weights))
	for i, w := range weights {
		at := i - len(weights)/2
		across[i], down[i] = tap{0, at, w}, tap{at, 0, w}
	}
	return filter{fix(across), fix(down)}
}

// boxFilter returns the filter that takes the mean of k×k samples, k odd.
func boxFilter(k int) filter {
	f := separable(slices.Repeat([]float64{1 / float64(k)}, k))
	f.across.mean, f.taps.mean = k <= 15, k <= 15 // what the kernel takes; its means are those of the weights
	return f
}

// windowTaps returns the taps of a k×k window, row by row, without those that are 0.
func windowTaps(window []float64) (taps []tap) {
	k := int(math.Sqrt(float64(len(window))))
	for i, w := range window {
		if w != 0 {
			taps = append(taps, tap{i/k - k/2, i%k - k/2, w})
		}
	}
	return taps
}

// fixedTaps are taps with weights in fixed point, as kernels.ByteTaps takes them.
type fixedTaps struct {
	at      []tap
	weights []int16
	shift   int
	ry, rx  int  // how far the taps reach
	mean    bool // all weights are the same, and few
}

// sum computes the weighted sums of rows, one for each tap.
func (f *fixedTaps) sum(rows [][]uint8, y []uint8) {
	if f.mean {
		kernels.ByteMean(rows, y)
	} else {
		kernels.ByteTaps(f.shift, f.weights, rows, y)
	}
}

// fix chooses the finest weights that 16 bits, and 32 bits of the sum, can hold. What rounding takes from one weight
// goes to the next, so that their sum is exact and flat areas stay as they are.
func fix(taps []tap) fixedTaps {
	var largest, all float64
	f := fixedTaps{at: taps, weights: make([]int16, len(taps)), shift: 22}
	for _, t := range taps {
		largest, all = max(largest, math.Abs(t.weight)), all+math.Abs(t.weight)
		f.ry, f.rx = max(f.ry, t.dy, -t.dy), max(f.rx, t.dx, -t.dx)
	}
	scale := math.Ldexp(1, f.shift)
	for f.shift > 1 && (largest*scale > 32766 || all*scale > 1<<23-1<<10) {
		f.shift--
		scale /= 2
	}
	var exact, rounded float64
	for k, t := range taps {
		exact += float64(t.weight * scale)
		w := math.Floor(exact + 0.5 - rounded)
		rounded += w
		f.weights[k] = int16(w)
	}
	return f
}

func (f filter) stroke(dst, src *raster.Image) {
	rx := max(f.across.rx, f.taps.rx)
	ring := newRing(src, f.taps.ry, rx, mirror)
	across := make([][]uint8, len(f.across.at))
	rows := make([][]uint8, len(f.taps.at))
	n := src.W * src.C
	line := make([]uint8, n+2*rx*src.C)
	for k, t := range f.across.at {
		across[k] = line[(rx+t.dx)*src.C:][:n]
	}
	for y := range src.H {
		for ring.next <= min(y+f.taps.ry, src.H-1) {
			if len(across) == 0 {
				ring.load()
				continue
			}
			ring.fill(line)
			f.across.sum(across, ring.take()[rx*src.C:][:n]) // what comes then does not look aside
		}
		for k, t := range f.taps.at {
			rows[k] = ring.row(y + t.dy)[(rx+t.dx)*src.C:][:n]
		}
		f.taps.sum(rows, dst.Pix8[y*n:][:n])
	}
}

// A ring keeps copies of the last rows of a picture, with rx pixels on either side, so that a brush may write to the
// picture it reads.
type ring struct {
	src    *raster.Image
	ry, rx int
	edge   func(i, n int) int
	rows   [][]uint8
	next   int // the row that load copies
}

func newRing(src *raster.Image, ry, rx int, edge func(i, n int) int) *ring {
	r := &ring{src: src, ry: ry, rx: rx, edge: edge, rows: make([][]uint8, 2*ry+1)}
	n := (src.W + 2*rx) * src.C
	all := make([]uint8, n*len(r.rows))
	for i := range r.rows {
		r.rows[i] = all[i*n:][:n:n]
	}
	return r
}

// take returns the memory of the next row.
func (r *ring) take() []uint8 {
	row := r.rows[r.next%len(r.rows)]
	r.next++
	return row
}

// fill copies the next row and fills its sides.
func (r *ring) fill(row []uint8) {
	c, w := r.src.C, r.src.W
	s := r.src.Pix8[r.next*w*c:][:w*c]
	copy(row[r.rx*c:], s)
	for i := range r.rx {
		copy(row[i*c:][:c], s[r.edge(i-r.rx, w)*c:])
		copy(row[(r.rx+w+i)*c:][:c], s[r.edge(w+i, w)*c:])
	}
}

// load copies the next row to its memory.
func (r *ring) load() {
	r.fill(r.rows[r.next%len(r.rows)])
	r.next++
}

// row returns the row at y, or what stands for it beyond the picture.
func (r *ring) row(y int) []uint8 { return r.rows[r.edge(y, r.src.H)%len(r.rows)] }

// mirror takes an index beyond 0..n−1 back, about the first and the last of them.
func mirror(i, n int) int {
	if n == 1 {
		return 0
	}
	for i < 0 || i >= n {
		if i < 0 {
			i = -i
		} else {
			i = 2*(n-1) - i
		}
	}
	return i
}

// nearest takes an index beyond 0..n−1 to the first or the last of them.
func nearest(i, n int) int { return min(max(i, 0), n-1) }
