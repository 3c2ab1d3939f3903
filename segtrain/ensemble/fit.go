package ensemble

import (
	"math"
	"slices"

	"tessera/internal/parallel"
	"tessera/kernels"
)

const (
	logLossSteps = 200
	logLossGap   = 1e-4 // nats a pixel: how far from the best weights a fit may stop
	leastWeight  = 0.01 // a smaller one is none: the member would cost as much as any other
	weightUnit   = 1000 // weights are whole parts of it
)

// Fit returns weights for the members of a set, found on all images but those of one group (All leaves none out). They sum up to
// 1, and what is not in the set has none.
//
// First the log loss is minimised on the simplex. It is convex in the weights, for means of probabilities and of logits alike,
// so where it begins does not matter; steps are those of exponentiated gradient (Kivinen and Warmuth, "Exponentiated gradient
// versus gradient descent for linear predictors", Information and Computation 132, 1997) with a length that is halved until
// the loss falls, and end when no point of the simplex can be better by more than logLossGap. From there, and from equal weights,
// members are given votes one by one as long as that raises the mean IoU (Caruana, Niculescu-Mizil, Crew and Ksikes, "Ensemble
// selection from libraries of models", ICML 2004) by more than two standard errors over images: without this, votes fit chance.
// The end that began from equal weights counts unless the other is better by as much, in mean IoU or, where that does not tell them
// apart, in log loss.
func (s *Sample) Fit(among Set, without int) []float64 {
	view := s.only(among)
	best := []float64{1}
	if view.members > 1 {
		var reached score
		best, reached = view.greedy(Equal(view.members), without)
		w, r := view.greedy(view.logLossWeights(without), without)
		if r.beats(reached) || !reached.beats(r) && view.lessLoss(w, best, without) {
			best = w
		}
		best = rounded(best)
	}
	weights := make([]float64, s.members)
	for m := range weights {
		if among.Has(m) {
			weights[m], best = best[0], best[1:]
		}
	}
	return weights
}

// only returns the sample as a set of members has it.
func (s *Sample) only(set Set) *Sample {
	view := *s
	view.members, view.images = set.Len(), slices.Clone(s.images)
	for i := range view.images {
		p := &view.images[i]
		all := p.features
		p.features = nil
		for m, x := range all {
			if set.Has(m) {
				p.features = append(p.features, x)
			}
		}
	}
	return &view
}

// rounded drops weights below leastWeight and makes the others whole parts of weightUnit that sum up to 1; what rounding
// leaves goes to the largest.
func rounded(weights []float64) []float64 {
	out := slices.Clone(weights)
	sum := 0.0
	for i, w := range out {
		if w < leastWeight {
			out[i] = 0
		}
		sum += out[i]
	}
	left, largest := weightUnit, 0
	units := make([]int, len(out))
	for i, w := range out {
		units[i] = int(float64(w/sum*weightUnit) + 0.5)
		left -= units[i]
		if w > out[largest] {
			largest = i
		}
	}
	units[largest] += left
	for i, n := range units {
		out[i] = float64(n) / weightUnit
	}
	return out
}

// logLossWeights returns the weights of the least log loss.
func (s *Sample) logLossWeights(without int) []float64 {
	w := Equal(s.members)
	loss, slope := s.logLoss(w, without)
	for step, rate := 0, 1.0; step < logLossSteps && rate > 1e-9; step++ {
		least := slices.Min(slope)
		gap := 0.0
		for m, g := range slope {
			gap += float64(w[m] * (g - least))
		}
		if !(gap > logLossGap) {
			break
		}
		next, sum := make([]float64, s.members), 0.0
		for m, g := range slope {
			next[m] = float64(w[m] * kernels.Exp64(-float64(rate*(g-least))))
			sum += next[m]
		}
		for m := range next {
			next[m] /= sum
		}
		if l, g := s.logLoss(next, without); l < loss {
			w, loss, slope, rate = next, l, g, 2*rate
		} else {
			rate /= 2
		}
	}
	return w
}

// lessLoss tells whether the log loss of some weights is less than that of others by more than two standard errors over images.
func (s *Sample) lessLoss(weights, than []float64, without int) bool {
	var parts [blocks]float64
	a, b := s.losses(weights, without), s.losses(than, without)
	for i := range a {
		parts[i%blocks] += b[i][s.members] - a[i][s.members]
	}
	mean, squares := 0.0, 0.0
	for _, v := range parts {
		mean += v / blocks
	}
	for _, v := range parts {
		squares += float64((v - mean) * (v - mean))
	}
	return mean > 2*math.Sqrt(squares/(blocks*(blocks-1)))
}

// logLoss returns the mean over pixels of -ln p of the true class, and its slope in each weight.
func (s *Sample) logLoss(weights []float64, without int) (loss float64, slope []float64) {
	slope = make([]float64, s.members)
	for _, sums := range s.losses(weights, without) {
		loss += sums[s.members]
		for m := range slope {
			slope[m] += sums[m]
		}
	}
	n := s.pixels(without)
	for m := range slope {
		slope[m] /= n
	}
	return loss / n, slope
}

// losses returns the slopes and the loss of each image, summed over its pixels.
func (s *Sample) losses(weights []float64, without int) [][]float64 {
	of := s.mixtureLoss
	switch {
	case s.combiner.Flags:
		of = s.flagLoss
	case s.combiner.logs():
		of = s.softmaxLoss
	}
	return each(s, without, func(p *piece) []float64 { return of(p, weights) })
}

// mixtureLoss is that of a mean of probabilities: the slopes of the weights, then the loss, summed over an image.
func (s *Sample) mixtureLoss(p *piece, weights []float64) []float64 {
	sums := make([]float64, s.members+1)
	of := make([]float64, s.members)
	for i, t := range p.truth {
		at, mix := i*s.classes+int(t), 0.0
		for m, w := range weights {
			of[m] = max(float64(p.features[m][at]), Floor)
			mix += float64(w * of[m])
		}
		for m, v := range of {
			sums[m] -= float64(float64(p.weight[i]) * (v / mix))
		}
		sums[s.members] -= float64(float64(p.weight[i]) * kernels.Log64(mix))
	}
	return sums
}

// softmaxLoss is that of a mean of logits.
func (s *Sample) softmaxLoss(p *piece, weights []float64) []float64 {
	sums := make([]float64, s.members+1)
	z := make([]float32, s.classes)
	for i, t := range p.truth {
		p.add(weights, i, z)
		kernels.Softmax(1, s.classes, z, z)
		for m := range weights {
			x, expected := p.features[m][i*s.classes:][:s.classes], 0.0
			for k, v := range x {
				expected += float64(float64(z[k]) * float64(v))
			}
			sums[m] += float64(float64(p.weight[i]) * (expected - float64(x[t])))
		}
		sums[s.members] -= float64(float64(p.weight[i]) * kernels.Log64(max(float64(z[t]), 1e-30)))
	}
	return sums
}

// each calls of for every image outside a group, several at a time, and returns the results in the order of the images.
func each[T any](s *Sample, without int, of func(p *piece) T) []T {
	var list []*piece
	for i := range s.images {
		if s.images[i].group != without {
			list = append(list, &s.images[i])
		}
	}
	results := make([]T, len(list))
	parallel.For(len(list), func(i, _ int) { results[i] = of(list[i]) })
	return results
}

const (
	firstVotes = 20   // of the weights that greedy begins with
	mostVotes  = 30   // that it adds
	leastGain  = 1e-5 // of mean IoU, below which there is no difference
)

// greedy gives members votes as long as the mean IoU rises beyond noise, and returns the weights and what they reach.
func (s *Sample) greedy(start []float64, without int) (weights []float64, reached score) {
	weights, reached = start, s.score(start, without)
	for votes := firstVotes; votes < firstVotes+mostVotes; votes++ {
		best, top := []float64(nil), score{mean: math.Inf(-1)}
		for m := range weights {
			next := slices.Clone(weights)
			for i := range next {
				next[i] = float64(next[i]*float64(votes)) / float64(votes+1)
			}
			next[m] += 1 / float64(votes+1)
			if r := s.score(next, without); r.mean > top.mean {
				best, top = next, r
			}
		}
		if !top.beats(reached) {
			break
		}
		weights, reached = best, top
	}
	return weights, reached
}
