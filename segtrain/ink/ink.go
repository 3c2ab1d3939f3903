// Package ink draws lines, dots and words on a white picture, with smooth edges, for charts that are files of
// their own.
//
// Coordinates are units of which a pixel is 1/scale, x to the right and y down, so a drawing is laid out once and made in
// any size. Outlines become coverage by golang.org/x/image/vector; letters are outlines like the rest, of the Go
// font, and can be turned.
package ink

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"

	"tessera/segtrain/raster"
)

// A Point is a place in units.
type Point struct{ X, Y float64 }

// A Canvas draws on a picture. What Shift and Clip return draws on the same one.
type Canvas struct {
	im     *image.RGBA
	scale  float64
	origin Point
	clip   image.Rectangle
}

// New returns a white canvas of w×h units with scale pixels in each. It panics if that is less than a pixel.
func New(w, h, scale float64) *Canvas {
	box := image.Rect(0, 0, int(math.Round(w*scale)), int(math.Round(h*scale)))
	if box.Empty() {
		panic(fmt.Sprintf("ink: a canvas of %v×%v units of %v pixels", w, h, scale))
	}
	im := image.NewRGBA(box)
	draw.Draw(im, box, image.White, image.Point{}, draw.Src)
	return &Canvas{im: im, scale: scale, clip: box}
}

// Shift returns the canvas with its origin at (x, y).
func (c *Canvas) Shift(x, y float64) *Canvas {
	moved := *c
	moved.origin = Point{c.origin.X + x, c.origin.Y + y}
	return &moved
}

// Clip returns the canvas without what is outside of the box from (x0, y0) to (x1, y1), to the nearest pixel.
func (c *Canvas) Clip(x0, y0, x1, y1 float64) *Canvas {
	a, b := c.pixel(Point{x0, y0}), c.pixel(Point{x1, y1})
	less := *c
	less.clip = c.clip.Intersect(image.Rect(round(a.X), round(a.Y), round(b.X), round(b.Y)))
	return &less
}

// Image returns the whole picture, in 8-bit RGB.
func (c *Canvas) Image() *raster.Image {
	size := c.im.Rect.Size()
	out := raster.NewImage(size.Y, size.X, 3)
	for i := range size.X * size.Y {
		copy(out.Pix8[3*i:][:3], c.im.Pix[4*i:])
	}
	return out
}

// Dot fills a circle.
func (c *Canvas) Dot(at Point, radius float64, ink color.Color) {
	c.fill([]shape{circle(c.pixel(at), radius*c.scale)}, ink)
}

// Line draws through points with round ends and corners; of one point it is a dot. Where a line crosses itself it is no
// darker.
func (c *Canvas) Line(points []Point, width float64, ink color.Color) {
	half := width * c.scale / 2
	var shapes []shape
	for i, p := range points {
		to := c.pixel(p)
		shapes = append(shapes, circle(to, half))
		if i > 0 {
			shapes = append(shapes, bar(c.pixel(points[i-1]), to, half)...)
		}
	}
	c.fill(shapes, ink)
}

// Rule draws a level or an upright line, sharp: at least a pixel wide, its edges between pixels.
func (c *Canvas) Rule(from, to Point, width float64, ink color.Color) {
	a, b := c.pixel(from), c.pixel(to)
	thick := max(1, round(width*c.scale))
	box := image.Rect(round(a.X), round(a.Y), round(b.X), round(b.Y))
	if box.Dx() >= box.Dy() {
		box.Min.Y -= thick / 2
		box.Max.Y = box.Min.Y + thick
	} else {
		box.Min.X -= thick / 2
		box.Max.X = box.Min.X + thick
	}
	draw.Draw(c.im, box.Intersect(c.clip), image.NewUniform(ink), image.Point{}, draw.Over)
}

func (c *Canvas) pixel(p Point) Point {
	return Point{float64((c.origin.X + p.X) * c.scale), float64((c.origin.Y + p.Y) * c.scale)}
}

func round(v float64) int { return int(math.Round(v)) }

// fill covers what is inside of any shape, once. The shapes have to turn the same way.
func (c *Canvas) fill(shapes []shape, ink color.Color) {
	box := boundsOf(shapes).Intersect(c.clip)
	if box.Empty() {
		return
	}
	v := vector.NewRasterizer(box.Dx(), box.Dy())
	for _, s := range shapes {
		s.trace(v, float64(box.Min.X), float64(box.Min.Y))
	}
	v.Draw(c.im, box, image.NewUniform(ink), image.Point{})
}
