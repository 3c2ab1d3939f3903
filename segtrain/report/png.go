package report

import (
	"fmt"
	"image/color"

	"tessera/segtrain/ink"
	"tessera/segtrain/raster"
)

// Colours on white, as the page has them in the light scheme (style.css).
var (
	inks = map[string]color.Color{
		"main":  color.NRGBA{R: 0x2b, G: 0x6c, B: 0x9e, A: 0xff},
		"other": color.NRGBA{R: 0xc4, G: 0x64, B: 0x3f, A: 0xff},
		"raw":   color.NRGBA{R: 0x2b, G: 0x6c, B: 0x9e, A: 0x66},
	}
	textInk  = color.Gray{0x27}
	quietInk = color.NRGBA{R: 0x6a, G: 0x70, B: 0x79, A: 0xff}
	gridInk  = color.NRGBA{R: 0xe5, G: 0xe1, B: 0xda, A: 0xff}
)

const (
	plotScale  = 1.625 // pixels in a unit of a chart
	plotMargin = 16    // around a chart, and what stands between two
	plotHead   = 26    // the line of title and key above a chart
	titleSize  = 15    // of letters
	labelSize  = 13
	crowd      = 60 // more dots than this in a chart hide its lines
)

// Curves writes the page's drawings side by side to path, a PNG. A report without numbers to draw is an
// error.
func Curves(path string, r Report) error {
	all := charts(r)
	if len(all) == 0 {
		return fmt.Errorf("curves %s: no steps and no epochs to draw", path)
	}
	const wide, high = chartWidth + plotMargin, plotHead + chartHeight + plotMargin
	canvas := ink.New(float64(len(all)*wide+plotMargin), high, plotScale)
	for i, c := range all {
		c.ink(canvas.Shift(float64(plotMargin+i*wide), plotMargin/2))
	}
	return writePlot("curves", path, canvas)
}

func writePlot(what, path string, canvas *ink.Canvas) error {
	if err := raster.WritePNG(path, canvas.Image()); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// ink draws a chart as the page's template does, its title and key above it.
func (c chart) ink(on *ink.Canvas) {
	on.Text(c.Title, ink.Point{Y: titleSize}, ink.Words{Size: titleSize, Ink: textInk})
	c.inkKey(on, ink.Width(c.Title, titleSize))
	on = on.Shift(0, plotHead)
	inkRows(on, c.YTicks, c.Left, c.Right)
	for _, t := range c.XTicks {
		on.Text(t.Label, ink.Point{X: t.At, Y: c.Lo + 18}, ink.Words{Size: labelSize, Align: 0.5, Ink: quietInk})
	}
	on.Text(c.X, ink.Point{X: c.Right, Y: float64(c.H) - 5}, ink.Words{Size: labelSize, Align: 1, Ink: quietInk})
	inside := on.Clip(0, c.Top, float64(c.W), float64(c.H))
	for _, l := range c.Lines {
		inside.Line(l.Points, lineWidth(l.Class), inks[l.Class])
	}
	for _, d := range c.Dots {
		switch at := (ink.Point{X: d.X, Y: d.Y}); {
		case d.Marked:
			inkDot(on, at, 5, inks[d.Class])
		case len(c.Dots) <= crowd:
			inkDot(on, at, 3, inks[d.Class])
		}
	}
}

// inkKey says what the lines are, from x on.
func (c chart) inkKey(on *ink.Canvas, x float64) {
	for _, k := range c.Key {
		x += labelSize
		on.Line([]ink.Point{{X: x, Y: titleSize - 4}, {X: x + labelSize, Y: titleSize - 4}}, 2*lineWidth(k.Class), inks[k.Class])
		x += labelSize + 5
		on.Text(k.Name, ink.Point{X: x, Y: titleSize}, ink.Words{Size: labelSize, Ink: quietInk})
		x += float64(ink.Width(k.Name, labelSize))
	}
}

func lineWidth(class string) float64 {
	if class == "raw" {
		return 1
	}
	return 2
}

// inkRows draws the grid of an upright axis and its numbers.
func inkRows(on *ink.Canvas, rows []tick, left, right float64) {
	for _, t := range rows {
		on.Rule(ink.Point{X: left, Y: t.At}, ink.Point{X: right, Y: t.At}, 1, gridInk)
		on.Text(t.Label, ink.Point{X: left - 8, Y: t.At + 4.5}, ink.Words{Size: labelSize, Align: 1, Ink: quietInk})
	}
}

// inkDot draws a dot with a white edge, so that it can be told from the line below it and from its neighbours.
func inkDot(on *ink.Canvas, at ink.Point, radius float64, c color.Color) {
	on.Dot(at, radius, color.White)
	on.Dot(at, 0.8*radius, c)
}
