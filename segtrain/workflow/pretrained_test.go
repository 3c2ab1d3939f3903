package workflow

import (
	"bytes"
	"fmt"
	"image"
	_ "image/png"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/encoder"
	"tessera/segtrain/config"
	"tessera/segtrain/weights"
	"tessera/tensor"
)

// TestPretrainedEncoder imports the weights that EfficientNet-PyTorch's author of lite models published, and compares
// what the encoder sees in a photograph with PyTorch. Neither file is kept here: LITE0_WEIGHTS names
// efficientnet-lite0-57934424.pth, and CAMVID the folder of the data set. See tools/golden/lite0.py.
func TestPretrainedEncoder(t *testing.T) {
	const name = "timm-tf_efficientnet_lite0"
	file, camvid := os.Getenv("LITE0_WEIGHTS"), os.Getenv("CAMVID")
	if file == "" || camvid == "" || !slices.Contains(encoder.Names(), name) {
		t.Skip("LITE0_WEIGHTS or CAMVID is not set, or there is no encoder " + name)
	}
	var want golden.Lite
	golden.Load(t, "lite0.json", &want)
	for path, sum := range map[string]string{file: want.Weights, filepath.Join(camvid, want.Picture): want.PictureSHA256} {
		got, err := weights.Sum(path)
		require.NoError(t, err)
		require.Equal(t, sum, got, path)
	}
	out := filepath.Join(t.TempDir(), "lite0.safetensors")
	r, err := ImportWeights(file, ImportOptions{Encoder: name, Out: out}, Options{})
	require.NoError(t, err)
	assert.Equal(t, "EfficientNet-PyTorch", r.Names)
	assert.Equal(t, []string{"_fc.weight", "_fc.bias"}, r.Unused)
	assert.Empty(t, r.Fresh)

	e, err := encoder.New(name, nn.NewRand(1), encoder.Options{})
	require.NoError(t, err)
	require.NoError(t, checkpoint.Load(out, e))
	tape := autograd.NewTape(autograd.Inference)
	h, w := want.Size[0], want.Size[1]
	x := tape.Input(tensor.Dims(1, h, w, 3))
	features := e.Forward(tape, x)
	for _, f := range features {
		tape.Output(f)
	}
	require.NoError(t, tape.Plan())
	defer tape.Free()
	photograph(t, filepath.Join(camvid, want.Picture), h, w, x.Value())
	tape.Forward()
	require.Len(t, features, len(want.Features))
	var worst golden.Worst
	for i, f := range features {
		got := tensor.Permute(tensor.Of(f.Shape, f.Value()), "NHWC", "NCHW").Data
		for k, at := range want.Features[i].Index {
			worst.See(fmt.Sprint("feature ", i), math.Abs(float64(got[at])-want.Features[i].Value[k]),
				4*want.Features[i].Float32Error+1e-6)
		}
	}
	worst.Report(t, "encoder "+name, "features of a photograph, with pretrained weights", golden.SMP)
}

// photograph writes the upper left corner of a picture, as the golden's input.
func photograph(t *testing.T, path string, h, w int, x []float32) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	m, _, err := image.Decode(f)
	require.NoError(t, err)
	for i := range h * w {
		r, g, b, _ := m.At(i%w, i/w).RGBA()
		for c, v := range []uint32{r, g, b} {
			x[3*i+c] = float32((float64(v>>8)/255 - 0.5) / 0.5)
		}
	}
}

// TestWeightsForAnotherEncoder: a file of an encoder that is not the configured one is refused, and nothing of it taken.
func TestWeightsForAnotherEncoder(t *testing.T) {
	cfg := config.Default()
	m, err := newModel(&cfg, 3)
	require.NoError(t, err)
	before := checkpoint.Entries(m)
	cfg.Model.EncoderWeights = filepath.Join(t.TempDir(), "other.pth")
	list := []checkpoint.Entry{checkpoint.NewFloat32s("_conv_stem.weight", []int{32, 3, 3, 3}, make([]float32, 864))}
	require.NoError(t, checkpoint.WriteFile(cfg.Model.EncoderWeights, list, nil))
	var log bytes.Buffer
	_, err = startWeights(t.Context(), &cfg, m, slog.New(slog.NewTextHandler(&log, nil)))
	assert.ErrorContains(t, err, "model.encoder_weights: "+cfg.Model.EncoderWeights+": encoder efficientnet-b0: the checkpoint "+
		"does not fit the model\n  308 missing: _bn0.weight, ")
	assert.Empty(t, log.String())
	assert.Equal(t, before, checkpoint.Entries(m))
}
