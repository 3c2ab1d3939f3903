package record

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// historyOf returns the log of a run of some epochs that keeps some of them, with their scores; 0 is none.
func historyOf(epochs int, scores map[int]float64) *History {
	h := &History{}
	for e := 1; e <= epochs; e++ {
		h.Epochs = append(h.Epochs, Epoch{Epoch: e})
	}
	var kept []Kept
	for e := 1; e <= epochs; e++ {
		if s, ok := scores[e]; ok {
			k := Kept{Epoch: e, File: "epochs/" + string(rune('0'+e))}
			if s != 0 {
				k.Score = new(s)
			}
			kept = append(kept, k)
		}
	}
	h.Epochs[epochs-1].Kept = kept
	return h
}

func numbers(list []Kept) (epochs []int) {
	for _, k := range list {
		epochs = append(epochs, k.Epoch)
	}
	return epochs
}

func TestNewestKept(t *testing.T) {
	h := historyOf(6, map[int]float64{2: 0.9, 4: 0.1, 5: 0, 6: 0.3})
	got, err := h.NewestKept(3)
	require.NoError(t, err)
	assert.Equal(t, []int{4, 5, 6}, numbers(got))
	_, err = h.NewestKept(4)
	assert.EqualError(t, err, "the last 4 epochs were asked for, and epoch 3 is not kept; the run keeps epochs/2, epochs/4, epochs/5, "+
		"epochs/6; train with train.keep_last=4, or more, to keep them")
	_, err = h.NewestKept(7)
	assert.EqualError(t, err, "the last 7 epochs were asked for, and the run has 6")
	_, err = historyOf(2, nil).NewestKept(1)
	assert.ErrorContains(t, err, "the run keeps none; train with train.keep_last=1")
	_, err = (&History{}).NewestKept(1)
	assert.ErrorContains(t, err, "the run has 0")
}

func TestBestKept(t *testing.T) {
	h := historyOf(6, map[int]float64{1: 0.5, 2: 0.9, 4: 0.5, 5: 0, 6: 0.3})
	got, err := h.BestKept(2, 4)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2}, numbers(got), "of equals the earlier")
	got, err = h.BestKept(3, 3)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2, 4}, numbers(got))
	_, err = h.BestKept(4, 3)
	assert.EqualError(t, err, "the best 4 epochs were asked for, and the run keeps the best 3; train with train.keep_best=4, or "+
		"more, to keep them")
	_, err = h.BestKept(5, 9)
	assert.EqualError(t, err, "the best 5 epochs were asked for, and only 4 were validated")

	all := historyOf(3, map[int]float64{1: 0.1, 2: 0.3, 3: 0.2})
	got, err = all.BestKept(2, 0)
	require.NoError(t, err, "a run that keeps all epochs keeps the best")
	assert.Equal(t, []int{2, 3}, numbers(got))
}
