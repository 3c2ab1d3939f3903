package kernels

// Numbers are those of an image or a matrix where they lie: in float32, or stored in 16 bits.
type Numbers struct {
	floats  []float32
	halves  []uint16
	storage Storage
}

// Floats returns numbers in float32.
func Floats(x []float32) Numbers { return Numbers{floats: x} }

// Stored returns numbers that Pack has written.
func (s Storage) Stored(x []uint16) Numbers { return Numbers{halves: x, storage: s} }

// stored tells whether they are in 16 bits.
func (x Numbers) stored() bool { return x.halves != nil }

// from returns the numbers from begin on.
func (x Numbers) from(begin int) Numbers {
	if x.stored() {
		x.halves = x.halves[begin:]
		return x
	}
	x.floats = x.floats[begin:]
	return x
}

// read returns the numbers from begin to end, where they lie or in scratch.
func (x Numbers) read(begin, end int, scratch []float32) []float32 {
	if !x.stored() {
		return x.floats[begin:end]
	}
	scratch = scratch[:end-begin]
	x.unpack(begin, scratch)
	return scratch
}

// unpack writes the numbers from begin on to y, some tens of microseconds a call of a kernel.
func (x Numbers) unpack(begin int, y []float32) {
	const most = 64 << 10
	for len(y) > 0 {
		n := min(most, len(y))
		x.storage.Unpack(x.halves[begin:begin+n], y[:n])
		begin, y = begin+n, y[n:]
	}
}

// band is copyBand of an image that may be stored.
func (x Numbers) band(ih, iw, c, ld int, s spread, y0, x0, rows, cols int, dst []float32) {
	if !x.stored() {
		copyBand(ih, iw, c, ld, s, y0, x0, rows, cols, x.floats, dst)
		return
	}
	for r := range rows {
		line, y := dst[r*cols*c:][:cols*c], y0+r
		if y < 0 || y%s.h != 0 || y/s.h >= ih {
			clear(line)
			continue
		}
		x.from(y/s.h*iw*ld).line(iw, c, ld, s.w, x0, line)
	}
}

// line is copyLine of stored numbers.
func (x Numbers) line(iw, c, ld, step, x0 int, line []float32) {
	cols := len(line) / c
	if step > 1 {
		clear(line)
		for i := range cols {
			if at := x0 + i; at >= 0 && at%step == 0 && at/step < iw {
				x.unpack(at/step*ld, line[i*c:(i+1)*c])
			}
		}
		return
	}
	begin, end := min(max(0, -x0), cols), min(max(0, iw-x0), cols)
	end = max(begin, end)
	clear(line[:begin*c])
	clear(line[end*c:])
	if ld == c {
		x.unpack(max(0, x0)*c, line[begin*c:end*c])
		return
	}
	for i := begin; i < end; i++ {
		x.unpack((x0+i)*ld, line[i*c:(i+1)*c])
	}
}
