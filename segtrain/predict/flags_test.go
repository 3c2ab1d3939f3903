package predict

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/kernels"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/tensor"
)

func flagWriter(dir string) WriterOptions {
	return WriterOptions{Dir: dir, Classes: 4, Ignore: -1, Task: metric.Multilabel, Names: []string{"a", "b", "c", "d"}, Overlays: true}
}

func TestPredictMultilabel(t *testing.T) {
	ds := newSet(t, stripes(t), data.Stretch)
	dir := t.TempDir()
	w, err := NewWriter(ds, flagWriter(dir))
	require.NoError(t, err)
	logits := map[string]*raster.Float{}
	plain := Predictor{Model: colorModel(), Batch: 2, Probabilities: true}
	_, err = plain.Run(context.Background(), ds, func(r Result) error { logits[r.ID] = r.Probabilities; return nil })
	require.NoError(t, err)

	p := Predictor{Model: colorModel(), Batch: 2, Probabilities: true, Task: metric.Multilabel, Thresholds: []float64{0.5, 0.5, 0.5, 0.9999999}}
	var pixels [4]int64
	summary, err := p.Run(context.Background(), ds, func(r Result) error {
		assert.Nil(t, r.Classes)
		h, width, labels := r.Labels()
		require.Len(t, labels, h*width*4)
		for i, v := range r.Probabilities.Pix {
			want := v >= []float32{0.5, 0.5, 0.5, 0.9999999}[i%4]
			require.Equal(t, want, labels[i] == 1)
			pixels[i%4] += int64(labels[i])
		}
		assert.NotEqual(t, logits[r.ID].Pix, r.Probabilities.Pix, "a sigmoid is no softmax")
		require.NoError(t, w.Write(r))
		for k, name := range []string{"a", "b", "c", "d"} {
			code := raster.MaskCode{Coding: raster.BinaryCode, Classes: 2, Ignore: -1}
			m, err := raster.ReadMask(filepath.Join(dir, "masks", name, r.ID+".png"), code)
			require.NoError(t, err)
			assert.Equal(t, r.Flags.Class(k, -1), m)
		}
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, pixels[:], summary.Pixels)
	assert.Positive(t, summary.TotalPixels)
	assert.Len(t, files(t, filepath.Join(dir, "masks")), 20)
	assert.Len(t, files(t, filepath.Join(dir, "overlays")), 5)
}

// TestSigmoidOfProgram holds probabilities to the sigmoid of the logits.
func TestSigmoidOfProgram(t *testing.T) {
	ds := newSet(t, stripes(t), data.Stretch)
	h, w, c := ds.Shape()
	images := make([]float32, h*w*c)
	require.NoError(t, ds.Sample(0, 0, images, nil))
	for _, task := range []metric.Task{metric.Binary, metric.Multilabel} {
		g, err := newProgram(kernels.Float32, colorModel(), tensor.Dims(1, h, w, c), task)
		require.NoError(t, err)
		g.images.Set(images)
		g.tape.Forward()
		want := make([]float32, len(g.logits.Value()))
		kernels.Sigmoid(g.logits.Value(), want)
		g.run(images)
		assert.Equal(t, want, g.probabilities(0).Pix)
		g.tape.Free()
	}
}

func TestWriterOfFlagsMistakes(t *testing.T) {
	ds := newSet(t, stripes(t), data.Stretch)
	for says, names := range map[string][]string{
		"3 names for 4 classes":                               {"a", "b", "c"},
		`class "a/b" cannot be the name`:                      {"a/b", "b", "c", "d"},
		`class ".." cannot be the name`:                       {"..", "b", "c", "d"},
		`class "A": another differs from it in capitals only`: {"a", "A", "c", "d"},
	} {
		o := flagWriter(t.TempDir())
		o.Names = names
		_, err := NewWriter(ds, o)
		assert.ErrorContains(t, err, says)
	}
	w, err := NewWriter(ds, flagWriter(t.TempDir()))
	require.NoError(t, err)
	assert.ErrorContains(t, w.Write(Result{ID: "x", Classes: raster.NewMask(1, 1)}), "x: no flags of 4 classes")
	binary, err := NewWriter(ds, WriterOptions{Dir: t.TempDir(), Classes: 1, Task: metric.Binary})
	require.NoError(t, err)
	m := raster.NewMask(1, 2)
	require.NoError(t, binary.Write(Result{ID: "x", Classes: m}))
	m.Pix[1] = 2
	assert.ErrorContains(t, binary.Write(Result{ID: "x", Classes: m}), "class 2 at pixel (x 1, y 0); allowed: 0 to 1")
	assert.ErrorContains(t, binary.Write(Result{ID: "x"}), "no classes")
}
