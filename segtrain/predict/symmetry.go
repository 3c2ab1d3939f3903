package predict

// A Symmetry is one of the eight of the square: a transposition or none, then flips or none.
type Symmetry struct {
	Transpose    bool // rows become columns
	FlipV, FlipH bool // top and bottom, left and right
}

// Then returns s followed by t.
func (s Symmetry) Then(t Symmetry) Symmetry {
	v, h := s.FlipV, s.FlipH
	if t.Transpose {
		v, h = h, v
	}
	return Symmetry{s.Transpose != t.Transpose, v != t.FlipV, h != t.FlipH}
}

// Inverse returns what undoes s.
func (s Symmetry) Inverse() Symmetry {
	if s.Transpose {
		s.FlipV, s.FlipH = s.FlipH, s.FlipV
	}
	return s
}

// Size returns the size of an h×w picture that s has turned.
func (s Symmetry) Size(h, w int) (int, int) {
	if s.Transpose {
		return w, h
	}
	return h, w
}

// lattice tells where pixel (y, x) of a turned picture comes from: at pixel first + y·perRow + x·perColumn of the h×w picture.
func (s Symmetry) lattice(h, w int) (first, perRow, perColumn int) {
	oh, ow := s.Size(h, w)
	perRow, perColumn = w, 1
	if s.Transpose {
		perRow, perColumn = 1, w
	}
	if s.FlipV {
		first += (oh - 1) * perRow
		perRow = -perRow
	}
	if s.FlipH {
		first += (ow - 1) * perColumn
		perColumn = -perColumn
	}
	return first, perRow, perColumn
}

// turn writes the h×w picture src of c channels, turned, to dst: an exact permutation of pixels.
func (s Symmetry) turn(h, w, c int, src, dst []float32) {
	oh, ow := s.Size(h, w)
	first, perRow, perColumn := s.lattice(h, w)
	if perColumn == 1 {
		for y := range oh {
			copy(dst[y*ow*c:][:ow*c], src[(first+y*perRow)*c:])
		}
		return
	}
	for y := range oh {
		row := dst[y*ow*c:][:ow*c]
		at := first + y*perRow
		for x := range ow {
			copy(row[x*c:][:c], src[at*c:])
			at += perColumn
		}
	}
}
