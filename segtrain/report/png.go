package report

import (
	"fmt"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"tessera/segtrain/raster"
)

// Colours of the curves on white, as the page has them in the light scheme.
var inks = map[string]color.Color{
	"main":  color.NRGBA{R: 0x2b, G: 0x6c, B: 0x9e, A: 0xff},
	"other": color.NRGBA{R: 0xc4, G: 0x64, B: 0x3f, A: 0xff},
	"raw":   color.NRGBA{R: 0x2b, G: 0x6c, B: 0x9e, A: 0x40},
}

const (
	plotWidth, plotHeight = 5 * vg.Inch, 3 * vg.Inch
	plotDPI               = 130
)

// Curves writes the page's drawings side by side to path, a PNG. A report without numbers to draw is an
// error.
func Curves(path string, r Report) error {
	var plots []*plot.Plot
	for _, d := range drawings(r) {
		if p, ok := d.plot(); ok {
			plots = append(plots, p)
		}
	}
	if len(plots) == 0 {
		return fmt.Errorf("curves %s: no steps and no epochs to draw", path)
	}
	c := vgimg.NewWith(vgimg.UseWH(plotWidth*vg.Length(len(plots)), plotHeight), vgimg.UseDPI(plotDPI))
	tiles := draw.Tiles{Rows: 1, Cols: len(plots), PadX: vg.Millimeter, PadLeft: 3 * vg.Millimeter,
		PadRight: 3 * vg.Millimeter, PadTop: 3 * vg.Millimeter, PadBottom: 2 * vg.Millimeter}
	canvas := draw.New(c)
	for i, p := range plots {
		p.Draw(tiles.At(canvas, i, 0))
	}
	err := raster.WriteFile(path, func(w io.Writer) error {
		_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(w)
		return err
	})
	if err != nil {
		return fmt.Errorf("curves: %w", err)
	}
	return nil
}

// plot draws like chart, and reports false when there is nothing to draw.
func (d drawing) plot() (*plot.Plot, bool) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text = d.title, d.x
	p.Title.Padding = 2 * vg.Millimeter
	for _, style := range []*text.Style{
		&p.Title.TextStyle, &p.X.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle,
	} {
		style.Font.Variant = "Sans"
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = plotTicks(ticksAcross, true), plotTicks(ticksUp, false)
	p.Legend.Top = d.title == "Loss"
	drawn := false
	for _, s := range d.series {
		for _, points := range s.runs() {
			l := &plotter.Line{XYs: points}
			l.Color, l.Width = inks[s.class], vg.Points(1.5)
			if s.class == "raw" {
				l.Width = vg.Points(0.5)
			}
			p.Add(l)
			if len(points) == 1 { // which make no line
				p.Add(&plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{
					Color: inks[s.class], Radius: vg.Points(2), Shape: draw.CircleGlyph{},
				}})
			}
			drawn = true
		}
		if s.name != "" {
			p.Legend.Add(s.name, &plotter.Line{LineStyle: draw.LineStyle{Color: inks[s.class], Width: vg.Points(1.5)}})
		}
	}
	p.Y.Min, p.Y.Max = 0, d.hi
	return p, drawn && d.hi > 0
}

// plotTicks marks an axis as the page does.
func plotTicks(n int, whole bool) plot.Ticker {
	return plot.TickerFunc(func(lo, hi float64) []plot.Tick {
		var marks []plot.Tick
		for _, t := range ticks(axis{lo: lo, hi: hi, to: 1, whole: whole}, n) {
			marks = append(marks, plot.Tick{Value: t.value, Label: t.Label})
		}
		return marks
	})
}

// runs returns the stretches of the series between gaps.
func (s series) runs() []plotter.XYs {
	var all []plotter.XYs
	var run plotter.XYs
	for i := range s.x {
		if finite(s.y[i]) {
			run = append(run, plotter.XY{X: s.x[i], Y: s.y[i]})
			continue
		}
		if run != nil {
			all, run = append(all, run), nil
		}
	}
	if run != nil {
		all = append(all, run)
	}
	return all
}
