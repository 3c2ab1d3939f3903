package ensemble

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/segtrain/metric"
)

// overlapping is images of labels, pixels×classes, of which say gives what a member thinks.
func overlapping(images, pixels, classes, members int, say func(random *rand.Rand, i, label, m int, there uint8) float32) world {
	w := world{classes: classes, members: members}
	for i := range images {
		random := rand.New(rand.NewPCG(11, uint64(i)))
		truth, p := make([]uint8, pixels*classes), make([][]float32, members)
		for j := range truth {
			if random.IntN(4) == 0 {
				truth[j] = 1
			}
		}
		for m := range p {
			p[m] = make([]float32, len(truth))
			for j, t := range truth {
				p[m][j] = say(random, i, j, m, t)
			}
		}
		w.truth, w.p = append(w.truth, truth), append(w.p, p)
	}
	return w
}

func (w world) flagSample(method Method, limits ...float32) *Sample {
	s := NewFlagSample(method, w.members, limits, len(w.truth))
	for i, truth := range w.truth {
		s.Append(s.Draw(truth, 255, w.p[i]), i%4)
	}
	return s
}

// flagCounts returns those of a combination on all labels, as predicting has them.
func (w world) flagCounts(c Combiner, limits ...float32) *metric.Stats {
	stats := metric.NewStats(metric.Multilabel, w.classes, 255)
	c.Flags = true
	for i, truth := range w.truth {
		out, chosen := make([]float32, len(truth)), make([]uint8, len(truth))
		c.Combine(w.classes, w.p[i], out)
		metric.Threshold(limits, out, chosen)
		stats.Add(truth, chosen)
	}
	return stats
}

// guess is p for what is there, 1-p for what is not.
func guess(there uint8, p float32) float32 {
	if there == 1 {
		return p
	}
	return 1 - p
}

// TestFlagSlopes holds the slope of the loss to differences of it, and the loss to that of the combined probabilities.
func TestFlagSlopes(t *testing.T) {
	w := overlapping(5, 200, 2, 3, func(random *rand.Rand, _, _, _ int, there uint8) float32 {
		return guess(there, 0.2+0.7*random.Float32())
	})
	for _, method := range Methods {
		s, at := w.flagSample(method, 0.5, 0.5), []float64{0.2, 0.3, 0.5}
		loss, slope := s.logLoss(at, All)
		want, n := 0.0, 0
		for i, truth := range w.truth {
			out := make([]float32, len(truth))
			Combiner{Method: method, Flags: true, Weights: at}.Combine(2, w.p[i], out)
			one := NewFlagSample(Mean, 1, []float32{0.5, 0.5}, 1)
			one.Append(one.Draw(truth, 255, [][]float32{out}), 0)
			l, _ := one.logLoss([]float64{1}, All)
			want, n = want+l, n+1
		}
		assert.InDelta(t, want/float64(n), loss, 1e-5, method)
		for m := range at {
			const h = 1e-3
			up, down := slices.Clone(at), slices.Clone(at)
			up[m] += h
			down[m] -= h
			a, _ := s.logLoss(up, All)
			b, _ := s.logLoss(down, All)
			assert.InDelta(t, (a-b)/(2*h), slope[m], 1e-5, "%s, weight %d", method, m)
		}
	}
}

// TestFlagScoreIsThatOfThePrediction: a sample of all labels has the mean IoU of what is predicted, at every threshold and for every method.
func TestFlagScoreIsThatOfThePrediction(t *testing.T) {
	w := overlapping(4, 300, 3, 2, func(random *rand.Rand, _, _, _ int, there uint8) float32 {
		return guess(there, random.Float32())
	})
	w.truth[1][5], w.truth[2][7] = 255, 255
	for _, method := range Methods {
		limits, weights := []float32{0.3, 0.5, 0.8}, []float64{0.75, 0.25}
		want := MeanIoU(w.flagCounts(Combiner{Method: method, Weights: weights}, limits...), indices(4))
		s := w.flagSample(method, limits...)
		assert.InDelta(t, float64(want), s.score(weights, All).mean, 1e-9, method)
		assert.InDelta(t, 4*900-2, s.pixels(All), 1e-6)
	}
}

// TestFitOfFlagsGivesNoiseNothing: two members that know something, not the same, share the weight; two that guess have none.
func TestFitOfFlagsGivesNoiseNothing(t *testing.T) {
	w := overlapping(24, 300, 2, 4, func(random *rand.Rand, _, _, m int, there uint8) float32 {
		top := 0.5 + 0.45*random.Float32()
		if m < 2 && random.Float32() < top || m >= 2 && random.IntN(2) == 0 {
			return guess(there, top)
		}
		return guess(there, 1-top)
	})
	for _, method := range Methods {
		got := w.flagSample(method, 0.5, 0.5).Fit(Whole(4), All)
		assert.LessOrEqual(t, got[2]+got[3], 0.1, "%s: %v", method, got)
		assert.InDelta(t, got[0], got[1], 0.2, "%s: %v", method, got)
		fitted, equal := w.flagCounts(Combiner{Method: method, Weights: got}, 0.5, 0.5), w.flagCounts(Combiner{Method: method, Weights: Equal(4)}, 0.5, 0.5)
		assert.True(t, Compare(fitted, equal, indices(24)).Clear(), method)
	}
}

// TestFlagSampleHasRareLabels: labels are taken of each class, there and not there, evenly.
func TestFlagSampleHasRareLabels(t *testing.T) {
	truth, p := make([]uint8, 2*5000), make([]float32, 2*5000)
	truth[2*4321+1] = 1
	s := NewFlagSample(Mean, 1, []float32{0.5, 0.5}, 1)
	s.perImage = 60
	d := s.Draw(truth, -1, [][]float32{p}).piece
	assert.Len(t, d.truth, 20+20+1)
	there := slices.Index(d.truth, 1)
	assert.Equal(t, []any{uint8(1), float32(1)}, []any{d.class[there], d.weight[there]})
	sum := float32(0)
	for _, w := range d.weight {
		sum += w
	}
	assert.InDelta(t, 10000, sum, 1e-2)
}
