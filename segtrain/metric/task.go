package metric

import (
	"fmt"
)

// A Task says what a pixel can be. segmentation_models_pytorch calls it mode.
type Task string

const (
	Multiclass Task = "multiclass" // of one of the classes; also the empty Task
	Binary     Task = "binary"     // of the one class or not
	Multilabel Task = "multilabel" // of any of the classes, of several at a time, or of none
)

// Flags tells whether labels are 0 and 1 for each class apart, and probabilities are sigmoids: all but Multiclass.
func (t Task) Flags() bool { return t == Binary || t == Multilabel }

// Labels returns how many labels a pixel has: one for each of the classes (Multilabel), or one.
func (t Task) Labels(classes int) int {
	if t == Multilabel {
		return classes
	}
	return 1
}

func (t Task) check(op string, classes int) {
	switch {
	case t != "" && t != Multiclass && !t.Flags():
		panic(fmt.Sprintf("metric: %s: no task %q; there are: %s, %s, %s", op, t, Multiclass, Binary, Multilabel))
	case classes < 1 || classes > 256 || t == Binary && classes != 1:
		panic(fmt.Sprintf("metric: %s: %d classes; allowed: 1 to 256, and 1 where the task is %s", op, classes, Binary))
	}
}

// Threshold writes 1 where a probability is at least its class's threshold, and else 0, for pixels of as many
// probabilities as there are thresholds.
func Threshold(thresholds, probabilities []float32, flags []uint8) {
	c := len(thresholds)
	flags = flags[:len(probabilities)]
	for i, p := range probabilities {
		flags[i] = 0
		if p >= thresholds[i%c] {
			flags[i] = 1
		}
	}
}

// Limits returns the thresholds of classes: those given, one for all or one each, or 0.5.
func Limits(thresholds []float64, classes int) []float32 {
	list := make([]float32, classes)
	for k := range list {
		switch len(thresholds) {
		case 0:
			list[k] = 0.5
		case 1:
			list[k] = float32(thresholds[0])
		default:
			list[k] = float32(thresholds[k])
		}
	}
	return list
}

// CheckThresholds returns an error unless all thresholds are above 0 and below 1.
func CheckThresholds(list []float64) error {
	for _, t := range list {
		if !(t > 0 && t < 1) {
			return fmt.Errorf("threshold %v is out of range; allowed: above 0 and below 1", t)
		}
	}
	return nil
}
