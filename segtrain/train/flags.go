package train

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/segtrain/metric"
)

// limits returns the thresholds of flags, nil where there are none.
func (e *Evaluator) limits() []float32 {
	if !e.Task.Flags() {
		return nil
	}
	return metric.Limits(e.Thresholds, len(e.Classes))
}

// measured says what an evaluation measures.
func (e *Evaluator) measured() metric.MeterOptions {
	return metric.MeterOptions{
		Task: e.Task, Classes: len(e.Classes), Ignore: e.Ignore, Boundary: e.Boundary, Thresholds: e.Curve,
	}
}

// flag makes probabilities of the logits, where they are, and flags of those.
func (t *evalTape) flag(logits []float32) {
	c := len(t.thresholds)
	size := max(1, 4096/c) * c
	parallel.For((len(logits)+size-1)/size, func(i, _ int) {
		part := logits[i*size : min((i+1)*size, len(logits))]
		kernels.Sigmoid(part, part)
		metric.Threshold(t.thresholds, part, t.classes[i*size:])
	})
}

// probabilities returns n of those that flag made; nil where there are classes instead.
func (t *evalTape) probabilities(from, n int) []float32 {
	if t.thresholds == nil {
		return nil
	}
	return t.masks.Value()[from:][:n]
}
