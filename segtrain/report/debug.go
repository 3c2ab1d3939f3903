package report

import (
	_ "embed" // for the page
	"fmt"
	"html/template"
	"image/color"
	"io"
	"strings"

	"tessera/segtrain/raster"
)

// Debug is everything the page of a debug run shows.
type Debug struct {
	Title, Subtitle string
	Passed          bool
	Checks          []Check
	Steps           []Step
	Pictures        []Picture
	Classes         []string
	Palette         []color.RGBA // one colour a class
	Ignore          int          // the class index that does not count, -1 for none
	Config          string       // YAML
}

// Check is one thing that was tested.
type Check struct {
	Name, Verdict, Text string
	Cures               []string // what to look at
}

// Picture is a sample as the network gets it. Image and Mask have the same size.
type Picture struct {
	ID, Kind string
	Image    *raster.Image
	Mask     *raster.Mask
	Palette  []color.RGBA // of the mask's values; nil: that of the page
}

//go:embed debug.html
var debugText string

var debugTemplate = template.Must(template.Must(template.New("page").Parse(pageText)).New("debug").Parse(debugText))

// debugPage is Debug as the template sees it.
type debugPage struct {
	Debug
	Style  template.CSS
	Charts []chart
	Legend []swatch
	Items  []galleryItem
}

// WriteDebug writes the page of a debug run to path. Errors name the path, or the picture that its mask does not fit.
func WriteDebug(path string, d Debug) error {
	p := debugPage{Debug: d, Style: template.CSS(styleText), Charts: charts(Report{Steps: d.Steps})}
	p.Config = strings.TrimSpace(d.Config)
	for k, name := range d.Classes {
		p.Legend = append(p.Legend, swatch{name, css(d.Palette, k)})
	}
	for _, x := range d.Pictures {
		item, err := d.item(x)
		if err != nil {
			return fmt.Errorf("report %s: picture %q: %w", path, x.ID, err)
		}
		p.Items = append(p.Items, item)
	}
	if err := raster.WriteFile(path, func(w io.Writer) error { return debugTemplate.Execute(w, p) }); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// item returns a picture beside itself under its mask.
func (d Debug) item(x Picture) (galleryItem, error) {
	s := Sample{Image: x.Image, Truth: x.Mask, Prediction: x.Mask}
	if x.Palette == nil {
		x.Palette = d.Palette
	}
	if err := s.check(Report{Palette: x.Palette, Ignore: d.Ignore}); err != nil {
		return galleryItem{}, err
	}
	s = s.fit(maxSide)
	item := galleryItem{ID: x.ID, Score: x.Kind}
	for _, p := range []struct {
		name string
		im   *raster.Image
	}{{"image", s.Image}, {"mask", raster.Overlay(s.Image, s.Truth, x.Palette, overlayAlpha, d.Ignore)}} {
		data, err := dataURL(p.im)
		if err != nil {
			return galleryItem{}, err
		}
		item.Panels = append(item.Panels, panel{p.name, p.im.H, p.im.W, data})
	}
	return item, nil
}
