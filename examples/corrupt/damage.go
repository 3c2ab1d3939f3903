package main

import (
	"errors"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

// present returns the classes that take at least a fiftieth of what counts, the largest first.
func (o options) present(m *raster.Mask) []uint8 {
	var counts [256]int
	all := 0
	for _, v := range m.Pix {
		if int(v) != o.ignore {
			counts[v]++
			all++
		}
	}
	var classes []uint8
	for range counts {
		best := 0
		for k, n := range counts {
			if n > counts[best] {
				best = k
			}
		}
		if counts[best] == 0 || counts[best]*50 < all {
			break
		}
		classes = append(classes, uint8(best))
		counts[best] = 0
	}
	return classes
}

// exchanged returns a mask in which two classes, drawn from those that take 2 % of it or more, have each other's names.
func (o options) exchanged(m *raster.Mask, rng *rand.Rand) (*raster.Mask, error) {
	classes := o.present(m)
	if len(classes) < 2 {
		return nil, errors.New("has a single class")
	}
	order := rng.Perm(len(classes))
	a, b := classes[order[0]], classes[order[1]]
	out := raster.NewMask(m.H, m.W)
	for i, v := range m.Pix {
		switch v {
		case a:
			v = b
		case b:
			v = a
		}
		out.Pix[i] = v
	}
	return out, nil
}

// shifted returns the mask moved by a part of its height and of its width, each up or down, left or right; what comes in is the
// edge again.
func shifted(m *raster.Mask, rng *rand.Rand, part int) *raster.Mask {
	dy, dx := m.H/part, m.W/part
	if rng.IntN(2) == 0 {
		dy = -dy
	}
	if rng.IntN(2) == 0 {
		dx = -dx
	}
	out := raster.NewMask(m.H, m.W)
	for y := range m.H {
		for x := range m.W {
			out.Pix[y*m.W+x] = m.Pix[clamp(y+dy, m.H)*m.W+clamp(x+dx, m.W)]
		}
	}
	return out
}

func clamp(i, n int) int { return max(0, min(i, n-1)) }

// erased returns a mask without one of its classes, drawn from those that take 2 % of it or more but for the largest: its pixels
// take the class of the nearest pixel in their row that is of another one.
func (o options) erased(m *raster.Mask, rng *rand.Rand) (*raster.Mask, error) {
	classes := o.present(m)
	if len(classes) < 2 {
		return nil, errors.New("has a single class")
	}
	gone := classes[1+rng.IntN(len(classes)-1)]
	out := raster.NewMask(m.H, m.W)
	for y := range m.H {
		for x := range m.W {
			out.Pix[y*m.W+x] = nearest(m.Pix[y*m.W:][:m.W], x, gone, classes[0])
		}
	}
	return out, nil
}

func nearest(row []uint8, x int, gone, otherwise uint8) uint8 {
	for d := range len(row) {
		for _, at := range []int{x - d, x + d} {
			if at >= 0 && at < len(row) && row[at] != gone {
				return row[at]
			}
		}
	}
	return otherwise
}

// patched returns a mask in which a box of a sixth of either side is of one class, drawn from those that take 2 % of the mask or more.
// At least half of the box was of other classes.
func (o options) patched(m *raster.Mask, rng *rand.Rand) (*raster.Mask, error) {
	classes := o.present(m)
	h, w := m.H/6, m.W/6
	for range 1000 {
		class := classes[rng.IntN(len(classes))]
		top, left := rng.IntN(m.H-h), rng.IntN(m.W-w)
		out, changed := &raster.Mask{H: m.H, W: m.W, Pix: append([]uint8(nil), m.Pix...)}, 0
		for y := top; y < top+h; y++ {
			for x := left; x < left+w; x++ {
				if out.Pix[y*m.W+x] != class {
					changed++
				}
				out.Pix[y*m.W+x] = class
			}
		}
		if 2*changed >= h*w {
			return out, nil
		}
	}
	return nil, errors.New("has no place for a patch")
}
