package raster

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// RLE is how competitions write a region as text: pairs of the number of a pixel and how many from it on are inside,
// all separated by spaces ("12 3 20 1").
type RLE struct {
	Order Order
	Base  int // number of the first pixel: 0 or 1

	// Empty are the words beside "" that say that nothing is inside, such as "-", "-1" or "-1 -1". The first is written;
	// without any, that is "".
	Empty []string
}

// IsEmpty tells whether a text says that nothing is inside.
func (f RLE) IsEmpty(text string) bool {
	text = strings.Join(strings.Fields(text), " ")
	return text == "" || slices.Contains(f.Empty, text)
}

// Parse reads a region of an h×w picture.
//
// Errors: what is no number, an odd count of them, a start before the first pixel, a length below 1, a run that leaves
// the picture, and one that begins before its predecessor ended. They name the pair, from 1.
func (f RLE) Parse(text string, h, w int) (Runs, error) {
	r := Runs{H: h, W: w, Order: f.Order}
	if f.IsEmpty(text) {
		r.add(h*w, false)
		return r, nil
	}
	words := strings.Fields(text)
	if len(words)%2 != 0 {
		return Runs{}, fmt.Errorf("run-lengths: %d numbers; allowed: pairs of start and length%s",
			len(words), f.words())
	}
	end := 0 // of the runs so far, from 0
	for k := 0; k < len(words); k += 2 {
		start, n, err := f.pair(words[k], words[k+1], h, w)
		if err == nil && start < end {
			err = fmt.Errorf("overlaps the one before, which ends at %d, or is out of order", end-1+f.Base)
		}
		if err != nil {
			return Runs{}, fmt.Errorf("run-lengths: run %d (%q): %w", k/2+1, words[k]+" "+words[k+1], err)
		}
		r.add(start-end, false)
		r.add(n, true)
		end = start + n
	}
	r.add(h*w-end, false)
	return r, nil
}

// pair reads a run; start counts from 0.
func (f RLE) pair(first, length string, h, w int) (start, n int, err error) {
	if start, err = strconv.Atoi(first); err != nil {
		return 0, 0, fmt.Errorf("%q is no whole number", first)
	}
	if n, err = strconv.Atoi(length); err != nil {
		return 0, 0, fmt.Errorf("%q is no whole number", length)
	}
	start -= f.Base
	switch {
	case start < 0:
		return 0, 0, fmt.Errorf("starts before pixel %d, the first", f.Base)
	case n < 1:
		return 0, 0, fmt.Errorf("has a length of %d; allowed: 1 or more", n)
	case start >= h*w || n > h*w-start:
		return 0, 0, fmt.Errorf("leaves the picture; allowed: pixels %d to %d of %d×%d", f.Base, h*w-1+f.Base, h, w)
	}
	return start, n, nil
}

// words says what stands for an empty region, for errors.
func (f RLE) words() string {
	if len(f.Empty) == 0 {
		return ", or nothing for an empty mask"
	}
	return fmt.Sprintf(", or nothing or one of %q for an empty mask", f.Empty)
}

// Text returns a region as Parse reads it. It panics if the region's pixels are numbered in another order.
func (f RLE) Text(r Runs) string {
	if r.Order != f.Order {
		panic(fmt.Sprintf("raster: RLE.Text: runs by %s as a text by %s", r.Order, f.Order))
	}
	var b []byte
	start := 0
	for k, n := range r.Counts {
		if k%2 == 1 {
			if len(b) > 0 {
				b = append(b, ' ')
			}
			b = strconv.AppendInt(b, int64(start+f.Base), 10)
			b = append(b, ' ')
			b = strconv.AppendInt(b, int64(n), 10)
		}
		start += n
	}
	if len(b) == 0 && len(f.Empty) > 0 {
		return f.Empty[0]
	}
	return string(b)
}
