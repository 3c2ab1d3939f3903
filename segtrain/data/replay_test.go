package data

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReplayIsWhatTheLoaderGave looks up every sample of three epochs of a loader.
func TestReplayIsWhatTheLoaderGave(t *testing.T) {
	d := newDataset(t, writeSet(t, 10), options())
	for _, opt := range []LoaderOptions{training(2), mixing4(2)} {
		l, err := NewLoader(d, opt)
		require.NoError(t, err)
		defer l.Close()
		for range 9 {
			b, err := l.Next()
			require.NoError(t, err)
			for i, id := range b.IDs {
				seen, err := Replay(d, opt, b.Epoch, id)
				require.NoError(t, err)
				require.Equal(t, []int{b.Epoch, b.Step, i}, []int{seen.Epoch, seen.Step, seen.Place})
				require.Equal(t, part(b.Images, i, b.N), seen.Image)
				require.Equal(t, part(b.Masks, i, b.N), seen.Mask)
				require.Equal(t, part(b.Mixed, i, b.N), seen.Mixed)
				require.Equal(t, part(b.Share, i, b.N), seen.Share)
			}
		}
	}
	_, err := Replay(d, training(1), 0, "nobody")
	assert.ErrorContains(t, err, `no sample "nobody" among 10, such as "`)
	left := 0
	for i := range d.Len() {
		if _, err := Replay(d, training(1), 0, d.Record(i).ID); err != nil {
			assert.ErrorContains(t, err, "epoch 1 leaves sample")
			left++
		}
	}
	assert.Equal(t, 1, left, "ten samples in batches of three")
}

func TestPictureUndoesTheNormalisation(t *testing.T) {
	opt := options()
	opt.H, opt.W, opt.Augment = 12, 16, nil
	d := newDataset(t, writeSet(t, 1), opt)
	sample := make([]float32, 12*16*3)
	require.NoError(t, d.Sample(0, 0, sample, nil))
	file, _, err := d.Load(0)
	require.NoError(t, err)
	assert.Equal(t, file.Pix8, d.Picture(sample).Pix8)
}
