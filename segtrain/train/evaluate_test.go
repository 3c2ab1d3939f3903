package train

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/loss"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// sign is a model of two classes: bright pixels are class 1.
func sign() *nn.Conv2D {
	m := nn.NewConv2D(nn.NewRand(0), 1, 2, nn.ConvOptions{Kernel: 1, BiasInit: nn.Zero})
	copy(m.Weight.Value.Data, []float32{0, 1})
	m.Bias.Value.Data[0] = 0.5
	return m
}

// bands writes five 4×4 pictures, of which the upper half is bright, with masks that are right but for the
// first i pixels of picture i. The last pixel of each is ignored.
func bands(t testing.TB) data.Manifest {
	t.Helper()
	dir := t.TempDir()
	var m data.Manifest
	for i := range 5 {
		im, mask := raster.NewImage(4, 4, 1), raster.NewMask(4, 4)
		for j := range 8 {
			im.Pix8[j], mask.Pix[j] = 255, 1
		}
		clear(mask.Pix[:i])
		mask.Pix[15] = 9
		id := string(rune('a' + i))
		r := data.Record{ID: id, Image: filepath.Join(dir, id+".png"), Mask: filepath.Join(dir, id+"-mask.png")}
		require.NoError(t, raster.WritePNG(r.Image, im))
		require.NoError(t, raster.WriteMask(r.Mask, mask, nil))
		m = append(m, r)
	}
	return m
}

func bandSet(t testing.TB, m data.Manifest) *data.Dataset {
	t.Helper()
	ds, err := data.NewDataset(m, data.Options{H: 4, W: 4, C: 1,
		MaskCode: raster.MaskCode{Coding: raster.IndexCode, Classes: 2, Ignore: 9}})
	require.NoError(t, err)
	return ds
}

func bandEvaluator(batch int) *Evaluator {
	return &Evaluator{Model: sign(), Loss: loss.CrossEntropy{Ignore: 9}, Classes: []string{"dark", "bright"},
		Ignore: 9, Batch: batch, Workers: 2}
}

func TestEvaluationByHand(t *testing.T) {
	ds := bandSet(t, bands(t))
	for _, batch := range []int{1, 2, 3, 8} {
		e := bandEvaluator(batch)
		defer e.Free()
		var seen []int
		got, err := e.Run(ds, func(index int, classes []uint8) {
			seen = append(seen, index)
			assert.Equal(t, []uint8{1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0}, classes)
		})
		require.NoError(t, err)
		assert.Equal(t, []int{0, 1, 2, 3, 4}, seen)

		// Of 75 pixels that count, 0+1+2+3+4 are dark but taken for bright.
		assert.InDelta(t, 65./75, float64(got.Report.PixelAccuracy), 1e-12)
		assert.Equal(t, [][]int64{{35, 10}, {0, 30}}, got.Report.Confusion)
		require.Len(t, got.Images, 5)
		for i, image := range got.Images {
			right, wrong := float64(7)/float64(7+i), float64(8-i)/8
			assert.Equal(t, []any{i, string(rune('a' + i))}, []any{image.Index, image.ID})
			assert.InDelta(t, (right+wrong)/2, image.Score, 1e-12)
		}

		// Logits differ by 1/2 in favour of the class that is seen.
		lost := math.Log1p(math.Exp(-0.5))
		assert.InDelta(t, lost+0.5*10/75, got.Loss, 1e-6, "batch %d", batch)
		assert.Positive(t, got.Seconds)
	}
}

func TestEvaluatorCanBeUsedAgain(t *testing.T) {
	m := bands(t)
	e := bandEvaluator(2)
	first, err := e.Run(bandSet(t, m), nil)
	require.NoError(t, err)
	e.Model.(*nn.Conv2D).Bias.Value.Data[0] = 2 // all dark: parameters are read anew
	second, err := e.Run(bandSet(t, m), nil)
	require.NoError(t, err)
	assert.NotEqual(t, first.Report, second.Report)
	e.Free()
	third, err := e.Run(bandSet(t, m[1:3]), nil)
	require.NoError(t, err)
	assert.Len(t, third.Images, 2)
	e.Free()
}

func TestEvaluationWithoutLoss(t *testing.T) {
	e := bandEvaluator(2)
	e.Loss = nil
	defer e.Free()
	got, err := e.Run(bandSet(t, bands(t)), nil)
	require.NoError(t, err)
	assert.Zero(t, got.Loss)
	assert.Len(t, got.Images, 5)
}

func TestEvaluationErrors(t *testing.T) {
	m := bands(t)
	require.NoError(t, os.Remove(m[3].Mask))
	_, err := bandEvaluator(2).Run(bandSet(t, m), nil)
	assert.ErrorContains(t, err, m[3].Mask)

	for i := range m {
		m[i].Mask = ""
	}
	_, err = bandEvaluator(2).Run(bandSet(t, m), nil)
	assert.EqualError(t, err, "evaluation needs masks, and the data set has none")

	e := bandEvaluator(2)
	e.Model = newTiny(8)
	_, err = e.Run(bandSet(t, bands(t)), nil)
	assert.ErrorContains(t, err, "2×4×4×1")

	_, err = (&Evaluator{Model: sign(), Ignore: autograd.NoIgnore}).Run(bandSet(t, bands(t)), nil)
	assert.ErrorContains(t, err, "batch must be 1 or more")
}
