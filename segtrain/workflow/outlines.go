package workflow

import (
	"fmt"
	"math"

	"tessera/segtrain/raster"
)

// A view is a way to lay a mask over its image that is not the right one.
type view struct {
	name           string
	dy, dx         int
	flipY, flipX   bool
	share, samples float64 // samples in which it fits better than the mask as it is; wins and all
	sum            float64
}

// outlines compares, over samples, how strong the edges of images are at the outlines of their masks: as they are, far
// from there, and in views that a mistake would make.
type outlines struct {
	samples   int
	own, far  float64 // means over samples, 1 is the image's mean
	wins      int     // samples with stronger edges at their outlines than far from there
	views     []view
	ignore    int
	sumO, sum float64
}

// outlineSide is the longer side of pictures whose outlines are compared, in pixels.
const outlineSide = 192

func newOutlines(ignore int) *outlines {
	o := &outlines{ignore: ignore}
	for _, r := range []int{4, 8} {
		for _, d := range [][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}} {
			name := fmt.Sprintf("moved by %d down and %d right", r*d[0], r*d[1])
			o.views = append(o.views, view{name: name, dy: r * d[0], dx: r * d[1]})
		}
	}
	o.views = append(o.views, view{name: "mirrored left and right", flipX: true},
		view{name: "mirrored top and bottom", flipY: true}, view{name: "turned by 180°", flipY: true, flipX: true})
	return o
}

// add takes a picture [H, W, C], of any scale, and its mask.
func (o *outlines) add(f *raster.Float, m *raster.Mask) {
	if side := max(f.H, f.W); side > outlineSide {
		h, w := max(8, f.H*outlineSide/side), max(8, f.W*outlineSide/side)
		f, m = raster.ResizeFloat(f, h, w), raster.ResizeMask(m, h, w)
	}
	edges := edgesOf(f)
	points := outlineOf(m, o.ignore)
	own, ok := strength(edges, f.H, f.W, points, view{})
	if !ok {
		return
	}
	far, n := 0.0, 0
	for _, d := range [][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}} {
		if s, ok := strength(edges, f.H, f.W, points, view{dy: d[0] * f.H / 6, dx: d[1] * f.W / 6}); ok {
			far += s
			n++
		}
	}
	if n == 0 {
		return
	}
	far /= float64(n)
	o.samples++
	o.sumO, o.sum = o.sumO+own, o.sum+far
	o.own, o.far = o.sumO/float64(o.samples), o.sum/float64(o.samples)
	if own > far {
		o.wins++
	}
	for i := range o.views {
		v := &o.views[i]
		if s, ok := strength(edges, f.H, f.W, points, *v); ok {
			v.samples++
			v.sum += s
			if s > own {
				v.share++
			}
		}
	}
}

// edgesOf returns how much each pixel differs from its neighbours, the most of it within a pixel around, over its mean.
func edgesOf(f *raster.Float) []float64 {
	raw := make([]float64, f.H*f.W)
	at := func(y, x, c int) float64 {
		y, x = max(0, min(f.H-1, y)), max(0, min(f.W-1, x))
		return float64(f.Pix[(y*f.W+x)*f.C+c])
	}
	total := 0.0
	for y := range f.H {
		for x := range f.W {
			for c := range f.C {
				raw[y*f.W+x] += math.Abs(at(y+1, x, c)-at(y-1, x, c)) + math.Abs(at(y, x+1, c)-at(y, x-1, c))
			}
		}
	}
	out := make([]float64, len(raw))
	for y := range f.H {
		for x := range f.W {
			best := 0.0
			for yy := max(0, y-1); yy <= min(f.H-1, y+1); yy++ {
				for xx := max(0, x-1); xx <= min(f.W-1, x+1); xx++ {
					best = max(best, raw[yy*f.W+xx])
				}
			}
			out[y*f.W+x] = best
			total += best
		}
	}
	if mean := total / float64(len(out)); mean > 0 {
		for i := range out {
			out[i] /= mean
		}
	}
	return out
}

// outlineOf returns the pixels at which two classes meet, as y and x.
func outlineOf(m *raster.Mask, ignore int) (points [][2]int) {
	for y := range m.H {
		for x := range m.W {
			here := m.Pix[y*m.W+x]
			if int(here) == ignore {
				continue
			}
			right, below := here, here
			if x+1 < m.W {
				right = m.Pix[y*m.W+x+1]
			}
			if y+1 < m.H {
				below = m.Pix[(y+1)*m.W+x]
			}
			if right != here && int(right) != ignore || below != here && int(below) != ignore {
				points = append(points, [2]int{y, x})
			}
		}
	}
	return points
}

// strength returns the mean of the edges at points seen in a view; false if too few of them lie in the picture.
func strength(edges []float64, h, w int, points [][2]int, v view) (float64, bool) {
	sum, n := 0.0, 0
	for _, p := range points {
		y, x := p[0], p[1]
		if v.flipY {
			y = h - 1 - y
		}
		if v.flipX {
			x = w - 1 - x
		}
		y, x = y+v.dy, x+v.dx
		if y < 0 || y >= h || x < 0 || x >= w {
			continue
		}
		sum += edges[y*w+x]
		n++
	}
	return sum / float64(max(1, n)), n >= 8 && 4*n >= len(points)
}

// judge passes if outlines lie at edges in more samples than chance would have it: by two standard deviations of a coin. It
// fails if another view fits better, by three.
func (o *outlines) judge(name string) Check {
	c := Check{Name: name, Verdict: Pass}
	if o.samples < 4 {
		c.Verdict, c.Text = Skip, fmt.Sprintf("%d samples have outlines to compare; wanted: 4", o.samples)
		return c
	}
	n := float64(o.samples)
	c.Text = fmt.Sprintf("edges at the masks' outlines %.2f times the image's mean, %.2f elsewhere; stronger there in %d of %d "+
		"samples (wanted: %.0f)", o.own, o.far, o.wins, o.samples, math.Ceil(float64(n/2)+math.Sqrt(n)))
	best := ""
	most := o.own
	for _, v := range o.views {
		if mean := v.sum / max(1, v.samples); v.share >= float64(v.samples/2)+float64(1.5*math.Sqrt(v.samples)) && v.samples >= n/2 && mean > most {
			best, most = v.name, mean
		}
	}
	switch {
	case best != "":
		c.Verdict = Fail
		c.Text += fmt.Sprintf("; but masks fit better %s (%.2f)", best, most)
		c.Cures = []string{"are masks stored another way round than images, or cut or scaled differently?"}
	case float64(o.wins) < float64(n/2)+math.Sqrt(n):
		c.Verdict = Fail
		c.Cures = []string{"masks do not follow their images: does data.pattern pair the right files?",
			"if the pictures show that they do, as with outlines that nobody sees, go on with debug=false"}
	}
	return c
}
