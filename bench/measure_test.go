package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// TestRoofIsAbove measures in each instruction set and holds a product of matrices, which has little else to do than
// to multiply and add, to the roof. Another program may slow down the roof's measurement, so it may try again.
func TestRoofIsAbove(t *testing.T) {
	if testing.Short() {
		t.Skip("measures for seconds")
	}
	p, err := Parse(`gemm m240 n256 k256 "square"`)
	require.NoError(t, err)
	kerneltest.EachISA(t, func(t *testing.T) {
		var share float64
		for range 5 {
			calls := 0
			r, err := Measure([]Problem{p}, 0, func(done int) { calls += 1 + done })
			require.NoError(t, err)
			require.Equal(t, 1, calls)
			require.Greater(t, r.Roof.Core, 0.0)
			require.GreaterOrEqual(t, r.Roof.Peak, r.Roof.Core)
			require.Greater(t, r.Roof.Copy, 0.0)
			assert.Equal(t, kernels.Active().String(), r.Roof.ISA)
			assert.Equal(t, parallel.Workers(), r.Roof.Threads)
			require.Len(t, r.Layers, 1)
			assert.Equal(t, []any{"square", "gemm m240 n256 k256", Gemm, Forward},
				[]any{r.Layers[0].Name, r.Layers[0].Problem, r.Layers[0].Kind, r.Layers[0].Direction})
			if share = r.Layers[0].PeakShare; share > 0 && share <= 1.05 {
				return
			}
		}
		assert.Fail(t, "a product of matrices is faster than the peak", "%.2f of it", share)
	})
}

func TestSpeedsAndTotals(t *testing.T) {
	result := func(k Kind, d Direction, flops, bytes, seconds float64) Result {
		return Result{Kind: k, Direction: d, Speed: Speed{work: work{flops: flops, folded: 2 * flops, bytes: bytes, seconds: seconds}}}
	}
	r := Report{Roof: Roof{Peak: 100, Copy: 10}, Layers: []Result{
		result(Norm, Forward, 1e9, 20e9, 4), // 2 s of copying
		result(Conv, Forward, 50e9, 1e9, 1), // half of the peak, 0.1 s of copying
		result(Conv, Forward, 50e9, 9e9, 1), // 0.9 s of copying
	}}
	r.compare()
	for i, want := range []Speed{
		{Milliseconds: 4000, GFLOPS: 0.25, PeakShare: 0.0025, FoldedShare: 0.005, GBs: 5, CopyShare: 0.5, Bound: "memory", RoofShare: 0.5},
		{Milliseconds: 1000, GFLOPS: 50, PeakShare: 0.5, FoldedShare: 1, GBs: 1, CopyShare: 0.1, Bound: "compute", RoofShare: 0.5},
		{Milliseconds: 1000, GFLOPS: 50, PeakShare: 0.5, FoldedShare: 1, GBs: 9, CopyShare: 0.9, Bound: "memory", RoofShare: 0.9},
	} {
		assertSpeed(t, want, r.Layers[i].Speed)
	}
	require.Len(t, r.Totals, 3)
	for i, want := range []Total{
		{Conv, Forward, 2, Speed{2000, 50, 0.5, 1, 5, 0.5, "memory", 0.7, work{}}},
		{Norm, Forward, 1, Speed{4000, 0.25, 0.0025, 0.005, 5, 0.5, "memory", 0.5, work{}}},
		{"", "", 3, Speed{6000, 101.0 / 6, 1.01 / 6, 2.02 / 6, 5, 0.5, "memory", 3.4 / 6, work{}}},
	} {
		got := r.Totals[i]
		assert.Equal(t, []any{want.Kind, want.Direction, want.Passes}, []any{got.Kind, got.Direction, got.Passes})
		assertSpeed(t, want.Speed, got.Speed)
	}
}

func assertSpeed(t *testing.T, want, got Speed) {
	t.Helper()
	numbers := func(s Speed) []float64 {
		return []float64{s.Milliseconds, s.GFLOPS, s.PeakShare, s.FoldedShare, s.GBs, s.CopyShare, s.RoofShare}
	}
	assert.InDeltaSlice(t, numbers(want), numbers(got), 1e-9)
	assert.Equal(t, want.Bound, got.Bound)
}

func TestStepsOfSmallPictures(t *testing.T) {
	model, err := NewModel()
	require.NoError(t, err)
	small := tensor.Dims(2, 32, 64, 3)
	train, err := measureTraining(model, small, 0)
	require.NoError(t, err)
	infer, err := measureInference(model, small, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"training", "inference"}, []string{train.Work, infer.Work})
	for _, s := range []StepResult{train, infer} {
		assert.Equal(t, "2×32×64×3", s.Shape)
		assert.InEpsilon(t, 2000/s.Milliseconds, s.ImagesPerSecond, 1e-9)
		assert.Positive(t, s.ArenaMB)
	}
	_, err = measureInference(model, tensor.Dims(1, 32, 32, 4), 0)
	assert.ErrorContains(t, err, "the model cannot take pictures of 1×32×32×4")
}

func TestBest(t *testing.T) {
	runs := 0
	assert.Positive(t, best(3, 0, func() { runs++ }))
	assert.Equal(t, 4, runs, "one to warm up")
	begin := time.Now()
	best(1, 20*time.Millisecond, func() {})
	assert.GreaterOrEqual(t, time.Since(begin), 20*time.Millisecond)
}
