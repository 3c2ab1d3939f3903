package loss

import "tessera/autograd"

// Deep applies a loss to outputs of several depths of a decoder, finest first (deep supervision: Lee et al.,
// "Deeply-Supervised Nets", AISTATS 2015). Coarser ones are first resized to the finest, bilinearly.
type Deep struct {
	Loss    Loss
	Weights []float32 // of the outputs; nil means DeepWeights
}

// Forward records the weighted sum of the outputs' losses.
func (d Deep) Forward(t *autograd.Tape, outputs []*autograd.Var, target autograd.Target) *autograd.Var {
	weights := d.Weights
	if weights == nil {
		weights = DeepWeights(len(outputs))
	}
	_, h, w, _ := outputs[0].Shape.NHWC()
	parts := make([]*autograd.Var, len(outputs))
	for i, x := range outputs {
		if _, oh, ow, _ := x.Shape.NHWC(); oh != h || ow != w {
			x = autograd.ResizeBilinear(t, x, h, w, false)
		}
		parts[i] = d.Loss.Forward(t, x, target)
	}
	return autograd.WeightedSum(t, weights, parts...)
}

// DeepWeights returns n weights, each half of the one before, that add up to 1 (Isensee et al., "nnU-Net", Nature Methods
// 2021).
func DeepWeights(n int) []float32 {
	weights, sum, weight := make([]float32, n), float32(0), float32(1)
	for i := range weights {
		weights[i] = weight
		sum += weight
		weight /= 2
	}
	for i := range weights {
		weights[i] /= sum
	}
	return weights
}
