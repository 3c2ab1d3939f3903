package ensemble

import (
	"math"

	"tessera/kernels"
)

// NewFlagSample is NewSample for classes that may overlap, or the one of a binary task: each is there where the combined
// probability is at least its limit, all of which are above 0 and below 1.
func NewFlagSample(method Method, members int, limits []float32, images int) *Sample {
	s := &Sample{combiner: Combiner{Method: method, Flags: true}, classes: len(limits), members: members}
	s.perImage = max(sampleValues/max(1, members*images), 4*s.strata())
	for _, limit := range limits {
		t := float64(limit)
		switch {
		case method == GMean:
			t = kernels.Log64(t)
		case s.combiner.logs():
			t = kernels.Log64(t) - kernels.Log64(1-t)
		}
		s.limits = append(s.limits, float32(t))
	}
	return s
}

// flagLoss is that of labels which are there or not: the slopes of the weights, then the log loss, summed over an image. It is
// convex in the weights for all methods: of a mean it is -ln of what is linear in them, of mean logits that of a logistic
// regression, and of a geometric mean e^u it is -u where the class is there and -ln(1-e^u) where it is not.
func (s *Sample) flagLoss(p *piece, weights []float64) []float64 {
	sums, x := make([]float64, s.members+1), make([]float64, s.members)
	for i, t := range p.truth {
		z := 0.0
		for m, w := range weights {
			x[m] = float64(p.features[m][i])
			z += float64(w * x[m])
		}
		loss, slope := s.flagSlope(t == 1, z)
		for m, v := range x {
			sums[m] += float64(float64(p.weight[i]) * float64(slope*v))
		}
		sums[s.members] += float64(float64(p.weight[i]) * loss)
	}
	return sums
}

// flagSlope returns the log loss of a label for a weighted sum of features, and its slope in the sum.
func (s *Sample) flagSlope(there bool, z float64) (loss, slope float64) {
	switch {
	case !s.combiner.logs() && there:
		p := max(z, Floor)
		return -kernels.Log64(p), -1 / p
	case !s.combiner.logs():
		p := max(1-z, Floor)
		return -kernels.Log64(p), 1 / p
	case s.combiner.Method == GMean && there:
		return -z, -1
	case s.combiner.Method == GMean:
		p := kernels.Exp64(min(z, 0))
		q := max(1-p, Floor)
		return -kernels.Log64(q), p / q
	}
	sign := -1.0
	if !there {
		sign = 1
	}
	e := kernels.Exp64(-math.Abs(z)) // the loss is ln(1 + e^(sign·z))
	wrong := 1 / (1 + e)
	if float64(sign*z) < 0 {
		wrong = e / (1 + e)
	}
	return max(float64(sign*z), 0) + kernels.Log64(1+e), float64(sign * wrong)
}

// flagShares counts the sampled labels of an image where a class is there.
func (s *Sample) flagShares(p *piece, weights []float64) []share {
	sums, z := make([]share, s.classes), make([]float32, 1)
	for i, t := range p.truth {
		p.add(weights, i, z)
		k, w := p.class[i], float64(p.weight[i])
		there := z[0] >= s.limits[k]
		if t == 1 {
			sums[k].truth += w
		}
		if there {
			sums[k].prediction += w
		}
		if there && t == 1 {
			sums[k].both += w
		}
	}
	return sums
}
