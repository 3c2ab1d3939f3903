package train

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/kernels"
	"tessera/segtrain/augment"
	"tessera/segtrain/data"
	"tessera/tensor"
)

func snapTrainer(t testing.TB, dir string, workers int) *Trainer {
	tr := newHeadsTrainer(t, dir)
	tr.Workers = workers
	tr.Heads.Aux.Shares = true
	tr.Mix = []augment.Mixer{
		&augment.SnapMix{MixWhen: augment.MixWhen{P: 0.7}, Alpha: 5}, &augment.MixUp{MixWhen: augment.MixWhen{P: 0.2}, Alpha: 1},
	}
	return tr
}

// TestSnapMixResumesToTheSameBits stops a run in the middle, and goes on with other workers.
func TestSnapMixResumesToTheSameBits(t *testing.T) {
	want := t.TempDir()
	wantP, run := finish(t, snapTrainer(t, want, 1), false)
	_, plain := finish(t, newHeadsTrainer(t, t.TempDir()), false)
	require.NotEqual(t, plain.steps[0].Loss, run.steps[0].Loss)
	for _, k := range []int{2, 5} {
		dir := t.TempDir()
		tr := snapTrainer(t, dir, 8)
		interrupt(t, tr, k)
		gotP, _ := finish(t, snapTrainer(t, dir, 2), true)
		sameEnd(t, want, dir, wantP, gotP)
	}
}

// TestSnapMixOfProbability0 trains as no mixing does: a target that is shared leaves the loss what it is.
func TestSnapMixOfProbability0(t *testing.T) {
	want, got := t.TempDir(), t.TempDir()
	plain := newHeadsTrainer(t, want)
	wantP, _ := finish(t, plain, false)
	tr := snapTrainer(t, got, 1)
	tr.Mix = []augment.Mixer{&augment.SnapMix{Alpha: 5}}
	gotP, _ := finish(t, tr, false)
	sameEnd(t, want, got, wantP, gotP)
}

func TestSnapMixWantsAHead(t *testing.T) {
	tr := newTrainer(t, t.TempDir())
	tr.Mix = []augment.Mixer{&augment.SnapMix{MixWhen: augment.MixWhen{P: 1}, Alpha: 5}}
	_, err := tr.Run(context.Background(), false)
	assert.ErrorContains(t, err, "SnapMix wants a model with a classification head")
}

// TestSharesOfActivation compares the targets of a batch with sums over pixels of maps that are enlarged pixel by pixel.
func TestSharesOfActivation(t *testing.T) {
	const h, w = 70, 100
	tr := snapTrainer(t, t.TempDir(), 1)
	pictures := tensor.Dims(batch, h, w, 3)
	step, err := stepOptions{model: tr.Model, heads: tr.Heads, loss: tr.Loss, images: pictures, labels: 1, seed: 1}.plan(tr.Optimizer, 0)
	require.NoError(t, err)
	defer step.Free()
	look, err := lookOf(kernels.Float32, tr.Model, tr.Heads.Aux, pictures)
	require.NoError(t, err)
	defer look.free()
	_, mh, mw, n := look.maps.Shape.NHWC()
	require.Equal(t, tensor.Dims(batch, mh, mw, classes), look.maps.Shape)
	look.rows, look.columns = float64(mh)-0.625, float64(mw)-0.75 // as if the pictures were enlarged
	b := &data.Batch{N: batch, IDs: make([]string, batch), Masks: make([]uint8, batch*h*w), Snaps: []augment.Snap{
		{Other: 2, Covered: augment.Box{Y0: 3, Y1: 41, X0: 0, X1: 49}, Shown: augment.Box{Y0: 25, Y1: 70, X0: 12, X1: 60}},
		{Other: -1}, {Other: 3, Covered: augment.Box{Y1: h, X1: w}, Shown: augment.Box{Y0: 60, Y1: 70, X0: 90, X1: 100}}, {Other: -1}}}
	b.FromMasks = make([]uint8, len(b.Masks))
	for p := range b.FromMasks { // pictures 0 and 1 show classes 0 and 1, and 2 and 3 classes 1 and 3
		b.FromMasks[p] = uint8([]int{0, 0, 1, 1}[p/(h*w)] + p%2*[]int{1, 1, 2, 2}[p/(h*w)])
	}
	for i := range batch * h * w * 3 {
		b.FromImages = append(b.FromImages, float32(i*i%97)/97-0.5)
	}
	step.Label(b.IDs, b.Masks)
	look.weigh(step, b)

	require.Greater(t, mh*mw, 9)
	activation := func(i, class int, in augment.Box) float64 {
		return pixelwise(look, i, class, in) / pixelwise(look, i, class, augment.Box{Y1: h, X1: w})
	}
	share := func(i, class int) float64 { return float64(step.share.Data[i*n+class]) }
	first, third := b.Snaps[0], b.Snaps[2]
	assert.InDelta(t, 1-activation(0, 0, first.Covered), share(0, 0), 1e-6)
	both := 1 - activation(0, 1, first.Covered) + activation(2, 1, first.Shown)
	assert.InDelta(t, min(both, 1), share(0, 1), 1e-6)
	assert.InDelta(t, activation(2, 3, first.Shown), share(0, 3), 1e-6)
	assert.Zero(t, share(0, 2))
	assert.InDelta(t, activation(3, 1, third.Shown), share(2, 1), 1e-6, "all of its own is covered")
	for class := range n {
		assert.Equal(t, float32(1), step.share.Data[n+class], "a picture that was not mixed so")
	}
	assert.Equal(t, []uint8{1, 0, 0, 0, 0, 0}, step.truth.Indices[n:][:n])

	clear(look.maps.Value())
	assert.InDelta(t, 38*49.0/7000, look.part(0, 0, look.weights(first.Covered, h, w)), 1e-12, "an even map")
}

// pixelwise sums the activation of a class in a box of picture i, pixel by pixel.
func pixelwise(k *look, i, class int, box augment.Box) (sum float64) {
	_, h, w, _ := k.images.Shape.NHWC()
	_, mh, mw, n := k.maps.Shape.NHWC()
	at := func(y, x int) float64 { return float64(k.maps.Value()[((i*mh+y)*mw+x)*n+class]) }
	rows, columns := int(math.Ceil(k.rows)), int(math.Ceil(k.columns))
	least := at(0, 0)
	for y := range rows {
		for x := range columns {
			least = min(least, at(y, x))
		}
	}
	for y := box.Y0; y < box.Y1; y++ {
		for x := box.X0; x < box.X1; x++ {
			my := min(max((float64(y)+0.5)*k.rows/float64(h)-0.5, 0), float64(rows-1))
			mx := min(max((float64(x)+0.5)*k.columns/float64(w)-0.5, 0), float64(columns-1))
			y0, x0 := int(my), int(mx)
			y1, x1, fy, fx := min(y0+1, rows-1), min(x0+1, columns-1), my-float64(y0), mx-float64(x0)
			sum += (1-fy)*((1-fx)*at(y0, x0)+fx*at(y0, x1)) + fy*((1-fx)*at(y1, x0)+fx*at(y1, x1)) - least
		}
	}
	return sum
}

// TestSharesOfWhatIsUnknown gives a picture labels that are known in part.
func TestSharesOfWhatIsUnknown(t *testing.T) {
	tr := snapTrainer(t, t.TempDir(), 1)
	tr.Heads.Aux.Known = func(id string) []uint8 {
		return map[string][]uint8{"a": {1, 0, Unknown, 1, 0, 1}, "b": {0, 1, 1, Unknown, 0, 1}}[id]
	}
	step, err := tr.newStep()
	require.NoError(t, err)
	defer step.Free()
	look, err := tr.newLook()
	require.NoError(t, err)
	defer look.free()
	box := augment.Box{Y0: 2, Y1: 9, X0: 2, X1: 9}
	none := augment.Snap{Other: -1}
	b := &data.Batch{N: batch, IDs: []string{"a", "b", "a", "b"}, Masks: make([]uint8, batch*side*side),
		FromMasks: make([]uint8, batch*side*side), FromImages: make([]float32, batch*side*side*3),
		Snaps: []augment.Snap{{Other: 1, Covered: box, Shown: box}, none, none, none}}
	step.Label(b.IDs, b.Masks)
	look.weigh(step, b)
	assert.Equal(t, []uint8{1, 1, Unknown, Unknown, 1, 1}, step.truth.Indices[:classes])
	assert.Zero(t, step.share.Data[4])
	assert.Equal(t, []uint8{0, 1, 1, Unknown, 0, 1}, step.truth.Indices[classes:][:classes])
}
