package raster

import (
	"fmt"
	"math"
	"slices"
)

// Polygon returns the pixels inside a polygon, x0, y0, x1, y1, … in pixels, as pycocotools rasterises it: corners are
// rounded to fifths of a pixel, edges drawn there, and a column's pixels toggle where an edge crosses its middle
// (rleFrPoly in maskApi.c of the COCO API). What lies outside of the picture is cut off.
//
// Errors: fewer than three corners, an odd number of coordinates, one that is not finite or farther out than 2²⁴, and a
// size without pixels.
func Polygon(xy []float64, h, w int) (Runs, error) {
	if len(xy)%2 != 0 || len(xy) < 6 {
		return Runs{}, fmt.Errorf("polygon of %d numbers; allowed: x and y of three or more corners", len(xy))
	}
	if h < 1 || w < 1 || w > maxSamples/h {
		return Runs{}, fmt.Errorf("polygon in a picture of %d×%d; allowed: 1 to %d pixels", h, w, maxSamples)
	}
	corners := make([][2]int, len(xy)/2)
	for i, v := range xy {
		if !(math.Abs(v) <= 1<<24) {
			return Runs{}, fmt.Errorf("polygon with a coordinate of %v; allowed: up to ±%d", v, 1<<24)
		}
		corners[i/2][i%2] = int(float64(fifths*v) + 0.5)
	}
	return toggled(crossings(outline(corners), h, w), h, w), nil
}

// fifths is how many steps an edge takes in a pixel.
const fifths = 5

// outline returns the points of all edges, on the grid of fifths.
func outline(corners [][2]int) [][2]int {
	var points [][2]int
	for i, from := range corners {
		points = edge(points, from, corners[(i+1)%len(corners)])
	}
	return points
}

// edge appends the points from one corner to another: one for each step along the longer side, computed from the end
// with the smaller coordinate so that both directions give the same points.
func edge(points [][2]int, from, to [2]int) [][2]int {
	long := 0
	if abs(to[0]-from[0]) < abs(to[1]-from[1]) {
		long = 1
	}
	n := abs(to[long] - from[long])
	low, high, turned := from, to, from[long] > to[long]
	if turned {
		low, high = to, from
	}
	slope := 0.0
	if n > 0 {
		slope = float64(high[1-long]-low[1-long]) / float64(n)
	}
	for d := range n + 1 {
		t := d
		if turned {
			t = n - d
		}
		var p [2]int
		p[long] = low[long] + t
		p[1-long] = int(float64(low[1-long]) + float64(slope*float64(t)) + 0.5)
		points = append(points, p)
	}
	return points
}

func abs(n int) int { return max(n, -n) }

// crossings returns, sorted, the column-major indices of the pixels from which on a column's pixels change sides.
func crossings(points [][2]int, h, w int) []int {
	var at []int
	for i := 1; i < len(points); i++ {
		p, q := points[i-1], points[i]
		if p[0] == q[0] {
			continue
		}
		left := min(p[0], q[0]-1)
		if q[0] < p[0] {
			left = q[0]
		}
		if left%fifths != fifths/2 || left < 0 || left/fifths >= w { // not the middle of a column
			continue
		}
		y := (float64(min(p[1], q[1]))+0.5)/fifths - 0.5
		at = append(at, left/fifths*h+int(math.Ceil(max(0, min(y, float64(h))))))
	}
	slices.Sort(at)
	return at
}

// toggled returns the runs between indices.
func toggled(at []int, h, w int) Runs {
	r := Runs{H: h, W: w, Order: ColumnMajor}
	last := 0
	for k, i := range append(at, h*w) {
		r.add(i-last, k%2 == 1)
		last = i
	}
	return r
}
