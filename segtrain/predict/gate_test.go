package predict

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/segtrain/data"
	"tessera/segtrain/gate"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// headed is a model of one class whose mask is all of the picture's first channel above a half, and whose head says how large the
// mean of the picture is.
type headed struct{}

func (headed) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return headed{}.ForwardAll(t, x, nil).Masks[0]
}

func (headed) ForwardAll(t *autograd.Tape, x *autograd.Var, _ *decoder.DeepHeads) decoder.Outputs {
	eight := plain{}.Forward(t, x)
	return decoder.Outputs{Masks: []*autograd.Var{eight}, Labels: autograd.GlobalAverage(t, eight)}
}

// twoShades writes a picture that is bright on the left half and one that is a little bright in one pixel, normalised around 0.
func twoShades(t *testing.T) *data.Dataset {
	dir := t.TempDir()
	var m data.Manifest
	for i, pix := range [][]uint8{{255, 255, 0, 0, 255, 255, 255, 255}, {0, 0, 0, 0, 0, 255, 0, 0}} {
		r := data.Record{ID: string(rune('a' + i)), Image: filepath.Join(dir, string(rune('a'+i))+".png"), Fold: data.NoFold}
		require.NoError(t, raster.WritePNG(r.Image, &raster.Image{H: 2, W: 4, C: 1, Pix8: pix}))
		m = append(m, r)
	}
	ds, err := data.NewDataset(m, data.Options{H: 2, W: 4, C: 1, Mean: []float32{0.5}, Std: []float32{0.5}})
	require.NoError(t, err)
	return ds
}

func TestGateEmptiesMasks(t *testing.T) {
	ds := twoShades(t)
	g, err := gate.New([]string{"light"}, []string{"light"}, []float64{0.4})
	require.NoError(t, err)
	views, err := ParseViews([]string{"hflip"})
	require.NoError(t, err)
	for name, p := range map[string]*Predictor{
		"whole": {}, "views": {Views: views}, "tiles": {Tiling: &Tiling{H: 2, W: 2, Factor: 1, Blend: "flat"}},
	} {
		p.Model, p.Batch, p.Task, p.Gate, p.Probabilities = headed{}, 2, metric.Binary, g, true
		var list []Result
		_, err := p.Run(context.Background(), ds, func(r Result) error {
			list = append(list, r)
			return nil
		})
		require.NoError(t, err, name)
		assert.Equal(t, []uint8{1, 1, 0, 0, 1, 1, 1, 1}, list[0].Classes.Pix, name)
		require.Len(t, list[0].Said, 1)
		assert.Greater(t, list[0].Said[0], float32(0.9), name)
		if name == "tiles" { // of two by two pixels, the brighter of which has one that is bright
			assert.InDelta(t, 1/(1+54.6), list[1].Said[0], 1e-3, name)
		} else {
			assert.InDelta(t, 1/(1+403.4), list[1].Said[0], 1e-4, "%s: a mean of −6/8 of 8", name)
		}
		assert.Equal(t, make([]uint8, 8), list[1].Classes.Pix, name)
		assert.Greater(t, list[1].Probabilities.Pix[5], float32(0.9), "%s: probabilities are as they were", name)

		p.Gate = nil
		list = nil
		_, err = p.Run(context.Background(), ds, func(r Result) error {
			list = append(list, r)
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, []uint8{0, 0, 0, 0, 0, 1, 0, 0}, list[1].Classes.Pix, name)
	}
}

// plain is a model without a head.
type plain struct{}

func (plain) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	conv := nn.NewConv2D(nn.NewRand(0), 1, 1, nn.ConvOptions{Kernel: 1})
	conv.Weight.Value.Data[0] = 8
	return conv.Forward(t, x)
}

func TestWriteLabels(t *testing.T) {
	ds, dir := twoShades(t), t.TempDir()
	p := Predictor{Model: headed{}, Batch: 1, Task: metric.Binary}
	w, err := NewWriter(ds, WriterOptions{Dir: dir, Classes: 1, Task: metric.Binary})
	require.NoError(t, err)
	_, err = p.Run(context.Background(), ds, w.Write)
	require.NoError(t, err)
	require.NoError(t, w.WriteLabels([]string{"light, of some kind"}))
	text, err := os.ReadFile(filepath.Join(dir, LabelsFile))
	require.NoError(t, err)
	assert.Regexp(t, "^id,\"light, of some kind\"\na,0\\.98\\d*\nb,0\\.0024\\d*\n$", string(text))
	assert.ErrorContains(t, w.WriteLabels([]string{"a", "b"}), "a: 1 probabilities of 2 labels")

	dir = t.TempDir()
	w, err = NewWriter(ds, WriterOptions{Dir: dir, Classes: 1, Task: metric.Binary})
	require.NoError(t, err)
	p.Model = plain{}
	_, err = p.Run(context.Background(), ds, w.Write)
	require.NoError(t, err)
	require.NoError(t, w.WriteLabels([]string{"light"}))
	assert.NoFileExists(t, filepath.Join(dir, LabelsFile))
}

func TestEnsembleHearsAllHeads(t *testing.T) {
	list := []Result{{Said: []float32{0.2, 1}}, {Said: []float32{0.8, 0}}}
	assert.Equal(t, []float32{0.35, 0.75}, saidByAll(list, []float64{3, 1}))
	list[1].Said = nil
	assert.Nil(t, saidByAll(list, []float64{3, 1}), "one has no head")
	assert.Nil(t, saidByAll([]Result{{}}, []float64{1}))
}
