package augment

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// What a single number stands for where a range is expected, as in Albumentations, differs from setting to setting,
// and so do the types. Of all of them the lower end comes first.
type (
	// Range is an interval [low, high] that a number is drawn from, evenly; a single number is the range that holds only it.
	Range [2]float64
	// Symmetric is a range [low, high]; a single number n is [−n, n].
	Symmetric [2]float64
	// FromZero is a range [low, high]; a single number n is [0, n].
	FromZero [2]float64
	// FromOne is a range [low, high]; a single number n is [1, n].
	FromOne [2]float64
	// Factor is a range [low, high]; a single number n is [1−n, 1+n], not below 0.
	Factor [2]float64
	// IntRange is a range of whole numbers, both ends included; a single number is the range that holds only it.
	IntRange [2]int
	// KernelSize is a range of odd numbers, both ends included; a single number n is [3, n].
	KernelSize [2]int
)

// UnmarshalYAML reads a number or a list of two.
func (r *Range) UnmarshalYAML(decode func(any) error) error {
	return decodePair((*[2]float64)(r), decode, func(n float64) [2]float64 { return [2]float64{n, n} })
}

// UnmarshalYAML reads a number or a list of two.
func (r *Symmetric) UnmarshalYAML(decode func(any) error) error {
	return decodePair((*[2]float64)(r), decode, func(n float64) [2]float64 { return [2]float64{-n, n} })
}

// UnmarshalYAML reads a number or a list of two.
func (r *FromZero) UnmarshalYAML(decode func(any) error) error {
	return decodePair((*[2]float64)(r), decode, func(n float64) [2]float64 { return [2]float64{0, n} })
}

// UnmarshalYAML reads a number or a list of two.
func (r *FromOne) UnmarshalYAML(decode func(any) error) error {
	return decodePair((*[2]float64)(r), decode, func(n float64) [2]float64 { return [2]float64{1, n} })
}

// UnmarshalYAML reads a number or a list of two.
func (r *Factor) UnmarshalYAML(decode func(any) error) error {
	return decodePair((*[2]float64)(r), decode, func(n float64) [2]float64 { return [2]float64{max(1-n, 0), 1 + n} })
}

// UnmarshalYAML reads a whole number or a list of two.
func (r *IntRange) UnmarshalYAML(decode func(any) error) error {
	return decodePair((*[2]int)(r), decode, func(n int) [2]int { return [2]int{n, n} })
}

// UnmarshalYAML reads a whole number or a list of two.
func (r *KernelSize) UnmarshalYAML(decode func(any) error) error {
	return decodePair((*[2]int)(r), decode, func(n int) [2]int { return [2]int{3, n} })
}

// decodePair reads two ends, of which the lower comes first, or one number that stands for both.
func decodePair[T int | float64](pair *[2]T, decode func(any) error, single func(T) [2]T) error {
	var one T
	if decode(&one) == nil {
		if *pair = single(one); !(pair[0] <= pair[1]) {
			return fmt.Errorf("%v stands for the range %v: the lower end comes first", one, *pair)
		}
		return nil
	}
	var word string
	if decode(&word) == nil {
		return fmt.Errorf("a range is a number or [low, high], not %q", word)
	}
	var both []T
	if err := decode(&both); err != nil {
		return err
	}
	if len(both) != 2 {
		return fmt.Errorf("a range is a number or [low, high], not %v", both)
	}
	if *pair = [2]T(both); !(pair[0] <= pair[1]) {
		return fmt.Errorf("the lower end comes first, not %v", both)
	}
	return nil
}

func (r Range) draw(rng *rand.Rand) float64 { return r[0] + float64((r[1]-r[0])*rng.Float64()) }

func drawReal[T ~[2]float64](rng *rand.Rand, r T) float64 { return Range(r).draw(rng) }

func drawInt(rng *rand.Rand, r IntRange) int { return r[0] + rng.IntN(r[1]-r[0]+1) }

func drawSize(rng *rand.Rand, r KernelSize) int { return r[0] + 2*rng.IntN((r[1]-r[0])/2+1) }

// checkRange says which of two ends is wrong: they must be in order and lie in [low, high].
func checkRange[T ~[2]N, N int | float64](key string, r T, low, high N) error {
	if !(r[0] <= r[1]) {
		return fmt.Errorf("%s: the lower end comes first, not %v", key, r)
	}
	if !(r[0] >= low && r[1] <= high) {
		return fmt.Errorf("%s: must lie in [%v, %v], not %v", key, low, high, r)
	}
	return nil
}

// checkReal is checkRange for a single number.
func checkReal[N int | float64](key string, v, low, high N) error {
	if !(v >= low && v <= high) {
		return fmt.Errorf("%s: must lie in [%v, %v], not %v", key, low, high, v)
	}
	return nil
}

// checkKernel refuses sizes that are even or outside [3, maxKernel].
func checkKernel(key string, r KernelSize) error {
	if err := checkRange(key, r, 3, maxKernel); err != nil {
		return err
	}
	if r[0]%2 == 0 || r[1]%2 == 0 {
		return fmt.Errorf("%s: must be odd numbers, not %v", key, r)
	}
	return nil
}

// maxKernel is the largest window of a filter.
const maxKernel = 99

// checkOneOf refuses a word that is not among those allowed.
func checkOneOf(key, word string, allowed ...string) error {
	if !slices.Contains(allowed, word) {
		return fmt.Errorf("%s: no %q; there are: %s", key, word, strings.Join(allowed, ", "))
	}
	return nil
}

// firstError returns the first of several checks that failed.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// needChannels says which numbers of channels a transform can work on.
func needChannels(name string, channels int, allowed ...int) error {
	if slices.Contains(allowed, channels) {
		return nil
	}
	words := make([]string, len(allowed))
	for i, n := range allowed {
		words[i] = fmt.Sprint(n)
	}
	return fmt.Errorf("%s: works on pictures of %s channel(s), not %d", name, strings.Join(words, " or "), channels)
}
