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

	"tessera/internal/parallel"
	"tessera/tensor"
)

var pauses = flag.Bool("pauses", false, "see how long each layer's kernels delay the garbage collector")

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

// delay returns below how many seconds nine tenths of the waits are while work runs. It is NaN if the machine is too busy
// to tell: where the system takes the processor from a thread, even plain Go keeps the garbage collector waiting.
func delay(t *testing.T, work func()) float64 {
	before := spinDelay()
	count, seconds := quantile(waits(work), 0.9)
	require.Positive(t, count, "no garbage was collected")
	if seconds > longest/5 && !(max(before, spinDelay()) <= longest/5) {
		return math.NaN()
	}
	return seconds
}

// spinDelay is the same for all workers computing in plain Go, which can be interrupted anywhere.
func spinDelay() float64 {
	_, seconds := quantile(waits(func() {
		best(3, 100*time.Millisecond, func() {
			parallel.For(parallel.Workers(), func(int, int) { burstGeneric(1 << 20) })
		})
	}), 0.9)
	return seconds
}

// TestGarbageCollectionIsNotDelayed trains on pictures as large as those of the reference figures and holds the waits
// of the garbage collector to a millisecond: of several attempts one must be good, and of its waits nine tenths. That
// finds a kernel that is too long and takes more than a tenth of the time; with -pauses each pass of each layer is
// looked at alone.
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
	var told []float64
	for range 12 {
		seconds := delay(t, func() { err = run() })
		require.NoError(t, err)
		if seconds <= longest {
			return
		}
		if !math.IsNaN(seconds) {
			told = append(told, seconds)
		}
	}
	if len(told) < 6 {
		t.Skip("the machine is too busy to tell")
	}
	assert.Fail(t, "kernels keep the garbage collector waiting", "%v seconds", told)
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
			seconds := math.Inf(1)
			for attempt := 0; attempt < 5 && !(seconds <= longest/5); attempt++ {
				if s := delay(t, func() { best(3, 40*time.Millisecond, pass.Run) }); s < seconds {
					seconds = s
				}
			}
			if !(seconds <= longest/5) {
				t.Logf("%4.0f µs: %s %s", 1e6*seconds, p, pass.Direction)
			}
			assert.LessOrEqual(t, seconds, longest, "%s %s", p, pass.Direction)
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
