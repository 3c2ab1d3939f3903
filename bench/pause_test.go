package bench

import (
	"flag"
	"math"
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/tensor"
)

var pauses = flag.Bool("pauses", false, "look at the garbage collector's waits for every layer; wants an idle machine")

// stopping is the histogram of how long the garbage collector waited until every goroutine had stopped: a kernel in
// assembly stops when it returns.
const stopping = "/sched/pauses/stopping/gc:seconds"

// longest is what a kernel may keep it waiting, in seconds.
const longest = 1e-3

// waits collects garbage without end while work runs, and returns the histogram of the waits that this caused.
func waits(work func()) *metrics.Float64Histogram {
	read := func() *metrics.Float64Histogram {
		sample := []metrics.Sample{{Name: stopping}}
		metrics.Read(sample)
		h := sample[0].Value.Float64Histogram()
		return &metrics.Float64Histogram{Counts: slices.Clone(h.Counts), Buckets: h.Buckets}
	}
	before := read()
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-end:
				return
			default:
				runtime.GC()
			}
		}
	}()
	work()
	close(end)
	<-done
	after := read()
	for i := range after.Counts {
		after.Counts[i] -= before.Counts[i]
	}
	return after
}

// quantile returns how many waits h has, and the upper end of the bucket in which the part q of them ends.
func quantile(h *metrics.Float64Histogram, q float64) (count uint64, seconds float64) {
	for _, n := range h.Counts {
		count += n
	}
	left := uint64(math.Ceil(q * float64(count)))
	for i, n := range h.Counts {
		if n >= left {
			return count, h.Buckets[i+1]
		}
		left -= n
	}
	return count, math.Inf(1)
}

// TestGarbageCollectionIsNotDelayed trains and infers on pictures as large as those of the reference figures, and holds
// the waits of the garbage collector to a millisecond. Other programs delay it too, as the system takes the processor
// from a kernel, so that one good attempt of several is enough, and of its waits the best nine tenths: a kernel that is
// too long and takes more than a tenth of the time is found. -pauses looks at each kernel alone.
func TestGarbageCollectionIsNotDelayed(t *testing.T) {
	if testing.Short() {
		t.Skip("steps of the reference model take seconds")
	}
	model, err := NewModel()
	require.NoError(t, err)
	step, run, err := training(model, tensor.Dims(2, 256, 256, 3))
	require.NoError(t, err)
	defer step.Free()
	require.NoError(t, run())
	var count uint64
	wait := math.Inf(1)
	for attempt := 0; attempt < 5 && !(wait <= longest); attempt++ {
		count, wait = quantile(waits(func() { err = run() }), 0.9)
		require.NoError(t, err)
		require.Greater(t, count, uint64(10), "no garbage was collected")
		t.Logf("attempt %d: nine tenths of %d waits are below %.0f µs", attempt, count, 1e6*wait)
	}
	assert.LessOrEqual(t, wait, longest, "seconds that kernels kept the garbage collector waiting")
}

// TestNoPassDelaysGarbageCollection is the same for every pass of the reference model's layers.
func TestNoPassDelaysGarbageCollection(t *testing.T) {
	if !*pauses {
		t.Skip("wants -pauses and an idle machine")
	}
	list, err := Load(Reference)
	require.NoError(t, err)
	for _, p := range list {
		l, err := NewLayer(p)
		require.NoError(t, err)
		for _, pass := range l.Passes {
			wait := math.Inf(1)
			for attempt := 0; attempt < 5 && !(wait <= longest/5); attempt++ {
				_, high := quantile(waits(func() { best(3, 40*time.Millisecond, pass.Run) }), 0.9)
				wait = min(wait, high)
			}
			assert.LessOrEqual(t, wait, longest, "%s %s", p, pass.Direction)
			if !(wait <= longest/5) {
				t.Logf("%4.0f µs: %s %s", 1e6*wait, p, pass.Direction)
			}
		}
		l.Free()
	}
}

// TestWaitsAreSeen clears 64 MB at a time, which nothing interrupts and no machine does within a millisecond.
func TestWaitsAreSeen(t *testing.T) {
	block := make([]float32, 16<<20)
	count, wait := quantile(waits(func() { best(5, 100*time.Millisecond, func() { clear(block) }) }), 0.9)
	assert.Positive(t, count)
	assert.Greater(t, wait, longest)
}
