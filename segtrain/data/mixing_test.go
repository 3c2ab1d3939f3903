package data

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/augment"
)

func mixing4(workers int) LoaderOptions {
	opt := training(workers)
	for _, name := range augment.MixNames() {
		m, err := augment.NewMixer(name, nil)
		if err != nil {
			panic(err)
		}
		opt.Mix = append(opt.Mix, m)
	}
	return opt
}

// takeMixed is take with the second labels.
func takeMixed(t *testing.T, d *Dataset, opt LoaderOptions, n int) (batches []Batch) {
	t.Helper()
	for i := range n {
		from := opt
		from.StartStep += i
		l, err := NewLoader(d, from)
		require.NoError(t, err)
		b, err := l.Next()
		require.NoError(t, err)
		batches = append(batches, *b)
		l.Close()
	}
	return batches
}

func TestMixedBatchesDoNotDependOnWorkers(t *testing.T) {
	d := newDataset(t, writeSet(t, 10), options())
	want := takeMixed(t, d, mixing4(1), 6)
	assert.Equal(t, want, takeMixed(t, d, mixing4(8), 6))
	plain := take(t, d, training(1), 6)
	different := 0
	for i, b := range want {
		require.Len(t, b.Mixed, len(b.Masks))
		require.Len(t, b.Share, len(b.Masks))
		require.Equal(t, plain[i].IDs, b.IDs)
		if !assert.ObjectsAreEqual(plain[i].Images, b.Images) {
			different++
		}
	}
	assert.Greater(t, different, 4)
	// The same, one after the other: what comes in a run is what a resumed one begins with.
	l, err := NewLoader(d, mixing4(2))
	require.NoError(t, err)
	defer l.Close()
	for i := range want {
		b, err := l.Next()
		require.NoError(t, err)
		require.Equal(t, want[i], *b)
	}
}

// TestSnapMixTellsWhatItDid compares the pictures before with those of a loader that does not mix.
func TestSnapMixTellsWhatItDid(t *testing.T) {
	d := newDataset(t, writeSet(t, 10), options())
	opt := func(workers int) LoaderOptions {
		o := training(workers)
		o.Mix = []augment.Mixer{&augment.SnapMix{MixWhen: augment.MixWhen{P: 0.6}, Alpha: 2}}
		return o
	}
	got, plain := takeMixed(t, d, opt(1), 6), take(t, d, training(1), 6)
	require.Equal(t, got, takeMixed(t, d, opt(8), 6))
	snapped := 0
	for i, b := range got {
		require.Equal(t, plain[i].Images, b.FromImages)
		require.Equal(t, plain[i].Masks, b.FromMasks)
		require.Len(t, b.Snaps, b.N)
		size := len(b.Images) / b.N
		for k, s := range b.Snaps {
			require.Equal(t, s.Other < 0, assert.ObjectsAreEqual(b.FromImages[k*size:][:size], b.Images[k*size:][:size]))
			if s.Other >= 0 {
				snapped++
			}
		}
	}
	assert.Greater(t, snapped, 4)
}

func TestMixingWantsMasks(t *testing.T) {
	m := writeSet(t, 3)
	for i := range m {
		m[i].Mask = ""
	}
	_, err := NewLoader(newDataset(t, m, options()), mixing4(1))
	assert.ErrorContains(t, err, "pictures without masks cannot be mixed")
}
