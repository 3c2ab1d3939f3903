package ensemble

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/parallel"
	"tessera/segtrain/metric"
)

// A world is images with a truth and members that are wrong in known ways.
type world struct {
	classes, members int
	truth            [][]uint8
	p                [][][]float32 // image, member
}

// newWorld draws images of pixels; say gives what a member says of a pixel's class.
func newWorld(images, pixels, classes, members int, say func(random *rand.Rand, image, pixel, member int, truth uint8, p []float32)) world {
	w := world{classes: classes, members: members}
	for i := range images {
		random := rand.New(rand.NewPCG(7, uint64(i)))
		truth, p := make([]uint8, pixels), make([][]float32, members)
		for j := range truth {
			truth[j] = uint8(random.IntN(classes))
		}
		for m := range p {
			p[m] = make([]float32, pixels*classes)
			for j, t := range truth {
				say(random, i, j, m, t, p[m][j*classes:][:classes])
			}
		}
		w.truth, w.p = append(w.truth, truth), append(w.p, p)
	}
	return w
}

// point gives class k the probability top and the others the same part of the rest.
func point(p []float32, k int, top float32) {
	for i := range p {
		p[i] = (1 - top) / float32(len(p)-1)
	}
	p[k] = top
}

func (w world) sample(method Method) *Sample {
	s := NewSample(method, w.members, w.classes, len(w.truth))
	for i, truth := range w.truth {
		s.Append(s.Draw(truth, -1, w.p[i]), i%4)
	}
	return s
}

// counts returns those of a combination on all pixels.
func (w world) counts(c Combiner) *metric.Stats {
	stats := metric.NewStats(metric.Multiclass, w.classes, -1)
	for i, truth := range w.truth {
		out, chosen := make([]float32, len(w.p[i][0])), make([]uint8, len(truth))
		c.Combine(w.classes, w.p[i], out)
		for j := range chosen {
			chosen[j] = uint8(argmax(out[j*w.classes:][:w.classes]))
		}
		stats.Add(truth, chosen)
	}
	return stats
}

func indices(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// Where A gives the true class 1-e in a part f of the pixels and e elsewhere, and B the other way round, the log loss of w·A + (1-w)·B
// is least where its slope is zero: at w = (f-e)/(1-2e).
func TestLogLossWeightsAreTheFormula(t *testing.T) {
	const e = 0.1
	for _, f := range []float64{0.5, 0.65, 0.8} {
		w := newWorld(20, 1000, 2, 2, func(_ *rand.Rand, _, pixel, m int, truth uint8, p []float32) {
			if (float64(pixel%100) < 100*f) == (m == 0) {
				point(p, int(truth), 1-e)
			} else {
				point(p, int(truth), e)
			}
		})
		got := w.sample(Mean).logLossWeights(All)
		assert.InDelta(t, (f-e)/(1-2*e), got[0], 0.02, "f = %v", f)
		assert.InDelta(t, 1, got[0]+got[1], 1e-12)
	}
}

// Of mean logits: A has log odds ±a, right in a part f of the pixels, and B says nothing. With weight w on A the loss is least
// where σ(w·a) = f.
func TestLogLossWeightsOfLogits(t *testing.T) {
	w := newWorld(20, 1000, 2, 2, func(_ *rand.Rand, _, pixel, m int, truth uint8, p []float32) {
		switch {
		case m == 1:
			point(p, 0, 0.5)
		case pixel%100 < 75:
			point(p, int(truth), 0.9)
		default:
			point(p, int(truth), 0.1)
		}
	})
	got := w.sample(Logits).logLossWeights(All)
	assert.InDelta(t, 0.5, got[0], 0.02, "ln 3 / ln 9")
}

// The slope of the loss is held to differences of it.
func TestSlopes(t *testing.T) {
	w := newWorld(5, 300, 4, 3, func(random *rand.Rand, _, _, _ int, truth uint8, p []float32) {
		point(p, int(truth), 0.2+0.7*random.Float32())
	})
	for _, method := range []Method{Mean, Logits} {
		s, at := w.sample(method), []float64{0.2, 0.3, 0.5}
		_, slope := s.logLoss(at, All)
		for m := range at {
			const h = 1e-2
			up, down := slices.Clone(at), slices.Clone(at)
			up[m] += h
			down[m] -= h
			a, _ := s.logLoss(up, All)
			b, _ := s.logLoss(down, All)
			assert.InDelta(t, (a-b)/(2*h), slope[m], 2e-3, "%s, weight %d", method, m)
		}
	}
}

// noisy is two members that are right as often as they say, not in the same pixels, and some that know nothing.
func noisy(images, pixels, noise int) world {
	return newWorld(images, pixels, 5, 2+noise, func(random *rand.Rand, _, _, m int, truth uint8, p []float32) {
		class, top := random.IntN(5), 0.3+0.6*random.Float32()
		if m < 2 && random.Float32() < top {
			class = int(truth)
		}
		point(p, class, top)
	})
}

func TestFitGivesNoiseNothing(t *testing.T) {
	for _, method := range Methods {
		w := noisy(24, 700, 3)
		got := w.sample(method).Fit(Whole(5), All)
		sum := 0.0
		for m, v := range got {
			sum += v
			if m >= 2 {
				assert.LessOrEqual(t, v, 0.05, "%s: %v", method, got)
			}
		}
		assert.InDelta(t, 1, sum, 1e-12)
		assert.InDelta(t, got[0], got[1], 0.2, "%s: %v", method, got)
		fitted, equal := w.counts(Combiner{Method: method, Weights: got}), w.counts(Combiner{Method: method, Weights: Equal(5)})
		assert.True(t, Compare(fitted, equal, indices(24)).Clear(), method)
	}
}

// With few pixels and many members that know nothing, weights fit what is chance in the images they are fitted on.
func TestNestedIsBelowNaive(t *testing.T) {
	const members, worlds = 30, 4
	naive, nested := 0.0, 0.0
	for seed := range uint64(worlds) {
		w := newWorld(12, 40, 3, members, func(random *rand.Rand, image, pixel, m int, _ uint8, p []float32) {
			own := rand.New(rand.NewPCG(seed, uint64((image*40+pixel)*members+m)))
			point(p, own.IntN(3), 0.4+0.5*own.Float32())
		})
		s := w.sample(Mean)
		naive += float64(MeanIoU(w.counts(Combiner{Weights: s.Fit(Whole(members), All)}), indices(12))) / worlds
		outer := metric.NewStats(metric.Multiclass, 3, -1)
		for fold := range 4 {
			weights := s.Fit(Whole(members), fold)
			for i, truth := range w.truth {
				if i%4 == fold {
					one := world{classes: 3, members: members, truth: [][]uint8{truth}, p: w.p[i : i+1]}
					outer.Merge(one.counts(Combiner{Weights: weights}))
				}
			}
		}
		nested += float64(MeanIoU(outer, indices(12))) / worlds
	}
	t.Logf("naive %.3f, nested %.3f", naive, nested)
	assert.Less(t, nested, naive-0.02)
	assert.InDelta(t, 0.2, nested, 0.02, "which is what chance has")
}

func TestFitDependsOnNothingElse(t *testing.T) {
	defer parallel.SetWorkers(0)
	w := noisy(8, 500, 2)
	want := w.sample(GMean).Fit(Whole(4), 2)
	for _, workers := range []int{1, 3} {
		parallel.SetWorkers(workers)
		assert.Equal(t, want, w.sample(GMean).Fit(Whole(4), 2))
	}
	assert.Equal(t, []float64{1}, newWorld(2, 10, 2, 1, func(_ *rand.Rand, _, _, _ int, truth uint8, p []float32) {
		point(p, int(truth), 0.7)
	}).sample(Mean).Fit(1, All))
	some := w.sample(Mean).Fit(0b1010, All)
	assert.Equal(t, []float64{0, 0}, []float64{some[0], some[2]})
	assert.Greater(t, some[1], 0.5, "member 3 is noise")
	assert.InDelta(t, 1, some[1]+some[3], 1e-12)
	assert.Equal(t, []float64{0.251, 0, 0.749}, rounded([]float64{0.25, 0.005, 0.745}))
}

// A sample stands for all pixels: its weights add up, and its score is nearly that of all of them.
func TestSampleStandsForAllPixels(t *testing.T) {
	w := noisy(6, 60000, 0)
	for i := range w.truth {
		for j := range w.truth[i] {
			if w.truth[i][j] == 4 && j > 300 { // a class of few pixels
				w.truth[i][j] = 0
			}
		}
		w.truth[i][7] = 200
	}
	s := NewSample(Mean, 2, 5, 6)
	s.perImage = 4000
	taken := 0
	for i, truth := range w.truth {
		d := s.Draw(truth, 200, w.p[i])
		taken += len(d.piece.truth)
		assert.NotContains(t, d.piece.truth, uint8(200))
		assert.Contains(t, d.piece.truth, uint8(4))
		s.Append(d, i)
	}
	assert.Less(t, taken, 6*4001)
	assert.InDelta(t, 6*59999, s.pixels(All), 1)
	assert.InDelta(t, 5*59999, s.pixels(3), 1)
	stats := metric.NewStats(metric.Multiclass, 5, 200)
	for i, truth := range w.truth {
		chosen := make([]uint8, len(truth))
		for j := range chosen {
			chosen[j] = uint8(argmax(w.p[i][0][j*5:][:5]))
		}
		stats.Add(truth, chosen)
	}
	assert.InDelta(t, float64(MeanIoU(stats, indices(6))), s.score([]float64{1, 0}, All).mean, 0.01)
}

func TestErrors(t *testing.T) {
	truth := []uint8{0, 0, 0, 0, 1, 1, 1, 1, 255, 255}
	a := []uint8{1, 1, 0, 0, 1, 1, 1, 1, 0, 0} // wrong at 0, 1
	b := []uint8{1, 0, 1, 0, 1, 1, 1, 1, 0, 1} // wrong at 0, 2
	right := []uint8{0, 0, 0, 0, 1, 1, 1, 1, 0, 0}
	e, half := NewErrors(3), NewErrors(3)
	e.Add(truth[:3], 255, [][]uint8{a[:3], b[:3], right[:3]})
	half.Add(truth[3:], 255, [][]uint8{a[3:], b[3:], right[3:]})
	e.Merge(half)
	assert.EqualValues(t, 8, e.pixels)
	m := e.Matrix()
	assert.InDelta(t, 1, float64(m[0][0]), 1e-12)
	assert.InDelta(t, (1.0/8-1.0/16)/(1.0/4*3.0/4), float64(m[0][1]), 1e-12)
	assert.Equal(t, m[0][1], m[1][0])
	assert.Equal(t, "-", m[0][2].String(), "one that is always right has no errors")
}

func TestWorstIsDropped(t *testing.T) {
	w := noisy(30, 400, 2)
	copied := newWorld(30, 400, 5, 5, func(*rand.Rand, int, int, int, uint8, []float32) {})
	copied.truth = w.truth
	for i, p := range w.p {
		copied.p[i] = append(slices.Clone(p), p[0]) // member 4 is member 0
	}
	stats := map[Set]*metric.Stats{}
	of := func(s Set) *metric.Stats {
		if stats[s] == nil {
			stats[s] = copied.counts(Combiner{Weights: s.Weights(5)})
		}
		return stats[s]
	}
	set := Whole(5)
	var dropped []int
	for {
		m, ok := Worst(Gains(set, indices(30), of))
		if !ok {
			break
		}
		dropped, set = append(dropped, m), set.Without(m)
	}
	assert.ElementsMatch(t, []int{2, 3, 4}, dropped)
	assert.Equal(t, 2, set.Len())
	for _, g := range Gains(set, indices(30), of) {
		assert.True(t, g.Clear(), "%+v", g)
	}
	_, ok := Worst(nil)
	assert.False(t, ok, "a set of one keeps it")
	assert.Equal(t, []Set{0b101, 0b100, 0b001}, Set(0b101).Smaller())
	assert.Equal(t, []Set{0b100}, Set(0b100).Smaller())
	require.Equal(t, MaxMembers, Whole(MaxMembers).Len())
}

func TestCompareIsPaired(t *testing.T) {
	a, b := metric.NewStats(metric.Multiclass, 2, -1), metric.NewStats(metric.Multiclass, 2, -1)
	for i := range 40 { // images differ much, and in each b is wrong at one pixel more
		truth, x := make([]uint8, 100), make([]uint8, 100)
		for j := range truth {
			truth[j] = uint8(j % 2)
			x[j] = truth[j]
			if j < i {
				x[j] = 1 - truth[j]
			}
		}
		a.Add(truth, x)
		x[99] = 1 - truth[99]
		b.Add(truth, x)
	}
	d := Compare(a, b, indices(40))
	assert.True(t, d.Clear())
	assert.Greater(t, float64(d.Mean), 0.01)
	assert.Less(t, float64(d.High-d.Low), 0.005)
	assert.Equal(t, d, Compare(a, b, indices(40)))
	back := Compare(b, a, indices(40))
	assert.False(t, back.Clear())
	assert.InDelta(t, -float64(d.Mean), float64(back.Mean), 1e-12)
	none := metric.NewStats(metric.Multiclass, 2, 1)
	none.Add([]uint8{1}, []uint8{1})
	assert.False(t, Compare(none, none, indices(1)).Clear(), "nothing counts")
}
