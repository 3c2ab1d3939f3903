package post

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/parallel"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// TestSearchesCountWhatStepsDo holds the counts that searches predict, for every class and candidate, to those of the masks
// that the step itself makes.
func TestSearchesCountWhatStepsDo(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, c := range []struct {
		of         Of
		background string
		steps      []string
	}{
		{abc, "", []string{"triplet", "remove_small_objects", "largest_component", "fill_holes", "opening", "closing"}},
		{abc, "a", []string{"threshold", "triplet", "remove_small_objects", "fill_holes", "opening"}},
		{flagsOf("a", "b"), "", []string{"threshold", "triplet", "remove_small_objects", "largest_component", "fill_holes", "closing"}},
		{Of{Task: metric.Binary, Classes: []string{"a"}}, "", []string{"threshold", "triplet", "opening"}},
	} {
		for _, name := range c.steps {
			f, err := newFitting(context.Background(), FitOptions{Of: c.of, Ignore: 255, Background: c.background, Steps: []string{name}}, nil)
			require.NoError(t, err)
			f.median, f.folds = 4000, 1 // so that the areas are of sizes that there are
			found, err := f.collector(name)
			require.NoError(t, err)
			a := found.(*additive)
			p := noise(c.of, 21, 26, 11)
			truth := make([]uint8, 21*26*c.of.Task.Labels(len(c.of.Classes)))
			for i := range truth {
				truth[i] = uint8(rng.IntN(map[bool]int{true: 2, false: 3}[c.of.Task.Flags()]))
				if rng.IntN(10) == 0 {
					truth[i] = 255
				}
			}
			s := &Sample{Probabilities: p, Truth: truth}
			require.NoError(t, a.look(newPicture(c.of, p, nil), s))
			base, delta := a.pool(-1)
			require.Equal(t, newPicture(c.of, p, nil).counts(truth, 255), base)
			moved := 0
			for _, k := range a.classes {
				for candidate, row := range delta[k] {
					chosen := make([]int, a.n)
					for j := range chosen {
						chosen[j] = -1
					}
					chosen[k] = candidate
					got, err := f.masks([]Step{a.step(chosen)}, newPicture(c.of, p, nil))
					require.NoError(t, err)
					want := append(counts(nil), base...)
					want.add(row)
					require.Equal(t, want, got.counts(truth, 255), "%s of class %d: %s", name, k, Text(a.step(chosen)))
					if row[k] != (count{}) {
						moved++
					}
				}
			}
			assert.Positive(t, moved, name)
		}
	}
}

func TestWeightSearchCountsWhatWeightsDo(t *testing.T) {
	p := noise(abc, 30, 30, 4)
	rng := rand.New(rand.NewPCG(5, 6))
	truth := make([]uint8, 900)
	for i := range truth {
		truth[i] = uint8(rng.IntN(4))
		if truth[i] == 3 {
			truth[i] = 255
		}
	}
	for i := range p.Pix {
		p.Pix[i] = float32(int(p.Pix[i]*65535)) / 65535 // so that nothing is rounded
	}
	search := newWeightSearch(abc, 255, 1, 900)
	s := &Sample{Probabilities: p, Truth: truth}
	require.NoError(t, search.look(newPicture(abc, p, nil), s))
	w := []float32{1, 2, 0.5}
	for k := range w {
		for c, row := range search.rows(-1, k, w) {
			step := &Weights{Weight: Values{1, 2, 0.5}}
			step.Weight[k] = weightGrid[c]
			chain, err := NewChain(abc, []Step{step})
			require.NoError(t, err)
			got := newPicture(abc, p, nil)
			require.NoError(t, chain.ops[0].apply(got))
			require.Equal(t, got.counts(truth, 255), row, "class %d, %v", k, step.Weight)
		}
	}
}

// TestFirstAbove compares it with a look at all, with many equals and zeros.
func TestFirstAbove(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	weights, seen := []float32{0.25, 0.5, 1, 1.5, 2, 4}, map[int]int{}
	for range 5000 {
		p, most, equals := float32(rng.IntN(12)), float32(rng.IntN(12)), rng.IntN(2) == 1
		first := slices.IndexFunc(weights, func(x float32) bool { return x*p > most || x*p == most && equals })
		if first < 0 {
			first = len(weights)
		}
		seen[first]++
		require.Equal(t, first, firstAbove(weights, p, most, equals), "%v, %v, %v", p, most, equals)
	}
	assert.Len(t, seen, len(weights)+1)
}

// biased returns samples of a model that finds too little of class b and sprinkles class a with dots of c.
func biased(n int, dots bool) Source {
	return func(use func(Sample) error) error {
		for i := range n {
			rng := rand.New(rand.NewPCG(uint64(i), 1))
			const h, w = 32, 40
			s := Sample{Fold: i % 4, Probabilities: raster.NewFloat(h, w, 3), Truth: make([]uint8, h*w)}
			y0, x0 := rng.IntN(12), rng.IntN(16)
			for at := range s.Truth {
				y, x := at/w, at%w
				v := s.Probabilities.Pix[3*at:][:3]
				sure := 0.1 * rng.Float32()
				v[0], v[1], v[2] = 0.85-sure, 0.1+sure, 0.05
				if y >= y0 && y < y0+16 && x >= x0 && x < x0+20 {
					s.Truth[at] = 1
					v[0], v[1] = 0.6+0.1*rng.Float32(), 0.35 // found only with a weight of 2
				}
				if dots && rng.IntN(90) == 0 {
					v[0], v[1], v[2] = 0.05, 0.05, 0.9
				}
			}
			for y := range 8 {
				for x := range 8 {
					at := (h-8+y)*w + w - 8 + x
					s.Truth[at] = 2
					copy(s.Probabilities.Pix[3*at:], []float32{0.1, 0.1, 0.8})
				}
			}
			if err := use(s); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestFitFindsWhatIsWrong(t *testing.T) {
	r, err := Fit(context.Background(), FitOptions{Of: abc, Ignore: -1}, biased(24, true))
	require.NoError(t, err)
	assert.Equal(t, []int{24, 4}, []int{r.Images, r.Folds})
	for _, tr := range r.Trials {
		t.Logf("%-22s %v naive %.4f nested %.4f gain %.4f [%.4f, %.4f] %s", tr.Name, tr.Proposed, tr.Naive, tr.Nested, tr.Gain, tr.Low, tr.High, tr.Setting)
	}
	assert.Less(t, r.Plain, 0.6)
	assert.Greater(t, r.Nested, 0.97)
	require.GreaterOrEqual(t, len(r.Steps), 2)
	w := r.Steps[0].(*Weights)
	ratio := map[string]float64{"a": 1, "b": 1, "c": 1}
	for i, name := range w.Classes {
		ratio[name] = w.Weight[i]
	}
	r0 := ratio["b"] / ratio["a"]
	assert.True(t, r0 >= 2 && r0 < 3.75, "%v: 0.7/0.35 makes every pixel of b b, and 0.75/0.2 would make some of a b", r0)
	names := []string{}
	for _, s := range r.Steps {
		names = append(names, NameOf(s))
	}
	assert.Contains(t, names, "remove_small_objects", "the dots are smaller than the square of c")
	assert.Len(t, r.ByFold, 4)
	assert.InDelta(t, r.Nested-r.Plain, r.Gain, 1e-12)
	assert.True(t, r.Low > 0 && r.Low <= r.Gain && r.Gain <= r.High)

	// What is proposed gives what it was judged by.
	chain, err := NewChain(abc, r.Steps)
	require.NoError(t, err)
	total := make(counts, 3)
	require.NoError(t, biased(24, true)(func(s Sample) error {
		m, _, err := chain.Apply(s.Probabilities, nil)
		total.add((&picture{of: abc, c: 3, labels: m.Pix}).counts(s.Truth, -1))
		return err
	}))
	of, err := scoreOf("iou")
	require.NoError(t, err)
	assert.InDelta(t, r.Naive, of(total), 1e-12)

	defer parallel.SetWorkers(0)
	for _, workers := range []int{1, 5} {
		parallel.SetWorkers(workers)
		again, err := Fit(context.Background(), FitOptions{Of: abc, Ignore: -1}, biased(24, true))
		require.NoError(t, err)
		assert.Equal(t, r, again)
	}
}

// TestFitCountsPassesThatItDoesNotNeed: where masks are right there is nothing to judge, and who counts gets to the end all the same.
func TestFitCountsPassesThatItDoesNotNeed(t *testing.T) {
	seen, skipped := 0, 0
	source := func(use func(Sample) error) error {
		for i := range 6 {
			p := noise(abc, 16, 16, uint64(i))
			s := Sample{Fold: i % 3, Probabilities: p, Truth: newPicture(abc, p, nil).labels}
			if err := use(s); err != nil {
				return err
			}
			seen++
		}
		return nil
	}
	for steps, want := range map[string]int{"weights": 1, "fill_holes": 1} {
		seen, skipped = 0, 0
		_, err := Fit(context.Background(), FitOptions{Of: abc, Ignore: -1, Steps: []string{steps}, Skipped: func() { skipped++ }}, source)
		require.NoError(t, err)
		assert.Equal(t, want, skipped)
		assert.Equal(t, 6*Passes(1), seen+6*skipped)
	}
}

// TestNestedIsBelowNaiveOnNoise: where there is nothing to learn, what was fitted looks good on what it was fitted on only,
// and is not proposed.
func TestNestedIsBelowNaiveOnNoise(t *testing.T) {
	set := func(seed uint64) Source {
		return func(use func(Sample) error) error {
			for i := range uint64(9) {
				rng := rand.New(rand.NewPCG(seed, i))
				s := Sample{Fold: int(i % 3), Probabilities: noise(abc, 16, 16, 100*seed+i), Truth: make([]uint8, 256)}
				for k := range s.Truth {
					s.Truth[k] = uint8(rng.IntN(3))
				}
				if err := use(s); err != nil {
					return err
				}
			}
			return nil
		}
	}
	for _, name := range Metrics {
		plain, naive, nested := 0.0, 0.0, 0.0
		for seed := range uint64(8) {
			r, err := Fit(context.Background(), FitOptions{Of: abc, Ignore: -1, Metric: name, Steps: []string{"weights", "triplet"}}, set(seed))
			require.NoError(t, err)
			for _, tr := range r.Trials {
				plain, naive, nested = plain+r.Plain, naive+tr.Naive, nested+tr.Nested
				assert.False(t, tr.Proposed, "%s of set %d", tr.Name, seed)
			}
			assert.Empty(t, r.Steps)
			assert.Equal(t, r.Plain, r.Nested)
		}
		t.Logf("%s: plain %.4f, naive %.4f, nested %.4f", name, plain/16, naive/16, nested/16)
		assert.True(t, nested < plain && plain < naive, "what noise teaches does harm")
	}
}

func TestFitOfFlags(t *testing.T) {
	of := flagsOf("a")
	source := func(use func(Sample) error) error {
		for i := range 16 {
			rng := rand.New(rand.NewPCG(uint64(i), 3))
			s := Sample{Fold: i % 2, Probabilities: raster.NewFloat(20, 20, 1), Truth: make([]uint8, 400)}
			for k := range s.Truth {
				s.Probabilities.Pix[k] = 0.1 + 0.1*rng.Float32()
				switch {
				case i%2 == 0 && k/20 > 5 && k%20 > 5: // found at 0.3
					s.Truth[k], s.Probabilities.Pix[k] = 1, 0.3+0.4*rng.Float32()
				case i%4 == 1 && k < 15: // nothing, but a few pixels
					s.Probabilities.Pix[k] = 0.6
				}
			}
			if err := use(s); err != nil {
				return err
			}
		}
		return nil
	}
	r, err := Fit(context.Background(), FitOptions{Of: of, Ignore: -1, Steps: []string{"threshold"}}, source)
	require.NoError(t, err)
	require.Len(t, r.Trials, 1)
	assert.Equal(t, "{threshold: {classes: [a], threshold: [0.3]}}", r.Trials[0].Setting)
}

func TestFitMistakes(t *testing.T) {
	ctx := context.Background()
	for says, o := range map[string]FitOptions{
		`no metric "f9"; there are: [iou dice]`:       {Of: abc, Metric: "f9"},
		`no step "crop"`:                              {Of: abc, Steps: []string{"crop"}},
		`background: no class "x"`:                    {Of: abc, Background: "x"},
		"threshold wants a background":                {Of: abc, Steps: []string{"threshold"}},
		"weights is for task multiclass":              {Of: flagsOf("a"), Steps: []string{"weights"}},
		"weights cannot be tried after steps":         {Of: abc, Steps: []string{"opening", "weights"}},
		"background is for task multiclass, but task": {Of: flagsOf("a"), Background: "a"},
	} {
		_, err := Fit(ctx, o, biased(4, false))
		assert.ErrorContains(t, err, says)
	}
	_, err := Fit(ctx, FitOptions{Of: abc}, biased(1, false))
	assert.ErrorContains(t, err, "predictions of 1 folds cannot be judged by others")
	_, err = Fit(ctx, FitOptions{Of: Of{Classes: []string{"a", "b"}}}, biased(4, false))
	assert.ErrorContains(t, err, "probabilities of 32×40×3 beside 1280 labels; allowed: 2 classes and 1280 labels")
	gone := errors.New("gone")
	_, err = Fit(ctx, FitOptions{Of: abc}, func(func(Sample) error) error { return gone })
	assert.ErrorIs(t, err, gone)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = Fit(cancelled, FitOptions{Of: abc}, biased(4, false))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestText(t *testing.T) {
	s := &RemoveSmallObjects{target{Names{"car", "traffic light", "on"}, ""}, Values{50, 0.001}, 8}
	assert.Equal(t, `{remove_small_objects: {classes: [car, "traffic light", "on"], min_size: [50, 0.001], connectivity: 8}}`, Text(s))
	assert.Equal(t, "{opening: {background: a, shape: disk, radius: [1]}}", Text(&Opening{Morphology{target{nil, "a"}, "disk", Values{1}}}))
}
