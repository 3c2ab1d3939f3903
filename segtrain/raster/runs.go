package raster

import (
	"errors"
	"fmt"
)

// Order is how the pixels of a picture are numbered.
type Order string

const (
	ColumnMajor Order = "columns" // down each column, then to the next: Kaggle, COCO
	RowMajor    Order = "rows"    // along each row, then to the next: Dacon
)

// Runs is a region of an H×W picture: how many pixels in Order lie outside of it, then inside, then outside and so
// on. Only the first count may be 0, and the counts sum to H·W. This is the "counts" of COCO's run-lengths.
type Runs struct {
	H, W   int
	Order  Order
	Counts []int
}

// RunsOf returns the pixels of a mask that have a class.
func RunsOf(m *Mask, class uint8, order Order) Runs {
	r := Runs{H: m.H, W: m.W, Order: order}
	count, inside := 0, false
	for i := range m.Pix {
		if (m.Pix[order.index(i, m.H, m.W)] == class) != inside {
			r.Counts, count, inside = append(r.Counts, count), 0, !inside
		}
		count++
	}
	if count > 0 {
		r.Counts = append(r.Counts, count)
	}
	return r
}

// index returns the row-major index of the i-th pixel.
func (o Order) index(i, h, w int) int {
	if o == RowMajor {
		return i
	}
	return i%h*w + i/h
}

// Area is the number of pixels inside.
func (r Runs) Area() int {
	n := 0
	for i := 1; i < len(r.Counts); i += 2 {
		n += r.Counts[i]
	}
	return n
}

// Paint gives the pixels inside a class. It panics if the mask has another size, or fewer pixels than Runs counts.
func (r Runs) Paint(m *Mask, class uint8) {
	if m.H != r.H || m.W != r.W {
		panic(fmt.Sprintf("raster: Runs.Paint: runs of %d×%d on a mask of %d×%d", r.H, r.W, m.H, m.W))
	}
	first := 0
	for k, n := range r.Counts {
		if k%2 == 1 {
			r.paint(m, first, n, class)
		}
		first += n
	}
}

// paint gives n pixels a class, from the first-th on.
func (r Runs) paint(m *Mask, first, n int, class uint8) {
	if r.Order == RowMajor {
		for i := first; i < first+n; i++ {
			m.Pix[i] = class
		}
		return
	}
	y, x := first%r.H, first/r.H
	for range n {
		m.Pix[y*r.W+x] = class
		if y++; y == r.H {
			y, x = 0, x+1
		}
	}
}

// Union returns the pixels that lie in either region. It panics if sizes or orders differ.
func (r Runs) Union(s Runs) Runs {
	if r.H != s.H || r.W != s.W || r.Order != s.Order {
		panic(fmt.Sprintf("raster: Runs.Union: %d×%d by %s and %d×%d by %s", r.H, r.W, r.Order, s.H, s.W, s.Order))
	}
	out := Runs{H: r.H, W: r.W, Order: r.Order}
	a, b := reader{counts: r.Counts}, reader{counts: s.Counts}
	for left := r.H * r.W; left > 0; {
		n := min(a.left(), b.left(), left)
		out.add(n, a.inside() || b.inside())
		a.take(n)
		b.take(n)
		left -= n
	}
	return out
}

// add appends n pixels inside or outside.
func (r *Runs) add(n int, inside bool) {
	if n == 0 {
		return
	}
	if len(r.Counts) == 0 {
		r.Counts = append(r.Counts, 0)
	}
	if (len(r.Counts)%2 == 0) != inside {
		r.Counts = append(r.Counts, 0)
	}
	r.Counts[len(r.Counts)-1] += n
}

// A reader goes along counts. Past their end everything is outside.
type reader struct {
	counts []int
	k      int // of the count that is being read
	used   int // of it
}

func (r *reader) inside() bool { return r.k%2 == 1 && r.k < len(r.counts) }

// left returns how many pixels are left of the count, after those that are used up.
func (r *reader) left() int {
	for r.k < len(r.counts) && r.used == r.counts[r.k] {
		r.k, r.used = r.k+1, 0
	}
	if r.k == len(r.counts) {
		return maxSamples
	}
	return r.counts[r.k] - r.used
}

func (r *reader) take(n int) { r.used += n }

// NewRuns returns runs by counts, as a COCO file has them uncompressed.
//
// Errors: a size without pixels, a negative count, counts that do not sum to h·w.
func NewRuns(h, w int, order Order, counts []int) (Runs, error) {
	if h < 1 || w < 1 || w > maxSamples/h {
		return Runs{}, fmt.Errorf("run-lengths of %d×%d pixels; allowed: 1 to %d pixels", h, w, maxSamples)
	}
	sum := 0
	r := Runs{H: h, W: w, Order: order}
	for k, n := range counts {
		if n < 0 {
			return Runs{}, fmt.Errorf("count %d is negative: %d", k+1, n)
		}
		if n > h*w-sum {
			return Runs{}, fmt.Errorf("count %d leaves the picture: the first %d counts sum to more than %d×%d = %d pixels",
				k+1, k+1, h, w, h*w)
		}
		sum += n
		r.add(n, k%2 == 1)
	}
	if sum != h*w {
		return Runs{}, fmt.Errorf("counts sum to %d, but %d×%d pixels are %d", sum, h, w, h*w)
	}
	return r, nil
}

// ParseCOCO reads COCO's compressed counts, column-major: the counts, from the fourth on as differences from the count
// two before, in groups of five bits, the lowest first, each a character from '0' on whose sixth bit says that more
// follow (Lin et al., "Microsoft COCO", 2014; maskApi.c of its API).
//
// Errors: those of NewRuns, a character that is none of the code, and a text that ends within a count.
func ParseCOCO(text string, h, w int) (Runs, error) {
	var counts []int
	for i := 0; i < len(text); {
		n, used, err := parseCount(text[i:])
		if err != nil {
			return Runs{}, fmt.Errorf("compressed counts, at character %d: %w", i+used+1, err)
		}
		i += used
		if k := len(counts); k > 2 {
			n += counts[k-2]
		}
		counts = append(counts, n)
	}
	return NewRuns(h, w, ColumnMajor, counts)
}

// parseCount reads one count and returns the characters it took.
func parseCount(text string) (n, used int, err error) {
	for shift := 0; ; shift += 5 {
		if used == len(text) {
			return 0, used, errors.New("the text ends within a count")
		}
		c := int(text[used]) - '0'
		if c < 0 || c > 63 || shift > 35 {
			return 0, used, fmt.Errorf("%q cannot be here; allowed: '0' to 'o', at most eight in a count", text[used])
		}
		used++
		n |= c & 31 << shift
		if c&32 != 0 {
			continue
		}
		if c&16 != 0 {
			n |= -1 << (shift + 5)
		}
		return n, used, nil
	}
}

// COCO returns the counts in COCO's compressed form: see ParseCOCO. It panics unless the order is ColumnMajor.
func (r Runs) COCO() string {
	if r.Order != ColumnMajor {
		panic("raster: Runs.COCO: COCO numbers pixels by columns, not by " + string(r.Order))
	}
	var text []byte
	for k, n := range r.Counts {
		if k > 2 {
			n -= r.Counts[k-2]
		}
		for more := true; more; {
			c := n & 31
			n >>= 5
			if more = n != 0 && c&16 == 0 || n != -1 && c&16 != 0; more {
				c |= 32
			}
			text = append(text, byte(c+'0'))
		}
	}
	return string(text)
}
