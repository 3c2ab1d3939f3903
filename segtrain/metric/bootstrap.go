package metric

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Bootstrap draws n of n images anew, with replacement, so many times, and returns the interval in which 95 % of what measure says of
// them lie (Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals of Statistics 7, 1979, the percentile interval). To
// compare two predictions, measure returns the difference of both on the same images: what is hard in an image for both is no noise.
// Draws on which measure is NaN do not count; without others the interval is NaN. measure must not keep which.
func Bootstrap(n, draws int, measure func(which []int) float64) (low, high float64) {
	which, sample := make([]int, n), make([]float64, 0, draws)
	for k := range draws {
		random := rand.New(rand.NewPCG(1, uint64(k)))
		for i := range which {
			which[i] = random.IntN(n)
		}
		if v := measure(which); !math.IsNaN(v) {
			sample = append(sample, v)
		}
	}
	if len(sample) == 0 {
		return math.NaN(), math.NaN()
	}
	slices.Sort(sample)
	at := func(part float64) float64 { return sample[int(math.Round(part*float64(len(sample)-1)))] }
	return at(0.025), at(0.975)
}
