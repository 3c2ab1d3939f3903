package augment

import (
	"math"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() { register("CLAHE", CLAHE{ClipLimit: FromOne{1, 4}, TileGridSize: IntRange{8, 8}, P: 0.5}) }

// CLAHE equalises the histograms of tiles, whose peaks are cut off, and interpolates between them (Albumentations and OpenCV:
// CLAHE; Zuiderveld, Graphics Gems IV, 1994). Pictures of three channels change in their lightness L*. A single clip_limit n is
// the range [1, n].
type CLAHE struct {
	ClipLimit    FromOne  `yaml:"clip_limit"`
	TileGridSize IntRange `yaml:"tile_grid_size"` // tiles across and down
	P            float64  `yaml:"p"`
}

// Chance returns P.
func (t CLAHE) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the limit.
func (t CLAHE) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the limit. The op is a Painter.
func (t CLAHE) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, clahe{drawReal(rng, t.ClipLimit), t.TileGridSize})
}

// Validate checks the settings.
func (t CLAHE) Validate() error {
	return firstError(checkRange("clip_limit", t.ClipLimit, 1, 1000),
		checkReal("tile_grid_size", t.TileGridSize[0], 1, 64),
		checkReal("tile_grid_size", t.TileGridSize[1], 1, 64),
		checkChance(t.P))
}

func (t CLAHE) bind(channels, _ int) (Transform, error) {
	return t, needChannels("CLAHE", channels, 1, 3)
}

type clahe struct {
	clip  float64
	tiles [2]int
}

func (b clahe) stroke(dst, src *raster.Image) {
	if src.C == 1 {
		b.equalize(dst, src)
		return
	}
	light, colours := canvas(src.H, src.W, 1), canvas(src.H, src.W, 2)
	defer canvases.Put(light)
	defer canvases.Put(colours)
	toLab(src.Pix8, light.Pix8, colours.Pix8)
	b.equalize(light, light)
	fromLab(light.Pix8, colours.Pix8, dst.Pix8)
}

// equalize looks each sample up in the tables of the four tiles around it.
func (b clahe) equalize(dst, src *raster.Image) {
	nx, ny := b.tiles[0], b.tiles[1]
	tw, th := (src.W+nx-1)/nx, (src.H+ny-1)/ny
	if src.W%nx == 0 && src.H%ny != 0 { // as OpenCV, which pads both sides or none
		tw++
	} else if src.H%ny == 0 && src.W%nx != 0 {
		th++
	}
	tables := make([][256]uint8, nx*ny)
	for i := range tables {
		tables[i] = b.tile(src, i/nx*th, i%nx*tw, th, tw)
	}
	across := runsOf(src.W, tw, nx)
	for y := range src.H {
		down := tilesAt(y, th, ny)
		top, bottom := tables[down.first*nx:][:nx], tables[down.second*nx:][:nx]
		row, out := src.Pix8[y*src.W:][:src.W], dst.Pix8[y*src.W:][:src.W]
		low := down.share >> 3
		for _, a := range across {
			one, two, three, four := &top[a.first], &top[a.second], &bottom[a.first], &bottom[a.second]
			in, to := row[a.begin:][:len(a.shares)], out[a.begin:][:len(a.shares)]
			for i, share := range a.shares {
				v := in[i]
				upper := int32(one[v])<<11 + (int32(two[v])-int32(one[v]))*share
				lower := int32(three[v])<<11 + (int32(four[v])-int32(three[v]))*share
				to[i] = uint8((upper<<8 + (lower-upper)*low + 1<<18) >> 19)
			}
		}
	}
}

// A runOfTiles is columns from begin on that lie between the same two tiles, with the share of the second for each.
type runOfTiles struct {
	first, second, begin int
	shares               []int32
}

func runsOf(w, tw, n int) (runs []runOfTiles) {
	for x := range w {
		at := tilesAt(x, tw, n)
		if last := len(runs) - 1; last < 0 || runs[last].first != at.first || runs[last].second != at.second {
			runs = append(runs, runOfTiles{first: at.first, second: at.second, begin: x})
		}
		run := &runs[len(runs)-1]
		run.shares = append(run.shares, at.share)
	}
	return runs
}

// betweenTiles says which two of n tiles an index lies between, and the share of the second, of 2¹¹.
type betweenTiles struct {
	first, second int
	share         int32
}

func tilesAt(i, size, n int) betweenTiles {
	at := float64(i)/float64(size) - 0.5
	first := math.Floor(at)
	share := int32(float64((at-first)*2048) + 0.5)
	return betweenTiles{nearest(int(first), n), nearest(int(first)+1, n), share}
}

// tile returns the table of a tile: what goes beyond the limit is spread over all values.
func (b clahe) tile(src *raster.Image, y0, x0, th, tw int) (t [256]uint8) {
	var count [256]int
	for y := y0; y < y0+th; y++ {
		row := src.Pix8[mirror(y, src.H)*src.W:][:src.W]
		inside := min(max(src.W-x0, 0), tw)
		for _, v := range row[min(x0, src.W):][:inside] {
			count[v]++
		}
		for x := x0 + inside; x < x0+tw; x++ {
			count[row[mirror(x, src.W)]]++
		}
	}
	limit := max(int(b.clip*float64(th*tw)/256), 1)
	over := 0
	for v, n := range count {
		if n > limit {
			over += n - limit
			count[v] = limit
		}
	}
	each, rest := over/256, over%256
	for v := range count {
		count[v] += each
	}
	if rest > 0 {
		step := max(256/rest, 1)
		for v := 0; v < 256 && rest > 0; v += step {
			count[v]++
			rest--
		}
	}
	sum := 0
	for v, n := range count {
		sum += n
		t[v] = uint8(min((2*255*sum+th*tw)/(2*th*tw), 255))
	}
	return t
}
