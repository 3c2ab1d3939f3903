package data

import (
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// take copies the next n batches.
func take(t testing.TB, d *Dataset, opt LoaderOptions, n int) []Batch {
	t.Helper()
	l, err := NewLoader(d, opt)
	require.NoError(t, err)
	defer l.Close()
	var out []Batch
	for range n {
		b, err := l.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		c := *b
		c.Images, c.Masks = slices.Clone(b.Images), slices.Clone(b.Masks)
		c.Indices, c.IDs = slices.Clone(b.Indices), slices.Clone(b.IDs)
		out = append(out, c)
	}
	return out
}

func training(workers int) LoaderOptions {
	return LoaderOptions{Batch: 3, Workers: workers, Shuffle: true, DropLast: true, Seed: 11}
}

func TestBatchesDoNotDependOnWorkers(t *testing.T) {
	m := writeSet(t, 10)
	want := take(t, newDataset(t, m, options()), training(1), 9)
	for _, workers := range []int{2, 7} {
		got := take(t, newDataset(t, m, options()), training(workers), 9)
		assert.Equal(t, want, got, "%d workers", workers)
	}
	noCache := options()
	noCache.CacheBytes = 0
	assert.Equal(t, want, take(t, newDataset(t, m, noCache), training(2), 9), "without a cache")
}

func TestResumeIsTheTailOfTheFullRun(t *testing.T) {
	d := newDataset(t, writeSet(t, 10), options())
	full := take(t, d, training(2), 9)
	for _, start := range [][3]int{{0, 2, 2}, {1, 1, 4}, {2, 0, 6}, {1, 3, 6}} {
		opt := training(2)
		opt.StartEpoch, opt.StartStep = start[0], start[1]
		assert.Equal(t, full[start[2]:], take(t, d, opt, 9-start[2]), "from %v", start)
	}
}

func TestTrainingEpochs(t *testing.T) {
	d := newDataset(t, writeSet(t, 10), options())
	l, err := NewLoader(d, training(1))
	require.NoError(t, err)
	defer l.Close()
	assert.Equal(t, 3, l.Steps())
	var orders [2][]int
	for epoch := range orders {
		for step := range 3 {
			b, err := l.Next()
			require.NoError(t, err)
			require.Equal(t, []int{epoch, step, 3}, []int{b.Epoch, b.Step, b.N})
			orders[epoch] = append(orders[epoch], b.Indices...)
		}
		distinct := slices.Compact(slices.Sorted(slices.Values(orders[epoch])))
		assert.Len(t, distinct, 9, "no sample comes twice")
	}
	assert.NotEqual(t, orders[0], orders[1])
}

func TestValidationGoesThroughOnce(t *testing.T) {
	d := newDataset(t, writeSet(t, 7), options())
	got := take(t, d, LoaderOptions{Batch: 3, Workers: 2, Epochs: 1}, 100)
	require.Len(t, got, 3)
	var seen []int
	for _, b := range got {
		seen = append(seen, b.Indices...)
		assert.Len(t, b.Images, b.N*8*8*3)
		assert.Len(t, b.Masks, b.N*8*8)
		for i, index := range b.Indices {
			assert.Equal(t, d.Record(index).ID, b.IDs[i])
		}
	}
	assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6}, seen)
	assert.Equal(t, 1, got[2].N)
}

func TestSetSmallerThanABatchGoesRound(t *testing.T) {
	d := newDataset(t, writeSet(t, 3), options())
	opt := training(2)
	opt.Batch = 8
	got := take(t, d, opt, 2)
	for _, b := range got {
		require.Equal(t, 8, b.N)
		count := map[int]int{}
		for _, i := range b.Indices {
			count[i]++
		}
		for i := range 3 {
			assert.GreaterOrEqual(t, count[i], 2)
		}
	}
	assert.NotEqual(t, got[0].Images, got[1].Images)
	opt.DropLast = false
	assert.Equal(t, 3, take(t, d, opt, 1)[0].N)
}

func TestBadSampleSurfacesAndTheNextBatchStillComes(t *testing.T) {
	m := writeSet(t, 6)
	require.NoError(t, os.WriteFile(m[1].Image, []byte("no image"), 0o644))
	l, err := NewLoader(newDataset(t, m, options()), LoaderOptions{Batch: 3, Workers: 2, Epochs: 1})
	require.NoError(t, err)
	defer l.Close()
	_, err = l.Next()
	assert.ErrorContains(t, err, m[1].Image)
	b, err := l.Next()
	require.NoError(t, err)
	assert.Equal(t, []int{3, 4, 5}, b.Indices)
	_, err = l.Next()
	assert.Equal(t, io.EOF, err)
}

func TestUnlabelledBatchesHaveNoMasks(t *testing.T) {
	m := writeSet(t, 2)
	for i := range m {
		m[i].Mask = ""
	}
	b := take(t, newDataset(t, m, Options{H: 4, W: 4, C: 1}), LoaderOptions{Batch: 2, Epochs: 1}, 1)[0]
	assert.Nil(t, b.Masks)
	assert.Len(t, b.Images, 2*4*4)
}

func TestCloseEndsEveryGoroutine(t *testing.T) {
	d := newDataset(t, writeSet(t, 10), options())
	before := runtime.NumGoroutine()
	for n := range 5 {
		l, err := NewLoader(d, training(4))
		require.NoError(t, err)
		for range n {
			_, err := l.Next()
			require.NoError(t, err)
		}
		l.Close()
		l.Close()
		_, err = l.Next()
		assert.Equal(t, io.EOF, err)
	}
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

func TestBatchMemoryIsReused(t *testing.T) {
	d := newDataset(t, writeSet(t, 10), options())
	l, err := NewLoader(d, training(2))
	require.NoError(t, err)
	defer l.Close()
	memory := map[*float32]bool{}
	for range 20 {
		b, err := l.Next()
		require.NoError(t, err)
		memory[&b.Images[0]] = true
	}
	assert.LessOrEqual(t, len(memory), ring)
}

func TestLoaderMistakes(t *testing.T) {
	d := newDataset(t, writeSet(t, 1), options())
	bad := []LoaderOptions{{}, {Batch: 1, Workers: -1}, {Batch: 1, StartStep: -1}, {Batch: 1, Epochs: -1}}
	for _, opt := range bad {
		_, err := NewLoader(d, opt)
		assert.Error(t, err)
	}
}
