package predict

import (
	"tessera/internal/parallel"
	"tessera/segtrain/raster"
)

// A slider goes over a picture tile by tile, and gives its probabilities row by row. It keeps as many rows as a tile has.
type slider struct {
	caster *caster
	tiling *Tiling
	batch  int
	c      int                // channels
	done   func(part float64) // told the part of the picture that is done; nil: nobody

	h, w           int // of the picture
	ys, xs         []int
	wy, wx         []float32 // weights in a tile
	sumY, sumX     []float32 // of the weights of all tiles
	rows           []float32 // of the picture, from the top of the tiles on; as wide as tiles need
	filled, read   int       // rows that are there, of the tile's; of the picture, that were read
	sums           []float32 // of weighted probabilities, from the top of the tiles on
	tiles          []float32
	width, classes int
	said           []float32 // what the classification head says of the picture: the most of all tiles
}

// run predicts an h×w picture. read writes the picture's next rows, emit takes the next row of probabilities, which it
// may change.
func (s *slider) run(h, w int, read func(rows []float32) error, emit func(row []float32) error) error {
	t := s.tiling
	s.h, s.w, s.width = h, w, max(w, t.W)
	s.ys, s.xs = raster.TileStarts(h, t.H, t.Overlap), raster.TileStarts(w, t.W, t.Overlap)
	s.wy, s.wx = t.Blend.weights(t.H), t.Blend.weights(t.W)
	s.sumY, s.sumX = coverage(h, s.ys, s.wy), coverage(w, s.xs, s.wx)
	s.rows = grown(s.rows, t.H*s.width*s.c)
	s.filled, s.read, s.classes, s.said = 0, 0, 0, nil
	for i, y := range s.ys {
		if err := s.advance(y, i, read); err != nil {
			return err
		}
		if err := s.row(); err != nil {
			return err
		}
		next := h
		if i+1 < len(s.ys) {
			next = s.ys[i+1]
		}
		if err := s.finish(y, next, emit); err != nil {
			return err
		}
		if s.done != nil {
			s.done(float64(i+1) / float64(len(s.ys)))
		}
	}
	return nil
}

// advance reads the rows of the tiles at y.
func (s *slider) advance(y, i int, read func([]float32) error) error {
	line, t := s.width*s.c, s.tiling
	if i > 0 {
		gone := y - s.ys[i-1]
		copy(s.rows, s.rows[gone*line:])
		s.filled = max(0, t.H-gone)
	}
	for ; s.filled < t.H && s.read < s.h; s.filled++ {
		row := s.rows[s.filled*line:][:line]
		if err := read(row[:s.w*s.c]); err != nil {
			return err
		}
		s.read++
		for x := s.w; x < s.width; x++ {
			copy(row[x*s.c:][:s.c], row[mirrored(x, s.w)*s.c:])
		}
	}
	for ; s.filled < t.H; s.filled++ { // a picture lower than a tile
		copy(s.rows[s.filled*line:][:line], s.rows[mirrored(s.filled, s.h)*line:])
	}
	return nil
}

// row predicts the tiles beside each other at the current height.
func (s *slider) row() error {
	t := s.tiling
	size := t.H * t.W * s.c
	s.tiles = grown(s.tiles, min(s.batch, len(s.xs))*size)
	for first := 0; first < len(s.xs); first += s.batch {
		xs := s.xs[first:min(first+s.batch, len(s.xs))]
		parallel.For(len(xs)*t.H, func(i, _ int) {
			from := s.rows[(i%t.H*s.width+xs[i/t.H])*s.c:]
			copy(s.tiles[i*t.W*s.c:][:t.W*s.c], from)
		})
		seen, err := s.caster.run(s.tiles[:len(xs)*size], len(xs), t.H, t.W, s.c)
		if err != nil {
			return err
		}
		if s.classes == 0 {
			s.classes = s.caster.classes
			s.sums = grown(s.sums, t.H*s.width*s.classes)
			clear(s.sums)
		}
		s.add(xs, seen)
		s.said = s.caster.louder(s.said, len(xs))
	}
	return nil
}

// add adds the weighted probabilities of tiles, in their order at each pixel.
func (s *slider) add(xs []int, seen []float32) {
	t, c := s.tiling, s.classes
	parallel.For(t.H, func(y, _ int) {
		for i, x := range xs {
			sums := s.sums[(y*s.width+x)*c:][:t.W*c]
			from := seen[(i*t.H+y)*t.W*c:][:t.W*c]
			for j, wx := range s.wx {
				weight := float32(s.wy[y] * wx)
				to := sums[j*c:][:c]
				for k, p := range from[j*c:][:c] {
					to[k] += float32(weight * p)
				}
			}
		}
	})
}

// finish gives out the rows from y up to next, which no other tile reaches, and moves on.
func (s *slider) finish(y, next int, emit func([]float32) error) error {
	line := s.width * s.classes
	parallel.For(next-y, func(i, _ int) {
		row := s.sums[i*line:][:s.w*s.classes]
		for x := range s.w {
			weight := float32(s.sumY[y+i] * s.sumX[x])
			for k := range row[x*s.classes:][:s.classes] {
				row[x*s.classes+k] /= weight
			}
		}
	})
	for i := range next - y {
		if err := emit(s.sums[i*line:][:s.w*s.classes]); err != nil {
			return err
		}
	}
	kept := copy(s.sums, s.sums[min((next-y)*line, len(s.sums)):])
	clear(s.sums[kept:])
	return nil
}
