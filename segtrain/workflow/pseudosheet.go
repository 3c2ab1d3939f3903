package workflow

import (
	"fmt"
	"image/color"

	"tessera/segtrain/raster"
	"tessera/segtrain/refine"
	"tessera/segtrain/report"
)

// show adds a row to the contact sheet.
func (s *pseudoSet) show(index int, label *refine.PseudoLabel, kept bool) error {
	picture, _, err := s.l.ds.Load(index)
	if err != nil {
		return err
	}
	h, w := picture.H, picture.W
	if side := max(h, w); side > previewSide {
		h, w = max(1, h*previewSide/side), max(1, w*previewSide/side)
	}
	image := raster.ResizeFloat(picture.Float(), h, w).Image().Channels(3)
	mask, colors := label.Mask, s.l.cv.source.palette
	if label.Flags != nil {
		mask, colors = shownFlags(label.Flags, colors)
	}
	mask = raster.ResizeMask(mask, h, w)
	confidence := raster.ResizeFloat(&raster.Float{H: picture.H, W: picture.W, C: 1, Pix: label.Confidence}, h, w)
	what := "kept"
	if !kept {
		what = "left out"
	}
	row := report.Row{
		Title: fmt.Sprintf("%s: %s, %.0f %% labelled, confidence %.2f", s.l.ds.Record(index).ID, what, 100*label.Kept, label.Weight),
		Panels: []*raster.Image{
			image, raster.Overlay(report.Dimmed(image), mask, colors, 0.8, refine.PseudoIgnore), report.Heat(confidence),
		},
	}
	switch {
	case s.l.Soft && label.Flags != nil:
		row.Panels = append(row.Panels, raster.ResizeFloat(softFlags(label.Mean, s.l.cv.source.palette), h, w).Image())
	case s.l.Soft:
		second, share := label.Soft()
		row.Panels = append(row.Panels, raster.ResizeFloat(softPicture(label.Mask, second, share, s.l.cv.source.palette), h, w).Image())
	}
	s.rows = append(s.rows, row)
	return nil
}

// shownFlags returns flags as a mask, and its colors: none of the classes is black if that is sure of all, and else grey, as is what has
// no label at all.
func shownFlags(f *raster.Flags, palette []color.RGBA) (*raster.Mask, []color.RGBA) {
	masks, colors := raster.Combined(palette, f)
	m, doubt := masks[0], uint8(len(colors))
	for i, v := range m.Pix {
		if v == raster.NoFlags {
			m.Pix[i] = doubt
		}
		for k := 0; v == 0 && k < f.Classes; k++ {
			if f.At(i, k) == raster.FlagIgnored {
				m.Pix[i] = doubt
			}
		}
	}
	colors[0] = color.RGBA{A: 255}
	return m, append(colors, color.RGBA{R: 0x80, G: 0x80, B: 0x80, A: 255})
}

// softFlags shows how probable classes are: the sum of their colours by their probabilities, and where that is more than one the mean.
func softFlags(p *raster.Float, palette []color.RGBA) *raster.Float {
	f := raster.NewFloat(p.H, p.W, 3)
	for i := range p.H * p.W {
		var sum [4]float32
		for k, v := range p.Pix[i*p.C:][:p.C] {
			c := palette[k]
			for at, part := range [4]uint8{c.R, c.G, c.B, 255} {
				sum[at] += float32(v*float32(part)) / 255
			}
		}
		for at := range 3 {
			f.Pix[3*i+at] = sum[at] / max(1, sum[3])
		}
	}
	return f
}

// softPicture shows soft labels: each pixel in the colours of its two classes, mixed by their shares, and black without a label.
func softPicture(first, second, share *raster.Mask, palette []color.RGBA) *raster.Float {
	f := raster.NewFloat(first.H, first.W, 3)
	for i, class := range first.Pix {
		if class == refine.PseudoIgnore {
			continue
		}
		a, b, part := palette[class], palette[second.Pix[i]], float32(share.Pix[i])/255
		for k, v := range [3][2]uint8{{a.R, b.R}, {a.G, b.G}, {a.B, b.B}} {
			f.Pix[3*i+k] = (float32(part*float32(v[0])) + float32((1-part)*float32(v[1]))) / 255
		}
	}
	return f
}
