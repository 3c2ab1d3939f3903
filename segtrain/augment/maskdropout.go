package augment

import (
	"image"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() {
	register("MaskDropout", MaskDropout{MaxObjects: IntRange{1, 1}, FillMask: MaskClass(0), P: 0.5})
}

// MaskDropout erases objects: connected areas of one class other than 0 (Albumentations: MaskDropout). It draws by the mask, and
// does nothing to a picture without one. FillMask is the class that is left.
type MaskDropout struct {
	MaxObjects IntRange `yaml:"max_objects"`
	Fill       HoleFill `yaml:"fill"`
	FillMask   MaskFill `yaml:"fill_mask"`
	P          float64  `yaml:"p"`
}

// Chance returns P.
func (t MaskDropout) Chance() float64 { return t.P }

// Draw tosses a coin.
func (t MaskDropout) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always leaves the picture as it is: there is no mask. The op is a Painter.
func (t MaskDropout) Always(_ *rand.Rand, h, w int) Op {
	return Identity(h, w)
}

// Validate checks the settings.
func (t MaskDropout) Validate() error {
	return firstError(checkRange("max_objects", t.MaxObjects, 1, 10000),
		t.Fill.check(),
		checkChance(t.P))
}

func (t MaskDropout) bind(channels, ignore int) (Transform, error) {
	err := bindHoles("MaskDropout", t.Fill, &t.FillMask, channels, ignore)
	return t, err
}

// Looks is true.
func (t MaskDropout) Looks() bool { return true }

// DrawAt tosses a coin, then draws the objects of this mask.
func (t MaskDropout) DrawAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	if rng.Float64() < t.P {
		return t.AlwaysAt(rng, mask, h, w)
	}
	return Identity(h, w)
}

// AlwaysAt draws the objects of this mask. The op is a Painter.
func (t MaskDropout) AlwaysAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	objects := objectsOf(mask)
	if len(objects) == 0 {
		return Identity(h, w)
	}
	var rects []image.Rectangle
	for _, i := range rng.Perm(len(objects))[:min(drawInt(rng, t.MaxObjects), len(objects))] {
		rects = append(rects, objects[i]...)
	}
	return dig(rng, h, w, rects, t.Fill, t.FillMask)
}

// objectsOf returns the objects of a mask as runs of pixels, in the order of their first pixels. Pixels that touch at a
// corner belong together.
func objectsOf(mask *raster.Mask) [][]image.Rectangle {
	var runs []image.Rectangle
	var parent []int
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	above, first := 0, 0
	for y := range mask.H {
		row := mask.Pix[y*mask.W:][:mask.W]
		start := len(runs)
		for x := 0; x < mask.W; {
			end := x + 1
			for end < mask.W && row[end] == row[x] {
				end++
			}
			if row[x] != 0 {
				runs, parent = append(runs, image.Rect(x, y, end, y+1)), append(parent, len(runs))
			}
			x = end
		}
		for i, k := start, above; i < len(runs) && k < first; {
			a, b := runs[k], runs[i]
			if a.Min.X <= b.Max.X && b.Min.X <= a.Max.X && mask.Pix[a.Min.Y*mask.W+a.Min.X] == row[b.Min.X] {
				p, q := find(k), find(i)
				parent[max(p, q)] = min(p, q)
			}
			if a.Max.X < b.Max.X {
				k++
			} else {
				i++
			}
		}
		above, first = start, len(runs)
	}
	var objects [][]image.Rectangle
	at := map[int]int{}
	for i, r := range runs {
		root := find(i)
		if _, ok := at[root]; !ok {
			at[root] = len(objects)
			objects = append(objects, nil)
		}
		objects[at[root]] = append(objects[at[root]], r)
	}
	return objects
}
