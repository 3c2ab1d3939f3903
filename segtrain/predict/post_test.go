package predict

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/post"
	"tessera/segtrain/raster"
)

// TestPostMakesTheMasks at the pictures' own sizes, and leaves results of the network's size alone.
func TestPostMakesTheMasks(t *testing.T) {
	dir := t.TempDir()
	dot, _ := paint(8, 8, func(y, x int) int { return max(0, 1-(y-3)*(y-3)-(x-4)*(x-4)) })
	large, _ := paint(16, 24, func(y, x int) int { return (y/8 + x/8) % 2 })
	ds := newSet(t, data.Manifest{save(t, dir, "dot", dot), save(t, dir, "large", large)}, data.Stretch)
	for _, task := range []metric.Task{metric.Multiclass, metric.Multilabel} {
		of := post.Of{Task: task, Classes: []string{"a", "b", "c", "d"}, Thresholds: []float64{0.6}}
		opening, err := post.New("opening", func(into any) error {
			into.(*post.Opening).Radius = post.Values{3}
			return nil
		})
		require.NoError(t, err)
		crf, err := post.New("crf", nil)
		require.NoError(t, err)
		chain, err := post.NewChain(of, []post.Step{crf, opening})
		require.NoError(t, err)

		plain, _ := run(t, Predictor{Model: colorModel(), Batch: 2, Task: task, Thresholds: of.Thresholds, Probabilities: true}, ds)
		got, summary := run(t, Predictor{Model: colorModel(), Batch: 2, Task: task, Thresholds: of.Thresholds, Probabilities: true, Post: chain}, ds)
		changed, pixels := 0, int64(0)
		for i, r := range got {
			assert.Equal(t, plain[i].Probabilities, r.Probabilities, "which are those of the model")
			im, _, err := ds.Load(i)
			require.NoError(t, err)
			classes, flags, err := chain.Apply(r.Probabilities, loaded(im))
			require.NoError(t, err)
			assert.Equal(t, []any{classes, flags}, []any{r.Classes, r.Flags})
			_, _, labels := r.Labels()
			_, _, before := plain[i].Labels()
			for k, v := range labels {
				if v != before[k] {
					changed++
				}
				if task == metric.Multilabel {
					pixels += int64(v)
				}
			}
		}
		assert.Positive(t, changed, "%s", task)
		if task == metric.Multilabel {
			assert.Equal(t, pixels, summary.Pixels[0]+summary.Pixels[1]+summary.Pixels[2]+summary.Pixels[3])
		}
		plain, _ = run(t, Predictor{Model: colorModel(), Batch: 2, Task: task, Thresholds: of.Thresholds, NetworkSize: true}, ds)
		got, _ = run(t, Predictor{Model: colorModel(), Batch: 2, Task: task, Thresholds: of.Thresholds, NetworkSize: true, Post: chain}, ds)
		assert.Equal(t, plain, got)
	}
}

func loaded(im *raster.Image) func() (*raster.Image, error) {
	return func() (*raster.Image, error) { return im, nil }
}
