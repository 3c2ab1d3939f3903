package report

import (
	"fmt"

	"tessera/segtrain/raster"
)

// Changes returns the picture in dimmed grey with what a change of its mask did: green where it became right, red where it
// became wrong, yellow where it stayed wrong as another class. Pixels whose truth is ignore (-1 for none) are not marked. It
// panics if the sizes differ.
func Changes(im *raster.Image, truth, before, after *raster.Mask, ignore int) *raster.Image {
	for _, m := range []*raster.Mask{truth, before, after} {
		if m.H != im.H || m.W != im.W {
			panic(fmt.Sprintf("report: Changes: picture %d×%d and mask %d×%d", im.H, im.W, m.H, m.W))
		}
	}
	src, out := im.RGB8(), raster.NewImage(im.H, im.W, 3)
	for i, t := range truth.Pix {
		from, to := src.Pix8[3*i:][:3], out.Pix8[3*i:][:3]
		dim := uint8((int(from[0]) + 2*int(from[1]) + int(from[2])) / 8)
		to[0], to[1], to[2] = dim, dim, dim
		a, b := before.Pix[i], after.Pix[i]
		switch {
		case a == b || int(t) == ignore:
		case b == t:
			to[0], to[1], to[2] = 0, 200, 60
		case a == t:
			to[0], to[1], to[2] = 230, 30, 30
		default:
			to[0], to[1], to[2] = 220, 200, 0
		}
	}
	return out
}
