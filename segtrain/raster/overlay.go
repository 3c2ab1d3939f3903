package raster

import (
	"fmt"
	"image/color"
)

// Overlay returns the picture in 8-bit RGB with every class blended in by its colour, alpha of it in [0, 1], and a
// border of one pixel in full colour where classes meet. Pixels of class ignore (-1 for none), and of classes whose
// colour is transparent, show the picture alone.
// It panics if mask and picture differ in size, or a class has no colour.
func Overlay(im *Image, m *Mask, palette []color.RGBA, alpha float64, ignore int) *Image {
	checkSize("Overlay", im, m)
	src, out := im.RGB8(), NewImage(im.H, im.W, 3)
	blend := int(float64(max(0, min(1, alpha))*256) + 0.5)
	for i, class := range m.Pix {
		from, to := src.Pix8[3*i:][:3], out.Pix8[3*i:][:3]
		if int(class) == ignore {
			copy(to, from)
			continue
		}
		if int(class) >= len(palette) {
			panic(fmt.Sprintf("raster: Overlay: class %d has no colour in a palette of %d", class, len(palette)))
		}
		if palette[class].A == 0 {
			copy(to, from)
			continue
		}
		a := blend
		if onBorder(m, i, ignore) {
			a = 256
		}
		for c, v := range rgbOf(palette[class]) {
			to[c] = uint8((int(from[c])*(256-a) + int(v)*a + 128) >> 8)
		}
	}
	return out
}

// onBorder says whether the next pixel to the right or below has another class. Only those two are looked at, so that
// the border is one pixel wide; an ignored pixel draws none, so towards it all four sides count.
func onBorder(m *Mask, i, ignore int) bool {
	y, x := i/m.W, i%m.W
	return x+1 < m.W && m.Pix[i+1] != m.Pix[i] ||
		y+1 < m.H && m.Pix[i+m.W] != m.Pix[i] ||
		x > 0 && int(m.Pix[i-1]) == ignore ||
		y > 0 && int(m.Pix[i-m.W]) == ignore
}

// ErrorPanel returns the picture in dimmed grey with wrong pixels in red. Those whose truth is ignore (-1 for none) are
// neither right nor wrong, and hatched. It panics if the sizes differ.
func ErrorPanel(im *Image, truth, prediction *Mask, ignore int) *Image {
	checkSize("ErrorPanel", im, truth)
	checkSize("ErrorPanel", im, prediction)
	src, out := im.RGB8(), NewImage(im.H, im.W, 3)
	for i, class := range truth.Pix {
		from, to := src.Pix8[3*i:][:3], out.Pix8[3*i:][:3]
		dim := luma(from[0], from[1], from[2]) / 3
		to[0], to[1], to[2] = dim, dim, dim
		switch {
		case int(class) == ignore:
			if (i/im.W+i%im.W)%6 < 2 {
				to[0], to[1], to[2] = 150, 150, 150
			}
		case class != prediction.Pix[i]:
			to[0] = 170 + dim
		}
	}
	return out
}

const (
	panelGap   = 4   // pixels between two panels, white
	panelAlpha = 0.6 // of the colours over the picture
)

// SideBySide returns the panels picture | truth | prediction | errors in one row with a small white gap, or, where
// truth is nil, picture | prediction. It panics if the sizes differ, or a class has no colour.
func SideBySide(im *Image, truth, prediction *Mask, palette []color.RGBA, ignore int) *Image {
	predicted := Overlay(im, prediction, palette, panelAlpha, ignore)
	if truth == nil {
		return row(im.RGB8(), predicted)
	}
	return row(im.RGB8(), Overlay(im, truth, palette, panelAlpha, ignore), predicted,
		ErrorPanel(im, truth, prediction, ignore))
}

// row sets RGB panels of one size beside each other.
func row(panels ...*Image) *Image {
	h, w, step := panels[0].H, panels[0].W, panels[0].W+panelGap
	out := NewImage(h, len(panels)*step-panelGap, 3)
	for i := range out.Pix8 {
		out.Pix8[i] = 255
	}
	for i, p := range panels {
		for y := range h {
			copy(out.Pix8[(y*out.W+i*step)*3:], p.Pix8[y*w*3:][:w*3])
		}
	}
	return out
}

func checkSize(op string, im *Image, m *Mask) {
	if im.H != m.H || im.W != m.W {
		panic(fmt.Sprintf("raster: %s: picture %d×%d and mask %d×%d", op, im.H, im.W, m.H, m.W))
	}
}
