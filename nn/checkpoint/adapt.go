package checkpoint

import "slices"

// firstConv returns the name of a model's first convolution.
func firstConv(model []Slot) string {
	for _, s := range model {
		if len(s.Shape) == 4 {
			return s.Name
		}
	}
	return ""
}

// sameBut tells whether two shapes differ in one axis at most.
func sameBut(a, b []int, axis int) bool {
	return len(a) == len(b) && axis < len(a) && a[axis] > 0 &&
		slices.Equal(a[:axis], b[:axis]) && slices.Equal(a[axis+1:], b[axis+1:])
}

// adaptChannels returns the weights [O, I, H, W] of a convolution for so many input channels, as
// segmentation_models_pytorch makes them: for one the sum over the old channels, else old channel i mod I for channel i,
// scaled by old/new, so that the result keeps its size.
func adaptChannels(e Entry, channels int) (Entry, error) {
	from, err := e.Float32s()
	if err != nil {
		return e, err
	}
	o, in, area := e.Shape[0], e.Shape[1], e.Shape[2]*e.Shape[3]
	scale := float32(float64(in) / float64(channels))
	to := make([]float32, o*channels*area)
	for k := range o {
		for i := range to[k*channels*area:][:channels*area] {
			at := k*in*area + i/area%in*area + i%area
			to[k*channels*area+i] = from[at] * scale
		}
		if channels == 1 {
			sumChannels(to[k*area:][:area], from[k*in*area:][:in*area])
		}
	}
	return NewFloat32s(e.Name, []int{o, channels, e.Shape[2], e.Shape[3]}, to), nil
}

// sumChannels sets to to the sum of the planes of from, in their order.
func sumChannels(to, from []float32) {
	copy(to, from)
	for p := len(to); p < len(from); p += len(to) {
		for i := range to {
			to[i] += from[p+i]
		}
	}
}
