package report

import (
	"image"
	"image/color"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"tessera/segtrain/raster"
)

// A Row is one line of panels with a title above it.
type Row struct {
	Title  string
	Panels []*raster.Image
}

const titleHeight = 16 // pixels

// Rows sets rows of panels below each other on white, in 8-bit RGB, each panel at the left top of its room.
func Rows(rows []Row) *raster.Image {
	width, height := sheetGap, sheetGap
	for _, r := range rows {
		h, w := r.size()
		width, height = max(width, w), height+titleHeight+h+sheetGap
	}
	out := raster.NewImage(height, width, 3)
	for i := range out.Pix8 {
		out.Pix8[i] = 255
	}
	y := sheetGap
	for _, r := range rows {
		writeLine(out, r.Title, y+titleHeight-4)
		x := sheetGap
		for _, p := range r.Panels {
			paste(out, p, y+titleHeight, x)
			x += p.W + sheetGap
		}
		h, _ := r.size()
		y += titleHeight + h + sheetGap
	}
	return out
}

func (r Row) size() (h, w int) {
	w = max(sheetGap, 7*len(r.Title)+2*sheetGap)
	across := sheetGap
	for _, p := range r.Panels {
		h, across = max(h, p.H), across+p.W+sheetGap
	}
	return h, max(w, across)
}

// writeLine writes a line of text in black, its base line at y.
func writeLine(dst *raster.Image, text string, y int) {
	mask := image.NewAlpha(image.Rect(0, 0, dst.W, dst.H))
	d := font.Drawer{Dst: mask, Src: image.NewUniform(color.Opaque), Face: basicfont.Face7x13,
		Dot: fixed.P(sheetGap, y)}
	d.DrawString(text)
	for row := max(0, y-titleHeight); row < min(dst.H, y+4); row++ {
		for x := range dst.W {
			if mask.AlphaAt(x, row).A > 0 {
				p := dst.Pix8[(row*dst.W+x)*3:][:3]
				p[0], p[1], p[2] = 0, 0, 0
			}
		}
	}
}
