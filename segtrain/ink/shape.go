package ink

import (
	"image"
	"math"

	"golang.org/x/image/vector"
)

// A shape is a closed outline in pixels: a start, and pieces from there on.
type shape struct {
	start  Point
	pieces []piece
}

// A piece is a Bézier curve to the last of its points; the others are its controls.
type piece struct {
	points [3]Point
	n      int // 1 is a straight line
}

func (s *shape) add(points ...Point) {
	p := piece{n: len(points)}
	copy(p.points[:], points)
	s.pieces = append(s.pieces, p)
}

// trace hands the outline to v, whose corner is at (left, top).
func (s shape) trace(v *vector.Rasterizer, left, top float64) {
	at := func(p Point) (x, y float32) { return float32(p.X - left), float32(p.Y - top) }
	v.MoveTo(at(s.start))
	for _, p := range s.pieces {
		ax, ay := at(p.points[0])
		bx, by := at(p.points[1])
		cx, cy := at(p.points[2])
		switch p.n {
		case 1:
			v.LineTo(ax, ay)
		case 2:
			v.QuadTo(ax, ay, bx, by)
		default:
			v.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	v.ClosePath()
}

// boundsOf returns a box of whole pixels around shapes. A curve lies within its controls.
func boundsOf(shapes []shape) image.Rectangle {
	lo, hi := Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	see := func(p Point) {
		lo, hi = Point{min(lo.X, p.X), min(lo.Y, p.Y)}, Point{max(hi.X, p.X), max(hi.Y, p.Y)}
	}
	for _, s := range shapes {
		see(s.start)
		for _, p := range s.pieces {
			for _, q := range p.points[:p.n] {
				see(q)
			}
		}
	}
	if lo.X > hi.X {
		return image.Rectangle{}
	}
	return image.Rect(int(math.Floor(lo.X)), int(math.Floor(lo.Y)), int(math.Ceil(hi.X)), int(math.Ceil(hi.Y)))
}

// circle is a polygon of the circle's area: curves of the rasterizer are coarse, and small dots came out a tenth too small.
func circle(at Point, r float64) shape {
	n := 16 + int(2*r)
	corner := 2 * math.Pi / float64(n)
	r = float64(r * math.Sqrt(corner/math.Sin(corner)))
	s := shape{start: Point{at.X + r, at.Y}}
	for i := 1; i < n; i++ {
		sin, cos := math.Sincos(corner * float64(i))
		s.add(Point{at.X + float64(r*cos), at.Y + float64(r*sin)})
	}
	return s
}

// bar is the rectangle of width 2·half around the line from a to b, turning as a circle does; nothing if they are one point.
func bar(a, b Point, half float64) []shape {
	length := math.Hypot(b.X-a.X, b.Y-a.Y)
	if length == 0 {
		return nil
	}
	nx, ny := float64((b.Y-a.Y)/length*half), float64((a.X-b.X)/length*half)
	s := shape{start: Point{a.X + nx, a.Y + ny}}
	s.add(Point{b.X + nx, b.Y + ny})
	s.add(Point{b.X - nx, b.Y - ny})
	s.add(Point{a.X - nx, a.Y - ny})
	return []shape{s}
}
