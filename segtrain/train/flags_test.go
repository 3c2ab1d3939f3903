package train

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// lights is a model of overlapping classes: a pixel above each of the levels is of the level's class.
func lights(levels ...float32) *nn.Conv2D {
	m := nn.NewConv2D(nn.NewRand(0), 1, len(levels), nn.ConvOptions{Kernel: 1, BiasInit: nn.Zero})
	for k, level := range levels {
		m.Weight.Value.Data[k], m.Bias.Value.Data[k] = 8, -8*level
	}
	return m
}

// shades writes a picture of four shades, 0, 0.4, 0.6 and 1, and flags in the bits of its mask: of above 0.3 and above 0.5, but
// that the second shade has both, and the last pixel counts for neither.
func shades(t *testing.T) data.Manifest {
	dir := t.TempDir()
	im, mask := raster.NewImage(1, 4, 1), raster.NewMask(1, 4)
	copy(im.Pix8, []uint8{0, 102, 153, 255})
	copy(mask.Pix, []uint8{0b00, 0b11, 0b11, 0b11})
	r := data.Record{ID: "a", Image: filepath.Join(dir, "a.png"), Mask: filepath.Join(dir, "m.png"), Fold: data.NoFold}
	require.NoError(t, raster.WritePNG(r.Image, im))
	require.NoError(t, raster.WriteMask(r.Mask, mask, nil))
	return data.Manifest{r}
}

func TestEvaluateMultilabel(t *testing.T) {
	ds, err := data.NewDataset(shades(t), data.Options{
		H: 1, W: 4, C: 1, Overlapping: []string{"dim", "bright"}, MaskCode: raster.MaskCode{Coding: raster.BitsCode, Ignore: -1},
	})
	require.NoError(t, err)
	e := &Evaluator{
		Model: lights(0.3, 0.5), Loss: loss.BCE{Ignore: autograd.NoIgnore}, Classes: []string{"dim", "bright"},
		Ignore: -1, Batch: 2, Task: metric.Multilabel, Curve: []float64{0.25, 0.5}, Boundary: 1,
	}
	defer e.Free()
	var flags []uint8
	got, err := e.Run(ds, func(_ int, f []uint8) { flags = append(flags, f...) })
	require.NoError(t, err)
	assert.Equal(t, []uint8{0, 0, 1, 0, 1, 1, 1, 1}, flags)
	assert.Equal(t, []metric.Score{1, metric.Score(2. / 3)}, []metric.Score{got.Report.PerClass[0].IoU, got.Report.PerClass[1].IoU})
	assert.InDelta(t, (1+2./3)/2, got.Images[0].Score, 1e-12)
	want := 0.0
	for i, x := range []float64{0, 0.4, 0.6, 1} {
		for _, level := range []float64{0.3, 0.5} {
			z := 8 * (x - level)
			if i == 0 {
				z = -z
			}
			want += math.Log1p(math.Exp(-z)) / 8
		}
	}
	assert.InDelta(t, want, got.Loss, 1e-5)
	assert.Equal(t, metric.Counts{TP: 3, TN: 1}, got.Meter.Curve.Counts(1, 0), "sigmoid(8·(0.4-0.5)) = 0.31 is above 0.25")
	assert.Equal(t, 1., got.Meter.Boundary.Class(0))

	e.Free()
	e.Thresholds = []float64{0.5, 0.25}
	got, err = e.Run(ds, nil)
	require.NoError(t, err)
	assert.EqualValues(t, 1, got.Report.MeanIoU, "a threshold a class")
}

func TestEvaluateBinary(t *testing.T) {
	m := bands(t)
	e := &Evaluator{Model: lights(0.5), Loss: loss.BCE{Ignore: 9}, Classes: []string{"bright"}, Ignore: 9, Batch: 2, Task: metric.Binary}
	defer e.Free()
	got, err := e.Run(bandSet(t, m), nil)
	require.NoError(t, err)
	missed := 0 + 1 + 2 + 3 + 4 // pixels that are bright and not in the mask
	assert.Equal(t, metric.Counts{TP: 40 - int64(missed), FP: int64(missed), TN: 35}, got.Meter.Stats.Total(0))
	assert.Equal(t, 6./8, got.Images[2].Score)
}

// TestStepLearnsFlags takes steps on overlapping labels until the loss is low.
func TestStepLearnsFlags(t *testing.T) {
	model := lights(0.9, 0.1) // wrong at first
	opt := optim.NewSGD(nn.Params(model), optim.SGDOptions{})
	s, err := NewLabelStep(model, loss.BCE{Ignore: 9}, opt, 1, 1, 4, 1, 2, 0, 1)
	require.NoError(t, err)
	defer s.Free()
	var first, last float64
	for i := range 300 {
		last, _, err = s.Run(i, 3, []float32{0, 0.4, 0.6, 1}, []uint8{0, 0, 1, 0, 1, 1, 9, 1})
		require.NoError(t, err)
		if i == 0 {
			first = last
		}
	}
	assert.Greater(t, first, 1.0)
	assert.Less(t, last, 0.1)
	assert.Less(t, model.Bias.Value.Data[1], model.Bias.Value.Data[0]*model.Weight.Value.Data[1]/model.Weight.Value.Data[0],
		"the second class begins at more light")
}

// TestOverfitFlags learns a picture with overlapping classes by heart, and tells how well.
func TestOverfitFlags(t *testing.T) {
	model := lights(0.9, 0.1)
	o := Overfit{
		Model: model, Loss: loss.BCE{Ignore: 9}, Optimizer: optim.NewSGD(nn.Params(model), optim.SGDOptions{}),
		Schedule: optim.Constant(3), Classes: 2, Ignore: 9, Steps: 300, Task: metric.Multilabel,
		Enough: func(m Memorized) bool { return m.MeanIoU == 1 },
	}
	b := &data.Batch{N: 1, Images: []float32{0, 0.4, 0.6, 1}, Masks: []uint8{0, 0, 1, 0, 1, 1, 9, 1}}
	m, err := o.Run(b, 1, 4, 1)
	require.NoError(t, err)
	assert.EqualValues(t, 1, m.MeanIoU)
	assert.InDelta(t, (2./3+0)/2, m.ConstantIoU, 1e-12, "the first class everywhere; the second, of as many pixels as not, nowhere")
	assert.Less(t, m.Last, m.First)

	one := Overfit{Task: metric.Binary, Classes: 1, Ignore: 9}
	truth := []uint8{0, 0, 0, 0, 0, 1, 1, 0, 9, 9, 9, 9}
	assert.Equal(t, make([]uint8, 12), one.constant(truth))
	assert.InDelta(t, 0, one.score(truth, one.constant(truth), 4), 0, "the first image shows nothing, and nothing was said: it has no score")
	assert.InDelta(t, 1, one.score(truth, []uint8{0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1}, 4), 0)
	assert.Equal(t, []uint8{0, 1, 1}, one.chosen([]float32{-0.1, 0, 3}))
}

// TestLabelsOfFlags tells which classes masks of flags show: of one class, and of classes that overlap.
func TestLabelsOfFlags(t *testing.T) {
	a := &Aux{Classes: []string{"a", "b", "c"}, Ignore: 9, Flags: true}
	truth := make([]uint8, 6)
	a.label([]string{"x", "y"}, []uint8{
		0, 1, 9, 0, 0, 9,
		1, 0, 0, 1, 9, 1,
	}, truth)
	assert.Equal(t, []uint8{0, 1, Unknown, 1, 0, 1}, truth)
	a.MinShare = 0.8
	a.label([]string{"x", "y"}, []uint8{0, 1, 9, 0, 0, 9, 1, 0, 0, 1, 9, 1}, truth)
	assert.Equal(t, []uint8{0, 0, Unknown, 1, 0, 0}, truth)
	one := &Aux{Classes: []string{"a"}, Ignore: -1, Flags: true}
	one.label([]string{"x", "y"}, []uint8{0, 0, 0, 1}, truth[:2])
	assert.Equal(t, []uint8{0, 1}, truth[:2])
}

// TestMixedFlagsAreTheSumOfBoth gives the loss of overlapping labels of two pictures, which must be that of each by its share.
func TestMixedFlagsAreTheSumOfBoth(t *testing.T) {
	model := lights(0.3, 0.5)
	for name, l := range map[string]loss.Loss{
		"bce": loss.BCE{Ignore: 9}, "focal": loss.Focal{Gamma: 2, Ignore: 9},
	} {
		mixture := NewMixture(l)
		s, err := NewLabelStep(model, mixture, optim.NewSGD(nn.Params(model), optim.SGDOptions{}), 1, 1, 4, 1, 2, 0, 1)
		require.NoError(t, err, name)
		of := func(first, second []uint8, share float32) float64 {
			target := mixture.targets[0]
			copy(target.Mixed.Indices, second)
			for i := range target.Share.Data {
				target.Share.Data[i] = share
			}
			s.forward(0, []float32{0, 0.4, 0.6, 1}, first)
			return float64(s.loss.Value()[0])
		}
		one, two := []uint8{0, 0, 1, 0, 1, 1, 9, 1}, []uint8{1, 0, 1, 1, 0, 0, 9, 1}
		a, b := of(one, one, 1), of(two, two, 1)
		require.Greater(t, b, a+0.1, name)
		assert.InDelta(t, 0.3*a+0.7*b, of(one, two, 0.3), 1e-5, name)
		s.Free()
	}
}
