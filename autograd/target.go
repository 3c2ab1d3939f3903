package autograd

import (
	"tessera/kernels"
	"tessera/tensor"
)

// A Target is what the pixels of a batch should be.
//
// Labels are bytes: class indices [N, H, W], or, where classes do not exclude each other, 0 and 1 for each of them,
// [N, H, W, classes]. Logits of one channel have labels 0 and 1, [N, H, W].
//
// Mixed pictures (MixUp: Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018) have two labels a pixel:
// Share, float32 [N, H, W], from 0 to 1, is that of Labels, and the rest is that of Mixed, which has the same shape as
// Labels. Where there is a label for each class, Share may be [N, H, W, classes] as well. A pixel counts if neither of its labels
// is ignored. Where Mixed is nil, Labels have all.
//
// Operations read the tensors in each pass, so a batch is set by writing to them.
type Target struct {
	Labels, Mixed, Share *tensor.Tensor
}

// NewTarget returns a target for labels alone.
func NewTarget(labels *tensor.Tensor) Target { return Target{Labels: labels} }

// check panics unless the target is for logits x, and has a class index for each pixel where none is true.
func (target Target) check(op string, x *Var, perClass bool) {
	n, h, w, classes := x.Shape.NHWC()
	pixels := tensor.Dims(n, h, w)
	want, detail := pixels, "want a class index (uint8) for each pixel"
	if perClass && target.Labels.Shape.Rank() == 4 {
		want, detail = tensor.Dims(n, h, w, classes), "want 0 or 1 (uint8) for each pixel and class"
	}
	fail := func(got tensor.Shape, detail string) {
		panic(&tensor.ShapeError{Op: op, Got: []tensor.Shape{x.Shape, got}, Detail: detail})
	}
	if l := target.Labels; l.DType != tensor.Uint8 || l.Shape != want {
		fail(l.Shape, detail)
	}
	if target.Mixed == nil {
		return
	}
	if m := target.Mixed; m.DType != tensor.Uint8 || m.Shape != want {
		fail(m.Shape, detail+", in mixed labels too")
	}
	if s := target.Share; s == nil || s.DType != tensor.Float32 || s.Shape != pixels && s.Shape != want {
		panic(&tensor.ShapeError{Op: op, Got: []tensor.Shape{x.Shape}, Detail: "want a share (float32) of each pixel"})
	}
}

// rows returns the labels of pixels from begin to end.
func (target Target) rows(begin, end int) kernels.Labels {
	n := 1 // labels of a pixel
	if target.Labels.Shape.Rank() == 4 {
		_, _, _, n = target.Labels.Shape.NHWC()
	}
	l := kernels.Labels{Class: target.Labels.Indices[begin*n : end*n]}
	if target.Mixed != nil {
		m := n // shares of a pixel
		if target.Share.Shape.Rank() == 3 {
			m = 1
		}
		l.Mixed, l.Share = target.Mixed.Indices[begin*n:end*n], target.Share.Data[begin*m:end*m]
	}
	return l
}

// Exclusive reports whether a pixel of logits x is of one of several classes, so that softmax is what makes probabilities
// of them, not sigmoid.
func (target Target) Exclusive(x *Var) bool { return target.exclusive(channels(x)) }

// exclusive is Exclusive for c channels.
func (target Target) exclusive(c int) bool { return c > 1 && target.Labels.Shape.Rank() == 3 }

// dense computes what the probabilities of pixels from begin to end should be, -1 where they do not count.
func (target Target) dense(begin, end, c, ignore int, y []float32) {
	if target.exclusive(c) {
		target.rows(begin, end).OneHot(c, ignore, y)
		return
	}
	target.rows(begin, end).Flags(c, ignore, y)
}

// label returns that of a pixel: its class if there is one for all c classes, else 0 or 1 for class j.
func (target Target) label(pixel, j, c int) uint8 {
	if target.Labels.Shape.Rank() == 4 {
		return target.Labels.Indices[pixel*c+j]
	}
	return target.Labels.Indices[pixel]
}

// probabilities returns what rows of c logits mean for the target: their softmax or their sigmoid.
func (target Target) probabilities(c int, x, p []float32) []float32 {
	if target.exclusive(c) {
		kernels.Softmax(len(x)/c, c, x, p)
	} else {
		kernels.Sigmoid(x, p)
	}
	return p
}

// passProbabilities adds the gradient of logits from begin on, for that of their probabilities p, or overwrites it.
func (target Target) passProbabilities(x *Var, c, begin int, p, dp []float32) {
	if target.exclusive(c) {
		kernels.SoftmaxGrad(len(p)/c, c, x.accumulate, p, dp, x.grad.data[begin:])
	} else {
		kernels.SigmoidGrad(x.accumulate, p, dp, x.grad.data[begin:])
	}
}
