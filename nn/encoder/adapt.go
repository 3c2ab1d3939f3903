package encoder

import (
	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

// InputWeight returns the weights [KH, KW, C, OC] of the convolution that reads the picture.
func InputWeight(e Encoder) *autograd.Param {
	var first *autograd.Param
	nn.Walk(e, func(_ string, entry nn.Entry) {
		if first == nil && entry.Param != nil && entry.Param.Axes == "HWIO" {
			first = entry.Param
		}
	})
	return first
}

// AdaptInput turns weights w [KH, KW, IC, OC] for pictures of IC channels, 3 as a rule, into such for pictures of so many
// channels, as segmentation_models_pytorch does: for one channel the sum over those of w, as if they were all alike, and
// for others those of w in turn, scaled by IC/channels, so that what the convolution gives keeps its size.
func AdaptInput(w *tensor.Tensor, channels int) *tensor.Tensor {
	kh, kw, ic, oc := w.Shape.NHWC()
	if channels == ic {
		return w
	}
	y := tensor.New(tensor.Float32, tensor.Dims(kh, kw, channels, oc))
	scale := float32(ic) / float32(channels)
	for tap := range kh * kw {
		from, to := w.Data[tap*ic*oc:][:ic*oc], y.Data[tap*channels*oc:][:channels*oc]
		if channels == 1 {
			for i, v := range from {
				to[i%oc] += v
			}
			continue
		}
		for i := range to {
			to[i] = from[i/oc%ic*oc+i%oc] * scale
		}
	}
	return y
}
