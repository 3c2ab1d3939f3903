package data

import (
	"fmt"
	"slices"

	"tessera/internal/parallel"
	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

// A Window is a part of a picture.
type Window struct{ Y, X, H, W int }

// Foreground says which tiles of a picture are samples.
type Foreground string

const (
	AllTiles   Foreground = "all"   // every tile
	OnlyTiles  Foreground = "only"  // those that have a pixel of another class than the background
	ShareTiles Foreground = "share" // all of those, and of the others as many as leave the first their share
)

const keyTiles = 0x74696c6573000000 // of the random keys of Tiles

// TileOptions say how Tiles cuts pictures.
type TileOptions struct {
	H, W       int     // of a tile, in pixels of the files; a smaller picture is one tile of its own size
	Overlap    float64 // of neighbours at least, as a part of a side
	Foreground Foreground
	Share      float64 // of tiles with foreground, for ShareTiles
	Background int     // class that is no foreground; of classes that may overlap any is foreground
	Seed       uint64  // of the choice among tiles without foreground
}

// Tiles returns a record for each tile of the data set's pictures, in order, with the ID of its picture, @, and the row and column
// where it begins. Group, fold and labels stay those of the picture; so cut after a split, and no tile stands on another side of it than
// the rest of its picture. Other tiles than all of them are chosen by the masks, which are read for it.
//
// Errors: a file that cannot be read, and nothing left.
func (d *Dataset) Tiles(o TileOptions) (Manifest, error) {
	lists, errs := make([]Manifest, d.Len()), make([]error, d.Len())
	there := make([][]bool, d.Len())
	parallel.For(d.Len(), func(i, _ int) { lists[i], there[i], errs[i] = d.tilesOf(i, o) })
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	m, has := slices.Concat(lists...), slices.Concat(there...)
	if o.Foreground == ShareTiles {
		m = o.share(m, has)
	}
	if len(m) == 0 {
		return nil, fmt.Errorf("tiles: none of %d pictures has a tile with foreground", d.Len())
	}
	return m, nil
}

// tilesOf returns the tiles of a picture, and whether each has foreground.
func (d *Dataset) tilesOf(index int, o TileOptions) (m Manifest, there []bool, err error) {
	h, w, err := d.Size(index)
	if err != nil {
		return nil, nil, err
	}
	var labels []uint8
	if o.Foreground != AllTiles && o.Foreground != "" {
		if labels, err = d.LoadLabels(index); err != nil {
			return nil, nil, err
		}
	}
	for _, y := range raster.TileStarts(h, o.H, o.Overlap) {
		for _, x := range raster.TileStarts(w, o.W, o.Overlap) {
			t := Window{y, x, min(o.H, h), min(o.W, w)}
			fore := labels == nil || d.foreground(labels, w, t, o.Background)
			if o.Foreground == OnlyTiles && !fore {
				continue
			}
			r := d.records[index]
			r.ID, r.Tile = fmt.Sprintf("%s@%d,%d", r.ID, y, x), &t
			m, there = append(m, r), append(there, fore)
		}
	}
	return m, there, nil
}

// foreground tells whether a window has a pixel that is neither background nor ignored.
func (d *Dataset) foreground(labels []uint8, width int, t Window, background int) bool {
	n := d.Labels()
	if d.opt.Overlapping != nil {
		background = 0
	}
	for y := t.Y; y < t.Y+t.H; y++ {
		for _, v := range labels[(y*width+t.X)*n:][:t.W*n] {
			if int(v) != background && int(v) != d.opt.MaskCode.Ignore {
				return true
			}
		}
	}
	return false
}

// share leaves out tiles without foreground by chance until the others have their share.
func (o TileOptions) share(m Manifest, there []bool) Manifest {
	var empty []int
	for i, has := range there {
		if !has {
			empty = append(empty, i)
		}
	}
	keep := len(empty)
	if o.Share > 0 {
		keep = min(keep, int(float64(len(m)-len(empty))*(1-o.Share)/o.Share+0.5))
	}
	out := make([]bool, len(m))
	for _, k := range augment.NewRand(keyTiles, o.Seed).Perm(len(empty))[keep:] {
		out[empty[k]] = true
	}
	var list Manifest
	for i, r := range m {
		if !out[i] {
			list = append(list, r)
		}
	}
	return list
}

// sameFiles returns for each record the first that has the same files.
func sameFiles(m Manifest) []int {
	first := map[string]int{}
	list := make([]int, len(m))
	for i, r := range m {
		list[i] = i
		if r.Tile == nil {
			continue
		}
		if j, ok := first[r.Image]; ok {
			list[i] = j
			continue
		}
		first[r.Image] = i
	}
	return list
}

// window returns the part of decoded files that a record is.
func (p *decoded) window(r Record) (*decoded, error) {
	t := *r.Tile
	if t.Y < 0 || t.X < 0 || t.H < 1 || t.W < 1 || t.Y+t.H > p.image.H || t.X+t.W > p.image.W {
		return nil, fmt.Errorf("image %s has %d×%d pixels, but the tile is %d×%d at (y %d, x %d)",
			r.Image, p.image.H, p.image.W, t.H, t.W, t.Y, t.X)
	}
	part := &decoded{image: p.image.Crop(t.Y, t.X, t.H, t.W)}
	cut := func(m *raster.Mask) *raster.Mask { return m.Crop(t.Y, t.X, t.H, t.W) }
	if p.mask != nil {
		part.mask = cut(p.mask)
	}
	part.soft = p.soft.apply(cut)
	if p.flags != nil {
		part.flags = p.flags.Apply(cut)
	}
	return part, nil
}
