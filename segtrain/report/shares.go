package report

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"tessera/segtrain/raster"
)

// Shares draws folds beside each other, class by class, to path, a PNG: ratios[fold][class] is the class's share in
// the fold over its share in all images, so that 1 is a fold like the whole. What is not finite is left out.
func Shares(path string, classes []string, ratios [][]float64) error {
	p := plot.New()
	p.Title.Text, p.Y.Label.Text = fmt.Sprintf("Share of each class, folds 0 to %d from left to right", len(ratios)-1), "times its share in all images"
	p.Title.Padding = 2 * vg.Millimeter
	for _, style := range []*text.Style{&p.Title.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Y.Label.TextStyle} {
		style.Font.Variant = "Sans"
	}
	p.X.Tick.Label.Rotation, p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = math.Pi/4, draw.XRight, draw.YCenter
	one, err := plotter.NewLine(plotter.XYs{{X: -0.5, Y: 1}, {X: float64(len(classes)) - 0.5, Y: 1}})
	if err != nil {
		return fmt.Errorf("shares: %w", err)
	}
	one.Color = color.Gray{0x99}
	p.Add(one)
	top := 1.5
	for f, row := range ratios {
		var dots plotter.XYs
		for c, v := range row {
			if finite(v) {
				at := float64(c) + float64(0.6*((float64(f)+0.5)/float64(len(ratios))-0.5))
				dots, top = append(dots, plotter.XY{X: at, Y: v}), max(top, 1.05*v)
			}
		}
		ink := inks["main"]
		if f%2 == 1 {
			ink = inks["other"]
		}
		p.Add(&plotter.Scatter{XYs: dots, GlyphStyle: draw.GlyphStyle{
			Color: ink, Radius: vg.Points(2.5), Shape: draw.CircleGlyph{},
		}})
	}
	p.NominalX(classes...)
	p.Y.Min, p.Y.Max, p.Y.Tick.Marker = 0, top, plotTicks(ticksUp, false)
	c := vgimg.NewWith(vgimg.UseWH(plotWidth+vg.Length(vg.Length(len(classes))*vg.Centimeter/2), 4*vg.Inch), vgimg.UseDPI(plotDPI))
	p.Draw(draw.Crop(draw.New(c), 3*vg.Millimeter, -3*vg.Millimeter, 2*vg.Millimeter, -3*vg.Millimeter))
	err = raster.WriteFile(path, func(w io.Writer) error {
		_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(w)
		return err
	})
	if err != nil {
		return fmt.Errorf("shares: %w", err)
	}
	return nil
}
