package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image/color"

	"tessera/segtrain/raster"
)

// gallery is a list of validation images with what was predicted in them.
type gallery struct {
	Title, Note string
	Items       []galleryItem
}

type galleryItem struct {
	ID, Score string
	Panels    []panel
}

type panel struct {
	Name string
	H, W int
	Data template.URL
}

// overlayAlpha is how much of a class's colour covers the picture.
const overlayAlpha = 0.55

func newGallery(title, note string, samples []Sample, r Report) (gallery, error) {
	g := gallery{Title: title, Note: note}
	for _, s := range samples {
		item, err := newItem(s, r)
		if err != nil {
			return gallery{}, fmt.Errorf("sample %q: %w", s.ID, err)
		}
		g.Items = append(g.Items, item)
	}
	return g, nil
}

func newItem(s Sample, r Report) (galleryItem, error) {
	if err := s.check(r); err != nil {
		return galleryItem{}, err
	}
	s = s.fit(maxSide)
	palette := s.palette(r)
	item := galleryItem{ID: s.ID, Score: score(s.Score)}
	for _, p := range []struct {
		name string
		im   *raster.Image
	}{
		{"image", s.Image.RGB8()},
		{"truth", raster.Overlay(s.Image, s.Truth, palette, overlayAlpha, r.Ignore)},
		{"prediction", raster.Overlay(s.Image, s.Prediction, palette, overlayAlpha, r.Ignore)},
		{"errors", raster.ErrorPanel(s.Image, s.Truth, s.Prediction, r.Ignore)},
	} {
		data, err := dataURL(p.im)
		if err != nil {
			return galleryItem{}, err
		}
		item.Panels = append(item.Panels, panel{p.name, p.im.H, p.im.W, data})
	}
	return item, nil
}

// maxSide is the longest side in the page, in pixels: photographs of full size would make it too heavy to
// open.
const maxSide = 512

// fit returns the sample with no side longer than side.
func (s Sample) fit(side int) Sample {
	long := max(s.Image.H, s.Image.W)
	if long <= side {
		return s
	}
	h, w := max(1, s.Image.H*side/long), max(1, s.Image.W*side/long)
	s.Image = raster.ResizeFloat(s.Image.Float(), h, w).Image()
	s.Truth, s.Prediction = raster.ResizeMask(s.Truth, h, w), raster.ResizeMask(s.Prediction, h, w)
	return s
}

// palette returns the colours of the masks' values.
func (s Sample) palette(r Report) []color.RGBA {
	if s.Palette != nil {
		return s.Palette
	}
	return r.Palette
}

// check finds what the overlays would panic on.
func (s Sample) check(r Report) error {
	if s.Image == nil || s.Truth == nil || s.Prediction == nil {
		return fmt.Errorf("image, truth or prediction is missing")
	}
	for _, m := range []*raster.Mask{s.Truth, s.Prediction} {
		if m.H != s.Image.H || m.W != s.Image.W {
			return fmt.Errorf("image is %d×%d, but a mask %d×%d", s.Image.H, s.Image.W, m.H, m.W)
		}
		for _, class := range m.Pix {
			if n := len(s.palette(r)); int(class) >= n && int(class) != r.Ignore {
				return fmt.Errorf("class %d has no colour in a palette of %d", class, n)
			}
		}
	}
	return nil
}

func dataURL(im *raster.Image) (template.URL, error) {
	var b bytes.Buffer
	if err := raster.EncodePNG(&b, im); err != nil {
		return "", err
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), nil
}
