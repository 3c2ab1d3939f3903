package workflow

import (
	"errors"
	"fmt"
	"math"
)

// out reports a setting that is out of range unless ok.
func out(ok bool, key string, value any, allowed string) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%s: %v is out of range; allowed: %s", key, value, allowed)
}

func checkWeight(w float64) error { return checkShare("weight", w) }

// checkShare reports a weight of a term in a sum that is not above 0.
func checkShare(key string, w float64) error {
	return out(w > 0 && !math.IsInf(w, 0), key, w, "above 0")
}

func checkSmoothing(s float64) error {
	return out(s >= 0 && s < 1, "smoothing", s, "0 or more and below 1")
}

func checkNotNegative(key string, v float64) error { return out(v >= 0, key, v, "0 or more") }

// checkEach reports numbers of a list that are negative.
func checkEach(key string, list []float64) error {
	var errs []error
	for i, w := range list {
		errs = append(errs, checkNotNegative(fmt.Sprintf("%s.%d", key, i), w))
	}
	return errors.Join(errs...)
}

// classWeights returns a list of one number for each class, or nil for an empty one.
func classWeights(key string, list []float64, classes int) ([]float32, error) {
	if len(list) == 0 {
		return nil, nil
	}
	if len(list) != classes {
		return nil, fmt.Errorf("%s: %d values for %d classes", key, len(list), classes)
	}
	weights := make([]float32, classes)
	for i, w := range list {
		weights[i] = float32(w)
	}
	return weights, nil
}

// checkClasses reports class indices that there are not.
func checkClasses(list []int, classes int) error {
	for i, c := range list {
		if c < 0 || c >= classes {
			return fmt.Errorf("classes.%d: %d is no class; allowed: 0 to %d", i, c, classes-1)
		}
	}
	return nil
}
