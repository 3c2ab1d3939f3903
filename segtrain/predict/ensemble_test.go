package predict

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/nn"
	"tessera/segtrain/data"
	"tessera/segtrain/ensemble"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// biased is colorModel with other preferences.
func biased(bias ...float32) *nn.Conv2D {
	m := colorModel()
	copy(m.Bias.Value.Data, bias)
	return m
}

func sized(t testing.TB, m data.Manifest, h, w int) *data.Dataset {
	ds, err := data.NewDataset(m, data.Options{H: h, W: w, C: 3, Fit: data.Stretch})
	require.NoError(t, err)
	return ds
}

func runEnsemble(t testing.TB, e Ensemble) ([]Result, *Summary) {
	t.Helper()
	var all []Result
	summary, err := e.Run(context.Background(), func(r Result) error {
		all = append(all, r)
		return nil
	})
	require.NoError(t, err)
	return all, summary
}

func TestEnsembleOfOneIsItsMember(t *testing.T) {
	m := stripes(t)
	for _, task := range []metric.Task{metric.Multiclass, metric.Multilabel} {
		p := &Predictor{Model: colorModel(), Batch: 2, Probabilities: true, Task: task}
		want, wantSummary := run(t, *p, newSet(t, m, data.Letterbox))
		member := Member{"a", &Predictor{Model: colorModel(), Batch: 3, Task: task}, newSet(t, m, data.Letterbox)}
		other := Member{"b", nil, newSet(t, m, data.Stretch)} // of weight 0: never run
		for _, method := range ensemble.Methods {
			e := Ensemble{Members: []Member{member, other}, Task: task, Probabilities: true,
				Combine: ensemble.Combiner{Method: method, Weights: []float64{0.7, 0}}}
			got, summary := runEnsemble(t, e)
			assert.Equal(t, want, got)
			assert.Equal(t, wantSummary.Pixels, summary.Pixels)
			assert.Equal(t, 5, summary.Images)
		}
	}
}

// TestEnsembleTellsProgress: what members have done is told together, in order, up to all of it.
func TestEnsembleTellsProgress(t *testing.T) {
	m := stripes(t)
	var parts []float64
	e := Ensemble{Combine: ensemble.Combiner{Method: ensemble.Mean, Weights: []float64{0.5, 0.5}}, Members: []Member{
		{"a", &Predictor{Model: colorModel(), Batch: 2}, newSet(t, m, data.Stretch)},
		{"b", &Predictor{Model: biased(3, -1), Batch: 3}, newSet(t, m, data.Stretch)},
	}, Progress: func(part float64) { parts = append(parts, part) }}
	runEnsemble(t, e)
	require.NotEmpty(t, parts)
	assert.True(t, slices.IsSorted(parts), "%v", parts)
	assert.Less(t, parts[0], 0.5)
	assert.InDelta(t, 1, parts[len(parts)-1], 1e-12)
	assert.Nil(t, e.Members[0].Predictor.Progress, "the members' own are left alone")
}

// TestEnsembleIsTheCombination holds it to what is combined by hand, of members that see other sizes.
func TestEnsembleIsTheCombination(t *testing.T) {
	m := stripes(t)
	members := []Member{
		{"a", &Predictor{Model: colorModel(), Batch: 2}, newSet(t, m, data.Stretch)},
		{"b", &Predictor{Model: biased(3, -1), Batch: 3}, sized(t, m, 12, 20)},
		{"c", &Predictor{Model: biased(0, 2), Batch: 1}, newSet(t, m, data.Letterbox)},
	}
	weights := []float64{0.5, 0.3, 0.2}
	for _, task := range []metric.Task{"", metric.Multilabel} {
		for _, method := range ensemble.Methods {
			var alone [3][]Result
			for i := range members {
				members[i].Predictor.Task = task
				p := *members[i].Predictor
				p.Probabilities = true
				alone[i], _ = run(t, p, members[i].Data)
			}
			c := ensemble.Combiner{Method: method, Weights: weights, Flags: task.Flags()}
			got, _ := runEnsemble(t, Ensemble{Members: members, Task: task, Probabilities: true,
				Combine: ensemble.Combiner{Method: method, Weights: weights}})
			require.Len(t, got, 5)
			for i, r := range got {
				want := raster.NewFloat(r.Probabilities.H, r.Probabilities.W, 4)
				c.Combine(4, [][]float32{alone[0][i].Probabilities.Pix, alone[1][i].Probabilities.Pix, alone[2][i].Probabilities.Pix}, want.Pix)
				assert.Equal(t, want, r.Probabilities)
				assert.Equal(t, []any{i, m[i].ID}, []any{r.Index, r.ID})
				var chosen Result
				(&Predictor{Task: task}).choose(&chosen, want)
				assert.Equal(t, chosen.Classes, r.Classes)
				assert.Equal(t, chosen.Flags, r.Flags)
			}
			plain, _ := runEnsemble(t, Ensemble{Members: members, Task: task, Combine: ensemble.Combiner{Method: method, Weights: weights}})
			assert.Nil(t, plain[0].Probabilities)
			assert.Equal(t, got[3].Classes, plain[3].Classes)
		}
	}
}

func TestEnsembleMistakes(t *testing.T) {
	m := stripes(t)
	ds := newSet(t, m, data.Stretch)
	good := func() Member { return Member{"good", &Predictor{Model: colorModel(), Batch: 2}, ds} }
	even := ensemble.Combiner{Weights: ensemble.Equal(2)}
	fails := func(e Ensemble) error {
		_, err := e.Run(context.Background(), func(Result) error { return nil })
		return err
	}
	assert.ErrorContains(t, fails(Ensemble{}), "without members")
	assert.ErrorContains(t, fails(Ensemble{Members: []Member{good()}, Combine: even}), "2 weights for 1 members")
	assert.ErrorContains(t, fails(Ensemble{Members: []Member{good(), {"short", nil, newSet(t, m[:3], data.Stretch)}}, Combine: even}),
		"short sees 3 pictures, and good 5")
	turned := append(append(data.Manifest{}, m[1:]...), m[0])
	assert.ErrorContains(t, fails(Ensemble{Members: []Member{good(), {"turned", nil, newSet(t, turned, data.Stretch)}}, Combine: even}),
		`picture 0 of good is "part0/0", and of turned "part1/1"`)
	wide := nn.NewConv2D(nn.NewRand(0), 3, 6, nn.ConvOptions{Kernel: 1})
	assert.ErrorContains(t, fails(Ensemble{Members: []Member{good(), {"wide", &Predictor{Model: wide, Batch: 2}, ds}}, Combine: even}),
		"part0/0: good gives 8×8×4, and wide 8×8×6")
	grey := nn.NewConv2D(nn.NewRand(0), 1, 4, nn.ConvOptions{Kernel: 1})
	assert.ErrorContains(t, fails(Ensemble{Members: []Member{good(), {"grey", &Predictor{Model: grey, Batch: 2}, ds}}, Combine: even}),
		"grey: the model cannot take pictures")

	full := errors.New("disk full")
	e := Ensemble{Members: []Member{good(), good()}, Combine: even}
	_, err := e.Run(context.Background(), func(r Result) error {
		if r.Index == 1 {
			return full
		}
		return nil
	})
	assert.Equal(t, full, err)
	ctx, cancel := context.WithCancel(context.Background())
	_, err = e.Run(ctx, func(Result) error { cancel(); return nil })
	assert.ErrorIs(t, err, context.Canceled)
	require.NoError(t, os.Remove(m[3].Image))
	assert.ErrorContains(t, fails(e), m[3].Image)
}

// computing is a Predictor's run as far as a stream knows it: batches are computed, then their results handed over one by one to
// another goroutine that uses them.
func computing(batch, total int, compute func()) func(context.Context, func(Result) error) error {
	return func(ctx context.Context, use func(Result) error) error {
		results := make(chan Result)
		var using sync.WaitGroup
		using.Go(func() {
			for r := range results {
				_ = use(r)
			}
		})
		for first := 0; first < total && ctx.Err() == nil; first += batch {
			compute()
			for i := first; i < min(first+batch, total); i++ {
				results <- Result{Index: i}
			}
		}
		close(results)
		using.Wait()
		return ctx.Err()
	}
}

// TestMembersComputeInTurn makes sure that no two compute at a time, whatever their batches.
func TestMembersComputeInTurn(t *testing.T) {
	for _, total := range []int{1, 2, 7, 16, 17} {
		for _, batches := range [][2]int{{2, 2}, {8, 8}, {3, 5}, {16, 2}} {
			var busy, together, times atomic.Int32
			compute := func() {
				if busy.Add(1) > 1 {
					together.Add(1)
				}
				time.Sleep(time.Millisecond)
				times.Add(1)
				busy.Add(-1)
			}
			ctx, stop := context.WithCancel(context.Background())
			var streams [3]*stream
			for i := range streams {
				batch := min(batches[i%2], total)
				streams[i] = newStream(ctx, batch, total, computing(batch, total, compute))
			}
			for i := range total {
				for _, s := range streams {
					r, ok := s.next()
					require.True(t, ok)
					assert.Equal(t, i, r.Index)
				}
			}
			what := fmt.Sprintf("%d pictures, batches %v", total, batches)
			for _, s := range streams {
				_, ok := s.next()
				assert.False(t, ok, what)
				assert.NoError(t, s.err)
			}
			assert.Zero(t, together.Load(), what)
			assert.NotZero(t, times.Load())
			stop()
		}
	}
}

// TestMembersDoNotDecide: classes are chosen once, of what members have together, whole and in tiles.
func TestMembersDoNotDecide(t *testing.T) {
	m := stripes(t)
	for _, tiling := range []*Tiling{nil, {H: 8, W: 8, Overlap: 0.5}} {
		p := Predictor{Model: colorModel(), Batch: 2, Probabilities: true, Tiling: tiling}
		want, _ := run(t, p, newSet(t, m, data.Stretch))
		var got []Result
		require.NoError(t, InTurn(context.Background(), []Member{{"a", &p, newSet(t, m, data.Stretch)}}, func(list []Result) error {
			got = append(got, list...)
			return nil
		}))
		require.Len(t, got, len(want))
		for i, r := range got {
			assert.Nil(t, r.Classes)
			assert.Equal(t, want[i].Probabilities, r.Probabilities)
		}
	}
}

func TestStreamsOfOneEnd(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	a, b := newStream(ctx, 1, 5, computing(1, 5, func() {})), newStream(ctx, 1, 5, computing(1, 5, func() {}))
	for i := range 3 {
		for _, s := range []*stream{a, b} {
			r, ok := s.next()
			assert.Equal(t, []any{i, true}, []any{r.Index, ok})
		}
	}
	stop()
	<-a.ended
	<-b.ended
	assert.ErrorIs(t, a.err, context.Canceled)
}
