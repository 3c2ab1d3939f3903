package data

import (
	"cmp"
	"fmt"
	"slices"

	"tessera/segtrain/raster"
)

// Overlap says which of two regions has the pixels that lie in both.
type Overlap string

const (
	LaterOnTop   Overlap = "later"   // the one that comes later in the file
	SmallerOnTop Overlap = "smaller" // the one with fewer pixels; of two alike the later
)

// Drawn is a mask that is in no picture file: regions of a COCO file or of a table of run-lengths. It is drawn when it
// is asked for.
type Drawn struct {
	Source     string // the file, for messages
	H, W       int    // size of the picture as the file states it, 0×0 where it does not
	Background uint8  // class of the pixels in no region
	Overlap    Overlap
	Regions    []Region // in the file's order
}

// Region is a part of a Drawn.
type Region struct {
	Where string // such as "line 7" or "annotations[3] (id 17)"
	Class uint8
	shape shape
}

// A shape becomes the pixels of a picture of any size.
type shape interface {
	runs(h, w int) (raster.Runs, error)
}

// Runs returns the pixels of a region in a picture of h×w.
func (r Region) Runs(h, w int) (raster.Runs, error) {
	runs, err := r.shape.runs(h, w)
	if err != nil {
		return raster.Runs{}, fmt.Errorf("%s: %w", r.Where, err)
	}
	return runs, nil
}

// Mask draws the regions for a picture of h×w.
//
// Errors: a picture of another size than the file states, and a region that cannot be drawn. They name the file and
// the place in it.
func (d *Drawn) Mask(h, w int) (*raster.Mask, error) {
	if d.H != 0 && (d.H != h || d.W != w) {
		return nil, fmt.Errorf("%s: says %d×%d pixels (height × width), but the image has %d×%d", d.Source, d.H, d.W, h, w)
	}
	type layer struct {
		class uint8
		runs  raster.Runs
		area  int
	}
	layers := make([]layer, len(d.Regions))
	for i, r := range d.Regions {
		runs, err := r.Runs(h, w)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.Source, err)
		}
		layers[i] = layer{r.Class, runs, runs.Area()}
	}
	if d.Overlap == SmallerOnTop {
		slices.SortStableFunc(layers, func(a, b layer) int { return cmp.Compare(b.area, a.area) })
	}
	m := raster.NewMask(h, w)
	for i := range m.Pix {
		m.Pix[i] = d.Background
	}
	for _, l := range layers {
		l.runs.Paint(m, l.class)
	}
	return m, nil
}

// polygons are the outlines of one region, each a list of x, y.
type polygons [][]float64

func (p polygons) runs(h, w int) (raster.Runs, error) {
	all, err := raster.Polygon(p[0], h, w)
	for _, xy := range p[1:] {
		if err != nil {
			break
		}
		var r raster.Runs
		if r, err = raster.Polygon(xy, h, w); err == nil {
			all = all.Union(r)
		}
	}
	return all, err
}

// counts are COCO's run-lengths, packed or plain, of a picture of h×w.
type counts struct {
	h, w   int
	plain  []int
	packed string
}

func (c counts) runs(h, w int) (raster.Runs, error) {
	if c.h != h || c.w != w {
		return raster.Runs{}, fmt.Errorf("run-lengths of %d×%d pixels (height × width), but the image has %d×%d", c.h, c.w, h, w)
	}
	if c.plain != nil {
		return raster.NewRuns(h, w, raster.ColumnMajor, c.plain)
	}
	return raster.ParseCOCO(c.packed, h, w)
}

// pairs are run-lengths as competitions write them.
type pairs struct {
	code *raster.RLE
	text string
}

func (p pairs) runs(h, w int) (raster.Runs, error) { return p.code.Parse(p.text, h, w) }
