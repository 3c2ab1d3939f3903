package data

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// blendedSet is ten records and five with labels of models, whose masks are coded in their own way.
func blendedSet(t testing.TB) *Dataset {
	t.Helper()
	all := writeSet(t, 15)
	own := &raster.MaskCode{Coding: raster.IndexCode, Classes: code.Classes, Ignore: code.Ignore, Map: map[int]uint8{77: uint8(code.Ignore)}}
	for k := range code.Classes {
		own.Map[k] = uint8(k)
	}
	for i := range all[10:] {
		r := &all[10+i]
		r.Code, r.Weight = own, float64(i+1)
		m := raster.NewMask(12, 16)
		for k := range m.Pix {
			m.Pix[k] = 77
		}
		r.Mask = filepath.Join(filepath.Dir(r.Mask), "pseudo", filepath.Base(r.Mask))
		require.NoError(t, os.MkdirAll(filepath.Dir(r.Mask), 0o777))
		require.NoError(t, raster.WriteMask(r.Mask, m, nil))
	}
	opt := options()
	opt.Pseudo = all[10:]
	return newDataset(t, all[:10], opt)
}

func blending(workers int) LoaderOptions {
	opt := training(workers)
	opt.Blend = Blend{Rate: 0.4, StartEpoch: 2}
	return opt
}

func TestBlendedBatches(t *testing.T) {
	d := blendedSet(t)
	require.Equal(t, []int{10, 5}, []int{d.Len(), d.Pseudo()})
	const epochs = 12
	got := take(t, d, blending(1), 3*epochs)
	require.Len(t, got, 3*epochs)
	assert.Equal(t, take(t, d, training(1), 6), got[:6], "before the first epoch nothing is different")
	counts, samples, ofModels := make([]int, 15), 0, 0
	for _, b := range got[6:] {
		in := 0
		for i, index := range b.Indices {
			counts[index]++
			samples++
			if index < 10 {
				continue
			}
			in++
			for _, label := range b.Masks[i*64:][:64] {
				require.Equal(t, uint8(code.Ignore), label, "the mask's own code")
			}
		}
		ofModels += in
		assert.Contains(t, []int{1, 2}, in, "0.4·3 of each batch")
	}
	assert.Equal(t, int(math.Floor(0.4*float64(samples))), ofModels)
	for _, part := range [][]int{counts[:10], counts[10:]} {
		for _, n := range part {
			assert.InDelta(t, float64(part[0]), n, 1, "all are taken equally often: %v", counts)
		}
	}
	for _, workers := range []int{2, 7} {
		assert.Equal(t, got, take(t, d, blending(workers), 3*epochs), "%d workers", workers)
	}
	for _, start := range []int{5, 6, 7, 17} {
		opt := blending(2)
		opt.StartEpoch, opt.StartStep = start/3, start%3
		assert.Equal(t, got[start:], take(t, d, opt, 3*epochs-start), "resumed at step %d", start)
	}
	other := blending(1)
	other.Seed++
	assert.NotEqual(t, got[6].Indices, take(t, d, other, 7)[6].Indices)
}

// What the network saw of an image with labels of models can be made again.
func TestReplayBlended(t *testing.T) {
	d := blendedSet(t)
	b := take(t, d, blending(1), 8)[7]
	const place = 2
	require.GreaterOrEqual(t, b.Indices[place], 10)
	seen, err := Replay(d, blending(2), 2, b.IDs[place])
	require.NoError(t, err)
	assert.Equal(t, []int{2, 1, place}, []int{seen.Epoch, seen.Step, seen.Place})
	assert.Equal(t, b.Images[place*192:][:192], seen.Image)
	_, err = Replay(d, blending(1), 0, b.IDs[place])
	assert.ErrorContains(t, err, "its batches are full without it")
}

// Lots of draws come out as their weights, 1 to 5 of 15.
func TestBlendByWeight(t *testing.T) {
	opt := blending(1)
	opt.Blend = Blend{Rate: 0.5, ByWeight: true}
	l, err := NewLoader(blendedSet(t), opt)
	require.NoError(t, err)
	defer l.Close()
	at, n := l.pseudo(), 6000
	counts := make([]float64, 5)
	for i := range n {
		p := at(i)
		require.Equal(t, i, p.key, "augmented anew each time")
		counts[p.index]++
	}
	for i, c := range counts {
		p := float64(i+1) / 15
		assert.InDelta(t, p*float64(n), c, 5*math.Sqrt(float64(n)*p*(1-p)))
	}
}

// A set smaller than a batch is in every batch, with another augmentation.
func TestBlendedLaps(t *testing.T) {
	d := blendedSet(t)
	opt := blending(1)
	opt.Batch, opt.Blend.StartEpoch = 25, 0
	b := take(t, d, opt, 1)[0]
	counts := make([]int, 15)
	for _, index := range b.Indices {
		counts[index]++
	}
	assert.Equal(t, []int{2, 2, 2, 2, 2}, counts[10:], "10 of 25")
	for _, n := range counts[:10] {
		assert.Contains(t, []int{1, 2}, n, "15 of 10")
	}
}

func TestBlendMistakes(t *testing.T) {
	d := blendedSet(t)
	for what, spoil := range map[string]func(*LoaderOptions){
		"rate must be from 0 to below 1": func(o *LoaderOptions) { o.Blend.Rate = 1 },
		"the first epoch not negative":   func(o *LoaderOptions) { o.Blend.StartEpoch = -1 },
		"is for training":                func(o *LoaderOptions) { o.DropLast = false },
	} {
		opt := blending(1)
		spoil(&opt)
		_, err := NewLoader(d, opt)
		assert.ErrorContains(t, err, what)
	}
	nan := blending(1)
	nan.Blend.Rate = math.NaN()
	_, err := NewLoader(d, nan)
	assert.ErrorContains(t, err, "rate must be")
	_, err = NewLoader(newDataset(t, writeSet(t, 4), options()), blending(1))
	assert.ErrorContains(t, err, "no records of Options.Pseudo")
	d.records[12].Weight = 0
	byWeight := blending(1)
	byWeight.Blend.ByWeight = true
	_, err = NewLoader(d, byWeight)
	assert.ErrorContains(t, err, "has weight 0; allowed: above 0")
}
