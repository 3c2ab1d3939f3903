package kernels

// A halfTask computes units of a halfGradient for a range of channels of x.
type halfTask struct {
	*halfGradient
	first, channels int
	blocks          [2][]dotBlock
	area, panel     []uint16
	turn, small     []uint16 // pairs of pixels on their way to the planes, and their small parts
	edge, scaled    []float32

	image, count int // first image of the unit, number of images
	row, rows    int // first row of dy, number of rows
	last         int // 1 for the last unit of an image or of all, if it is smaller
}

// divide gives the parts of scratch their names.
func (t *halfTask) divide(scratch []float32) {
	all := halves(scratch)
	take := func(n int) []uint16 {
		part := all[:n]
		all = all[n:]
		return part
	}
	t.area, t.panel = take(t.parts*t.halfGradient.area), take(t.parts*t.halfGradient.panel)
	t.turn = take(t.halfGradient.turn)
	t.small = take((t.parts - 1) * t.halfGradient.turn)
	rest := scratch[len(scratch)-len(all)/2:]
	edge := 2 * max(t.group, dotCols)
	t.edge, t.scaled = rest[:edge], rest[edge:]
}

// unit goes to a unit.
func (t *halfTask) unit(u int) {
	t.image, t.row = u/t.bands*t.images, u%t.bands*t.band
	t.count = min(t.images, t.x.n-t.image)
	t.rows = min(t.band, t.dy.lines-t.row)
	t.last = 0
	if t.count < t.images || t.rows < t.band {
		t.last = 1
	}
}

// planes writes the pixels of x that the unit sees.
func (t *halfTask) planes(w Window, x Numbers, gain []float32) {
	for f, phase := range t.phases {
		at, pairs := f*t.plane, 0
		for i := range t.count {
			pixels := x.from((t.image + i) * t.x.pixels * t.x.c)
			var factors []float32
			if gain != nil {
				factors = gain[(t.image+i)*t.x.c+t.first:][:t.channels]
			}
			for line := range t.rows + t.more {
				y := (t.row+line)*w.SH + phase.y - w.PT
				l := halfLine{at: y*t.x.width - w.PL + phase.x, step: w.SW}
				if y >= 0 && y < t.x.lines {
					width := min(t.x.width, t.x.pixels-y*t.x.width)
					l.begin = max(0, (w.PL-phase.x+w.SW-1)/w.SW)
					l.end = max(l.begin, min(t.positions, (width-1+w.PL-phase.x+w.SW)/w.SW))
				}
				for p := 0; p < t.positions; p += 2 * t.turnPairs {
					n := min(t.turnPairs, (t.positions-p)/2)
					t.gather(l, p, n, pixels, factors, pairs)
					if pairs += n; pairs >= t.turnPairs {
						t.transpose(at, pairs)
						at, pairs = at+2*pairs, 0
					}
				}
			}
		}
		t.transpose(at, pairs)
		t.end(at + 2*pairs)
	}
}

// A halfLine is a line of a plane: position i is pixel at + i·step of an image where begin ≤ i < end, else zero.
type halfLine struct{ at, step, begin, end int }

// gather writes n pairs of positions of a line, from position p on, to be turned as pairs from row on.
func (t *halfTask) gather(l halfLine, p, n int, from Numbers, factors []float32, row int) {
	c := t.channels
	to, rest := t.turn[row*2*c:][:n*2*c], t.small
	if len(rest) > 0 {
		rest = rest[row*2*c:][:n*2*c]
	}
	begin, end := max(l.begin, p), min(l.end, p+2*n)
	if begin >= end {
		clearBoth(to, rest, 0, len(to))
		return
	}
	ld := l.step * t.x.c
	pixels, count := from.from((l.at+begin*l.step)*t.x.c+t.first), end-begin
	begin, end = begin-p, end-p
	clearBoth(to, rest, 0, begin/2*2*c)
	clearBoth(to, rest, (end+1)/2*2*c, len(to))
	if from.storage == StoreBFloat16 && t.parts == 1 {
		x := pixels.halves
		if factors != nil {
			x, ld = t.scale16(count, ld, x, factors), c
		}
		pairPixels(begin, end, c, ld, x, halves(t.edge), func(at, pairs, ld int, x []uint16) {
			bf16.fn.pairOf(pairs, c, ld, x, to[at*2*c:])
		})
		return
	}
	x, ld := t.floats(count, ld, pixels)
	if factors != nil {
		x, ld = t.scale(count, ld, x, factors), c
	}
	pairPixels(begin, end, c, ld, x, t.edge, func(at, pairs, ld int, x []float32) {
		at *= 2 * c
		bf16.fn.pair(pairs, c, ld, x, to[at:], rest[min(at, len(rest)):])
	})
}

// pairPixels calls pair with the pixels from begin to end, c numbers each and ld apart in x: two by two, from position 2·at on.
// A pixel that lacks the other of its pair gets zeros instead, in edge.
func pairPixels[T float32 | uint16](begin, end, c, ld int, x, edge []T, pair func(at, pairs, ld int, x []T)) {
	edge = edge[:2*c]
	if begin%2 == 1 {
		clear(edge[:c])
		copy(edge[c:], x)
		pair(begin/2, 1, c, edge)
		begin++
		x = x[min(ld, len(x)):]
	}
	if pairs := (end - begin) / 2; pairs > 0 {
		pair(begin/2, pairs, ld, x)
		x = x[min(2*pairs*ld, len(x)):]
	}
	if end > begin && end%2 == 1 {
		copy(edge[:c], x)
		clear(edge[c:])
		pair(end/2, 1, c, edge)
	}
}

// floats returns n pixels of the task's channels, ld numbers apart in x, as float32, and how far apart those are.
func (t *halfTask) floats(n, ld int, x Numbers) ([]float32, int) {
	c := t.channels
	switch {
	case !x.stored():
		return x.floats, ld
	case ld == c:
		return x.read(0, n*c, t.scaled), c
	}
	for i := range n {
		x.unpack(i*ld, t.scaled[i*c:(i+1)*c])
	}
	return t.scaled[:n*c], c
}

// scale16 is scale of numbers in bfloat16, rounded.
func (t *halfTask) scale16(n, ld int, x []uint16, factors []float32) []uint16 {
	c := t.channels
	to := halves(t.scaled)[:n*c]
	if ld == c {
		channelScale16(n, c, x, factors, to)
		return to
	}
	for i := range n {
		copy(to[i*c:(i+1)*c], x[i*ld:])
	}
	channelScale16(n, c, to, factors, to)
	return to
}

// scale returns n pixels of the task's channels, ld floats apart in x, times their factors.
func (t *halfTask) scale(n, ld int, x, factors []float32) []float32 {
	c := t.channels
	to := t.scaled[:n*c]
	if ld == c {
		ChannelAffine(n, c, false, x, factors, nil, to)
		return to
	}
	for i := range n {
		copy(to[i*c:(i+1)*c], x[i*ld:])
	}
	ChannelAffine(n, c, false, to, factors, nil, to)
	return to
}

// transpose writes the pairs that were gathered to the planes, from position at on. What follows them is overwritten.
func (t *halfTask) transpose(at, pairs int) {
	if pairs == 0 {
		return
	}
	rows, c := (pairs+15)&^15, t.channels
	bf16.fn.transpose(rows, c, c, t.lda/2, pairsOf(t.turn), pairsOf(t.area)[at/2:])
	if len(t.small) > 0 {
		bf16.fn.transpose(rows, c, c, t.lda/2, pairsOf(t.small), pairsOf(t.area[t.halfGradient.area:])[at/2:])
	}
}

// end clears what may be read beyond a plane.
func (t *halfTask) end(at int) {
	for part := range t.parts {
		for c := range t.channels {
			clear(t.area[part*t.halfGradient.area+c*t.lda+at:][:t.slack])
		}
	}
}

// pairs writes a panel of dy: width columns from column on.
func (t *halfTask) pairs(column, width int, dy Numbers) {
	p := halfPanel{t: t, column: column, width: width}
	p.zeros(t.head)
	for i := range t.count {
		for r := range t.lines {
			if i == t.count-1 && r == t.rows {
				break
			}
			pixels := 0
			if r < t.rows {
				pixels = min(t.dy.width, t.dy.pixels-(t.row+r)*t.dy.width)
			}
			from := ((t.image+i)*t.dy.pixels + (t.row+r)*t.dy.width) * t.dy.c
			if dy.stored() {
				line(&p, pixels, dy.halves[min(from, len(dy.halves)):], halves(t.edge), p.pairOf)
			} else {
				line(&p, pixels, dy.floats[min(from, len(dy.floats)):], t.edge, p.pair)
			}
		}
	}
	p.zeros(t.head + t.segs[t.last][0].blocks*dotK/2 - p.at)
	if t.panels == 2 {
		for part := range t.parts {
			panel := pairsOf(t.panel[part*t.halfGradient.panel:])
			bf16.fn.late(p.at, width, panel, panel[t.halfGradient.rows*width:])
		}
	}
}

// A halfPanel is written pair by pair of pixels.
type halfPanel struct {
	t             *halfTask
	column, width int // of dy
	at            int // pairs that are written
}

// line writes a line of so many pixels by write, filled up with zeros. What follows the columns that dy has may be copied with them:
// what it makes is dropped.
func line[T float32 | uint16](p *halfPanel, pixels int, dy, edge []T, write func(pairs, ld int, dy []T)) {
	c, end := p.t.dy.c, p.at+p.t.positions/2
	inside := max(0, (len(dy)-p.column-p.width+c)/(2*c)) // pairs whose columns are there to be read
	pairs := pixels / 2
	if n := min(pairs, inside); n > 0 {
		write(n, c, dy[p.column:])
	}
	for at := 2 * min(pairs, inside); at < pixels; at += 2 { // a pair of one or two pixels
		edge := edge[:2*p.width]
		clear(edge)
		for i := range min(2, pixels-at) {
			copy(edge[i*p.width:][:min(p.width, c-p.column)], dy[(at+i)*c+p.column:])
		}
		write(1, p.width, edge)
	}
	p.zeros(end - p.at)
}

// pair writes so many pairs of pixels, ld numbers apart.
func (p *halfPanel) pair(pairs, ld int, dy []float32) {
	to, rest := p.place(pairs)
	bf16.fn.pair(pairs, p.width, ld, dy, to, rest)
}

// pairOf is pair of numbers in bfloat16.
func (p *halfPanel) pairOf(pairs, ld int, dy []uint16) {
	to, _ := p.place(pairs)
	bf16.fn.pairOf(pairs, p.width, ld, dy, to)
}

// zeros writes so many pairs of zeros.
func (p *halfPanel) zeros(pairs int) {
	to, rest := p.place(pairs)
	clear(to)
	clear(rest)
}

// place returns where the next pairs go.
func (p *halfPanel) place(pairs int) (to, rest []uint16) {
	at, n := p.at*2*p.width, pairs*2*p.width
	to = p.t.panel[at:][:n]
	if p.t.parts == 2 {
		rest = p.t.panel[p.t.halfGradient.panel+at:][:n]
	}
	p.at += pairs
	return to, rest
}
