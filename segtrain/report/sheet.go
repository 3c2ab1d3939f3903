package report

import (
	"fmt"

	"tessera/segtrain/raster"
)

// sheetGap is the white space around and between the panels of a contact sheet, in pixels.
const sheetGap = 8

// ContactSheet sets panels in rows of columns on white, in 8-bit RGB. Each gets the room of the largest and
// stands in its middle. It panics without panels, or with fewer than one column.
func ContactSheet(panels []*raster.Image, columns int) *raster.Image {
	if len(panels) == 0 || columns < 1 {
		panic(fmt.Sprintf("report: ContactSheet of %d panels in %d columns", len(panels), columns))
	}
	columns = min(columns, len(panels))
	rows := (len(panels) + columns - 1) / columns
	h, w := 0, 0
	for _, p := range panels {
		h, w = max(h, p.H), max(w, p.W)
	}
	out := raster.NewImage(rows*(h+sheetGap)+sheetGap, columns*(w+sheetGap)+sheetGap, 3)
	for i := range out.Pix8 {
		out.Pix8[i] = 255
	}
	for i, p := range panels {
		y := sheetGap + i/columns*(h+sheetGap) + (h-p.H)/2
		x := sheetGap + i%columns*(w+sheetGap) + (w-p.W)/2
		paste(out, p, y, x)
	}
	return out
}

// paste copies a picture into an 8-bit RGB one at (y, x).
func paste(dst, p *raster.Image, y, x int) {
	rgb := p.Channels(3)
	for row := range p.H {
		to := dst.Pix8[((y+row)*dst.W+x)*3:][:p.W*3]
		for i := range to {
			if rgb.Pix16 != nil {
				to[i] = uint8(rgb.Pix16[row*p.W*3+i] >> 8)
				continue
			}
			to[i] = rgb.Pix8[row*p.W*3+i]
		}
	}
}
