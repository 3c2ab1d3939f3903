package autograd

import "tessera/tensor"

// Scramble reads the elements of each image of x [N, H, W, C], pixel by pixel as they lie, as those of an image
// [C, H, W], and returns that as [N, H, W, C]: what PyTorch's reshape of a matrix of pixels by channels to an image
// does if nobody transposes it first. The gradient takes the way back.
func Scramble(t *Tape, x *Var) *Var {
	n, h, w, c := x.Shape.NHWC()
	pixels := h * w
	o, y := t.record("scramble", tensor.Dims(n, h, w, c), x)
	o.forward = eachRow(n*pixels, c, func(begin, end int) {
		for p := begin; p < end; p++ {
			from := x.value.data[p/pixels*pixels*c:][:pixels*c]
			for j := range c {
				y.value.data[p*c+j] = from[j*pixels+p%pixels]
			}
		}
	})
	o.backward = eachOf(n, 1, func(image, _ int) {
		dx, dy := x.grad.data[image*pixels*c:][:pixels*c], y.grad.data[image*pixels*c:][:pixels*c]
		if !x.accumulate {
			clear(dx)
		}
		for i := range dx {
			dx[i] += dy[i%pixels*c+i/pixels]
		}
	})
	return y
}
