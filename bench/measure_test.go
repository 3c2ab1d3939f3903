package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/internal/parallel"
	"tessera/tensor"
)

// TestRoofIsAbove measures in each instruction set and holds a product of matrices, which has little else to do than to
// multiply and add, to the roof. Another program may slow down either measurement, so it may try again.
func TestRoofIsAbove(t *testing.T) {
	p, err := Parse("gemm m240 n256 k256")
	require.NoError(t, err)
	kerneltest.EachISA(t, func(t *testing.T) {
		var share float64
		for range 5 {
			r, err := MeasureRoof()
			require.NoError(t, err)
			require.Greater(t, r.Core, 0.0)
			require.Greater(t, r.Peak, 0.0)
			require.Greater(t, r.Copy, 0.0)
			assert.Equal(t, parallel.Workers(), r.Threads)
			list, err := Measure(p, r, 0)
			require.NoError(t, err)
			require.Len(t, list, 1)
			if share = list[0].PeakShare; share > 0 && share <= 1.05 {
				return
			}
		}
		assert.Fail(t, "a product of matrices is faster than the peak", "%.2f of it", share)
	})
}

func TestSpeedsAndTotals(t *testing.T) {
	r := Roof{Peak: 100, Copy: 10}
	result := func(k Kind, d Direction, flops, bytes, seconds float64) Result {
		return Result{Kind: k, Direction: d, Speed: newWork(r, flops, bytes, seconds).speed(r)}
	}
	list := []Result{
		result(Conv, Forward, 50e9, 1e9, 1), // half of the peak, 0.1 s of copying
		result(Norm, Forward, 1e9, 20e9, 4), // 2 s of copying
		result(Conv, Forward, 50e9, 9e9, 1), // 0.9 s of copying
	}
	for i := range list {
		assert.InDelta(t, list[i].work.flops/list[i].work.seconds/1e9, list[i].GFLOPS, 1e-9)
	}
	assert.Equal(t, []string{"compute", "memory", "memory"}, []string{list[0].Bound, list[1].Bound, list[2].Bound})
	assert.InDeltaSlice(t, []float64{0.5, 0.5, 0.9}, []float64{list[0].RoofShare, list[1].RoofShare, list[2].RoofShare}, 1e-9)

	totals := Totals(r, list)
	require.Len(t, totals, 3)
	conv, norm, all := totals[0], totals[1], totals[2]
	assert.Equal(t, []any{Conv, Forward, 2, "memory"}, []any{conv.Kind, conv.Direction, conv.Passes, conv.Bound})
	assert.InDelta(t, 0.5, conv.PeakShare, 1e-9)
	assert.InDelta(t, 0.5, conv.CopyShare, 1e-9)
	assert.InDelta(t, 0.7, conv.RoofShare, 1e-9)
	assert.InDelta(t, 4000, norm.Milliseconds, 1e-9)
	assert.Equal(t, []any{Kind(""), Direction(""), 3, "memory"}, []any{all.Kind, all.Direction, all.Passes, all.Bound})
	assert.InDelta(t, 3.4/6, all.RoofShare, 1e-9)
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
