package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// imageBlocks cuts the pixels of n images into blocks within an image: tasks image·blocks + block.
type imageBlocks struct{ n, pixels, c, size, blocks int }

func newImageBlocks(s tensor.Shape) imageBlocks {
	n, h, w, c := s.NHWC()
	b := imageBlocks{n: n, pixels: h * w, c: c, size: min(512, max(32, rowsOf(c)))}
	b.blocks = (b.pixels + b.size - 1) / b.size
	return b
}

// at returns the image of a task, its first row among all pixels, and its rows.
func (b *imageBlocks) at(task int) (image, first, rows int) {
	image = task / b.blocks
	begin := task % b.blocks * b.size
	return image, image*b.pixels + begin, min(b.size, b.pixels-begin)
}

// combine adds the partial sums of each image's blocks in float64, in order, and calls store with image, channel, total.
func (b *imageBlocks) combine(partial []float32, store func(image, channel int, total float64)) {
	for image := range b.n {
		for j := range b.c {
			total := 0.0
			for k := range b.blocks {
				total += float64(partial[(image*b.blocks+k)*b.c+j])
			}
			store(image, j, total)
		}
	}
}

// GlobalAverage returns the mean over the pixels of each image: [N, H, W, C] to [N, 1, 1, C].   dx = dy/(H·W)
func GlobalAverage(t *Tape, x *Var) *Var {
	b := newImageBlocks(x.Shape)
	o, y := t.record("global average", tensor.Dims(b.n, 1, 1, b.c), x)
	o.reads, o.slopes = []*Var{x}, []*Var{x}
	partial := t.temporary(b.n*b.blocks*b.c, false)
	few := max(1, l1Floats/b.c)
	t.needRoom(max(few, b.size) * b.c)
	sum := func(i, worker int) {
		_, first, rows := b.at(i)
		part := partial.data[i*b.c:][:b.c]
		clear(part)
		for end := first + rows; first < end; first += few {
			n := min(few, end-first)
			kernels.ChannelSums(n, b.c, x.valueRows(first*b.c, (first+n)*b.c, t.roomOf(worker)), part)
		}
	}
	store := func(image, j int, total float64) { y.value.data[image*b.c+j] = float32(total / float64(b.pixels)) }
	o.forward = func() {
		parallel.For(b.n*b.blocks, sum)
		b.combine(partial.data, store)
	}
	share := t.temporary(b.n*b.c, true)
	begin, after := t.complete(x, b.n*b.blocks, true)
	follows := x.follow != nil && x.first == len(t.ops)-1
	spread := func(i, worker int) {
		image, first, rows := b.at(i)
		if f := x.follow; follows && x.accumulate && f.passMore(first, first+rows, share.data[image*b.c:], f.sums.part(i)) {
			return
		}
		dx := x.slopePart(first*b.c, (first+rows)*b.c, t.roomOf(worker))
		if !x.accumulate {
			clear(dx)
		}
		kernels.ChannelAdd(rows, b.c, share.data[image*b.c:], dx)
		after(i, first, first+rows, worker, dx)
	}
	o.backward = func() {
		kernels.Scale(1/float32(b.pixels), y.grad.data, share.data)
		begin()
		parallel.For(b.n*b.blocks, spread)
	}
	return y
}

// ScaleChannels multiplies each channel of each image by a factor: x [N, H, W, C] and s [N, 1, 1, C].
//
//	y = x·s,   dx = dy·s,   ds = Σ over pixels x·dy
func ScaleChannels(t *Tape, x, s *Var) *Var {
	b := newImageBlocks(x.Shape)
	if s.Shape != tensor.Dims(b.n, 1, 1, b.c) {
		panic(&tensor.ShapeError{Op: "scale channels", Got: []tensor.Shape{x.Shape, s.Shape},
			Detail: "want a factor for each image and channel"})
	}
	o, y := t.record("scale channels", x.Shape, x, s)
	o.keep = []*Var{x, s}
	tasks := b.n * b.blocks
	scale := func(i, _ int) {
		image, first, rows := b.at(i)
		kernels.ChannelAffine(rows, b.c, kernels.Streams(y.Shape.Size()), x.value.data[first*b.c:], s.value.data[image*b.c:], nil, y.value.data[first*b.c:])
	}
	o.forward = func() { parallel.For(tasks, scale) }

	partial := t.temporary(tasks*b.c, true)
	back := func(i, _ int) {
		image, first, rows := b.at(i)
		at := first * b.c
		if s.needsGrad {
			part := partial.data[i*b.c:][:b.c]
			clear(part)
			kernels.ChannelDot(rows, b.c, x.value.data[at:], y.grad.data[at:], part)
		}
		x.passChannels(rows, at, s.value.data[image*b.c:][:b.c], y.grad.data[at:], nil)
	}
	o.backward = func() {
		parallel.For(tasks, back)
		if s.needsGrad {
			b.combine(partial.data, s.addTo)
		}
	}
	return y
}

// passChannels passes rows of a gradient, each channel times a factor, to those of v that begin at element i. dy may be
// the gradient of v if that is overwritten. Where that is carried, it is computed in room.
func (v *Var) passChannels(rows, i int, factor, dy, room []float32) {
	if !v.needsGrad {
		return
	}
	c := len(factor)
	to := v.slopePart(i, i+rows*c, room)
	if v.accumulate {
		kernels.ChannelMulAdd(rows, c, dy, factor, to)
	} else {
		kernels.ChannelAffine(rows, c, false, dy, factor, nil, to)
	}
	v.putSlope(i, to)
}

// addTo passes the gradient of a channel of an image to v [N, 1, 1, C].
func (v *Var) addTo(image, channel int, dy float64) {
	d := &v.grad.data[image*v.Shape.Dim(3)+channel]
	if !v.accumulate {
		*d = 0
	}
	*d += float32(dy)
}
