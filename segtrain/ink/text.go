package ink

import (
	"image/color"
	"math"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Words say how text looks and where it stands.
type Words struct {
	Size  float64 // of the font, in units
	Align float64 // which part of the text is left of its place: 0 none, 1 all
	Turn  float64 // from level, clockwise, in radians
	Ink   color.Color
}

var letters = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		panic("ink: the font in the program: " + err.Error())
	}
	return f
})

// Text writes a line whose base line goes through at. The font has Latin, Greek and Cyrillic letters; others are boxes.
func (c *Canvas) Text(text string, at Point, w Words) {
	shapes, length := outlines(text, w.Size*c.scale)
	origin := c.pixel(at)
	sin, cos := math.Sincos(w.Turn)
	turn := func(p *Point) {
		x, y := p.X-float64(w.Align*length), p.Y
		*p = Point{origin.X + float64(x*cos) - float64(y*sin), origin.Y + float64(x*sin) + float64(y*cos)}
	}
	for i := range shapes {
		turn(&shapes[i].start)
		for k := range shapes[i].pieces {
			p := &shapes[i].pieces[k]
			for n := range p.n {
				turn(&p.points[n])
			}
		}
	}
	c.fill(shapes, w.Ink)
}

// Width returns how long a line of text is at a size of the font, in the units of the size.
func Width(text string, size float64) float64 {
	const fine = 64 // pixels a unit, so that rounding to their 64ths is nothing
	_, length := outlines(text, size*fine)
	return length / fine
}

// outlines sets a line of text in pixels, from the origin to the right, and returns its length. A letter that the font cannot
// say is left out.
func outlines(text string, size float64) (shapes []shape, length float64) {
	f, ppem := letters(), fixed.Int26_6(math.Round(size*64))
	var buf sfnt.Buffer
	var before sfnt.GlyphIndex
	for i, r := range []rune(text) {
		glyph, err := f.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		if kern, err := f.Kern(&buf, before, glyph, ppem, font.HintingNone); err == nil && i > 0 {
			length += float64(units(kern))
		}
		if segments, err := f.LoadGlyph(&buf, glyph, ppem, nil); err == nil {
			shapes = append(shapes, contours(segments, length)...)
		}
		if advance, err := f.GlyphAdvance(&buf, glyph, ppem, font.HintingNone); err == nil {
			length += float64(units(advance))
		}
		before = glyph
	}
	return shapes, length
}

// contours are the closed outlines of a glyph, x to the right.
func contours(segments sfnt.Segments, x float64) []shape {
	var shapes []shape
	for _, s := range segments {
		var p [3]Point
		for i, a := range s.Args {
			p[i] = Point{x + float64(units(a.X)), units(a.Y)}
		}
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			shapes = append(shapes, shape{start: p[0]})
		case sfnt.SegmentOpLineTo:
			shapes[len(shapes)-1].add(p[0])
		case sfnt.SegmentOpQuadTo:
			shapes[len(shapes)-1].add(p[0], p[1])
		case sfnt.SegmentOpCubeTo:
			shapes[len(shapes)-1].add(p[:]...)
		}
	}
	return shapes
}

func units(v fixed.Int26_6) float64 { return float64(v) / 64 }
