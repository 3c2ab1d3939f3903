package survey

import (
	"cmp"
	"slices"

	"tessera/segtrain/raster"
)

// Examples returns up to n images that show a class, from the one it takes the largest share of to the one it takes the
// least of.
func (s *Survey) Examples(class, n int) []Place {
	type example struct {
		look  *look
		share float64
	}
	var list []example
	for i := range s.looks {
		if l := &s.looks[i]; l.labelled && l.pixels[class] > 0 {
			list = append(list, example{l, float64(l.pixels[class]) / float64(l.h*l.w)})
		}
	}
	slices.SortStableFunc(list, func(a, b example) int { return cmp.Compare(b.share, a.share) })
	n = min(n, len(list))
	places := make([]Place, n)
	for i := range places {
		at := 0
		if n > 1 {
			at = i * (len(list) - 1) / (n - 1)
		}
		places[i] = list[at].look.place()
	}
	return places
}

// Picture reads the image of a place, and a mask that is 1 where a class is, with no side longer than side. For a class
// below 0, and where the place has no mask, that is nil.
func (s *Survey) Picture(p Place, class, side int) (*raster.Image, *raster.Mask, error) {
	r := s.Record(p)
	im, err := raster.Read(r.Image)
	if err != nil {
		return nil, nil, err
	}
	m, err := s.where(r, class, im.H, im.W)
	if err != nil {
		return nil, nil, err
	}
	if long := max(im.H, im.W); long > side {
		h, w := max(1, im.H*side/long), max(1, im.W*side/long)
		im = raster.ResizeFloat(im.Float(), h, w).Image()
		if m != nil {
			m = raster.ResizeMask(m, h, w)
		}
	}
	return im, m, nil
}
