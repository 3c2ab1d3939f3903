package augment

import "tessera/segtrain/raster"

// Fuse returns one op that does what ops do to an h×w picture, in order, in as few passes as it can:
// whole-pixel moves (flips, crops, pads) become one copy; a warp, of any kind, swallows the moves, warps and enlargements
// beside it and resamples once; a shrinking resize stays alone, for it filters. Content that a warp would
// push out of a frame between two fused ops, and the next would bring back, is kept. Neighbours whose borders
// differ stay apart.
//
// The result is a Geometric when a single geometric op is left. When several ops are left it is an Inverter,
// whose inverse undoes the geometry and passes over ops that change values only.
func Fuse(h, w int, ops ...Op) Op {
	var out []Op
	for _, op := range flatten(ops) {
		if Err(op) != nil {
			return op
		}
		if g, ok := op.(interface{ Size() (h, w int) }); ok {
			h, w = g.Size()
		}
		if m, ok := op.(move); ok && m.isIdentity() {
			continue
		}
		if n := len(out); n > 0 {
			if both, ok := merge(out[n-1], op); ok {
				out[n-1] = both
				continue
			}
		}
		out = append(out, op)
	}
	switch len(out) {
	case 0:
		return Identity(h, w)
	case 1:
		return out[0]
	}
	return sequence{out, h, w}
}

func flatten(ops []Op) []Op {
	var out []Op
	for _, op := range ops {
		if s, ok := op.(sequence); ok {
			out = append(out, s.ops...)
		} else {
			out = append(out, op)
		}
	}
	return out
}

// merge returns the one op that does first and second, if there is one.
func merge(first, second Op) (Op, bool) {
	if both, ok := mergePaint(first, second); ok {
		return both, true
	}
	if m, ok := first.(move); ok {
		if n, ok := second.(move); ok {
			return m.then(n)
		}
	}
	if !resamples(first) && !resamples(second) {
		return nil, false
	}
	a, aOpen, ok := asField(first)
	b, bOpen, ok2 := asField(second)
	if !ok || !ok2 || aOpen && bOpen && !a.border.equal(b.border) {
		return nil, false
	}
	if bOpen {
		a.border = b.border
	}
	return field{a.frame.then(b.frame), chain(a.steps, b.steps), a.border}.simple(), true
}

// resamples tells whether an op interpolates along a map, so that it may as well do what the op beside it does.
func resamples(op Op) bool {
	switch op.(type) {
	case warp, field:
		return true
	}
	return false
}

// simple returns the field as a warp if it has a matrix.
func (f field) simple() Op {
	if m, ok := f.steps[0].(Affine); ok && len(f.steps) == 1 {
		return warp{f.frame, m, f.border}
	}
	return f
}

// asField returns a geometric op as a resampling and whether it may show border, if resampling can stand for
// it.
func asField(op Op) (f field, open, ok bool) {
	switch op := op.(type) {
	case field:
		return op, true, true
	case warp:
		return field{op.frame, []step{op.matrix}, op.border}, true, true
	case move:
		return field{op.frame, []step{op.Matrix()}, op.border}, !op.whole(), !op.clipped()
	case resize:
		return field{frame: op.frame, steps: []step{op.Matrix()}}, false, !op.shrinks()
	}
	return field{}, false, false
}

// A sequence applies several ops that cannot become one. h and w are its output size.
type sequence struct {
	ops  []Op
	h, w int
}

func (s sequence) Size() (h, w int) { return s.h, s.w }

func (s sequence) Image(in *raster.Float) *raster.Float {
	for _, op := range s.ops {
		in = op.Image(in)
	}
	return in
}

func (s sequence) Mask(in *raster.Mask) *raster.Mask {
	for _, op := range s.ops {
		in = op.Mask(in)
	}
	return in
}

// Inverse undoes the geometry, last op first. Ops that change values only have no place in it.
func (s sequence) Inverse() Op {
	var back []Op
	h, w := s.h, s.w
	for i := len(s.ops) - 1; i >= 0; i-- {
		if op, ok := s.ops[i].(Inverter); ok {
			back = append(back, op.Inverse())
		}
	}
	return Fuse(h, w, back...)
}
