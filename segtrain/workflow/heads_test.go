package workflow

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/smallnet"
	"tessera/nn/checkpoint"
	"tessera/nn/decoder"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/predict"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// TestAuxHasTheNamesOfPyTorch makes the model of a configuration and compares it with Unet(…, decoder_attention_type="scse",
// aux_params={"classes": 11}) upstream.
func TestAuxHasTheNamesOfPyTorch(t *testing.T) {
	cfg, err := config.Parse("run.yaml", []byte(`model: {arch: {unet: {decoder_attention_type: scse}}, aux: {weight: 0.5}}
data: {kind: folders, images: a, masks: b, classes: 11}`))
	require.NoError(t, err)
	m, err := newModel(cfg, 11)
	require.NoError(t, err)
	file, err := os.Open("testdata/unet_efficientnet-b0_c11_scse_aux_names.txt")
	require.NoError(t, err)
	defer file.Close()
	var want, got []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		want = append(want, lines.Text())
	}
	types := map[string]string{"F32": "torch.float32", "I64": "torch.int64"}
	for _, e := range checkpoint.Entries(m) {
		got = append(got, fmt.Sprintf("%s %s %s", e.Name, strings.ReplaceAll(fmt.Sprint(e.Shape), " ", ", "), types[e.DType]))
	}
	assert.Equal(t, want, got)
}

func TestAuxSettings(t *testing.T) {
	p, err := build(parse(t))
	require.NoError(t, err)
	assert.Equal(t, train.Heads{}, p.heads)
	assert.Nil(t, p.model.(*decoder.SegmentationModel).Classifier)
	p, err = build(parse(t, "model.aux={weight: 0.25, min_share: 0.1, pooling: max, dropout: 0, activation: softmax}", "data.ignore=9"))
	require.NoError(t, err)
	assert.InDelta(t, 0.25, float64(p.heads.Aux.Weight), 0)
	assert.InDelta(t, 0.1, p.heads.Aux.MinShare, 0)
	assert.Equal(t, 9, p.heads.Aux.Ignore)
	assert.Len(t, p.heads.Aux.Classes, 6)
	assert.NotNil(t, p.model.(*decoder.SegmentationModel).Classifier)
}

// labelledData writes the procedural set with a column of labels, and returns the settings of a run on it.
func labelledData(t *testing.T, label func(i int) string) []string {
	t.Helper()
	cfg := parse(t, "data.synth.count=8")
	dir := t.TempDir()
	m, err := drawRecords(cfg, dir)
	require.NoError(t, err)
	f, err := os.Create(filepath.Join(dir, "labels.csv"))
	require.NoError(t, err)
	w := csv.NewWriter(f)
	require.NoError(t, w.Write([]string{"image", "mask", "id", "labels"}))
	for i, r := range m {
		require.NoError(t, w.Write([]string{r.Image, r.Mask, r.ID, label(i)}))
	}
	w.Flush()
	require.NoError(t, w.Error())
	require.NoError(t, f.Close())
	return []string{"data.kind=csv", "data.manifest=" + f.Name(), "data.classes=6", "data.val.fraction=0.3",
		"model.aux={weight: 0.5, labels: manifest, classes: [ship, cloud]}"}
}

// know builds a configuration and gives it the labels of its manifest.
func know(t *testing.T, settings []string) (*parts, error) {
	t.Helper()
	cfg := parse(t, settings...)
	p, err := build(cfg)
	require.NoError(t, err)
	s, err := openSource(cfg, "")
	require.NoError(t, err)
	return p, p.knowLabels(cfg, s)
}

func TestLabelsOfTheManifest(t *testing.T) {
	cells := []string{"ship", "", "cloud; ship", "?"}
	settings := labelledData(t, func(i int) string { return cells[i%4] })
	p, err := know(t, settings)
	require.NoError(t, err)
	cfg := parse(t, settings...)
	m, err := data.ReadCSV(cfg.Data.Manifest)
	require.NoError(t, err)
	want := [][]uint8{{1, 0}, {0, 0}, {1, 1}, {train.Unknown, train.Unknown}}
	for i, r := range m {
		assert.Equal(t, want[i%4], p.heads.Aux.Known(r.ID), cells[i%4])
	}
	assert.Nil(t, p.heads.Aux.Known("another picture"))

	_, err = know(t, labelledData(t, func(int) string { return "boat" }))
	assert.ErrorContains(t, err, `model.aux.labels: "boat" of sample "`)
	assert.ErrorContains(t, err, `is no class; there are: ship, cloud`)
	_, err = know(t, labelledData(t, func(int) string { return "?" }))
	assert.ErrorContains(t, err, "no record of the manifest has labels; it needs a column labels")
}

// TestTrainWithHeads trains with labels of the manifest and all that lies beside the masks, and measures the weights again.
func TestTrainWithHeads(t *testing.T) {
	settings := append(labelledData(t, func(i int) string { return []string{"ship", "cloud", "?"}[i%3] }),
		"model.deep_supervision=true", "model.stem=downscale", "model.freeze=encoder", "model.freeze_epochs=1", "train.epochs=2",
		"train.batch=3", "optim.weight_decay=0.1", "data.size=[64,64]")
	cfg := parse(t, settings...)
	cfg.Out = filepath.Join(t.TempDir(), "run")
	r, err := Train(t.Context(), cfg, Options{})
	require.NoError(t, err)
	require.NotNil(t, r.Metrics.Labels)
	assert.Equal(t, "ship", r.Metrics.Labels.PerClass[0].Name)
	e, err := Evaluate(t.Context(), cfg, EvalOptions{}, Options{})
	require.NoError(t, err)
	assert.Equal(t, r.Metrics.Labels.String(), e.Labels.String())
	h, err := record.ReadHistory(cfg.Out)
	require.NoError(t, err)
	require.NotNil(t, h.Epochs[1].Labels)
	entries, _, err := checkpoint.ReadFile(filepath.Join(cfg.Out, record.BestFile))
	require.NoError(t, err)
	for _, e := range entries {
		assert.NotContains(t, e.Name, "deep_supervision")
	}
}

// TestAFrozenEncoderStays trains with weight decay: the encoder ends as it began.
func TestAFrozenEncoderStays(t *testing.T) {
	cfg := parse(t, "model.freeze=encoder", "train.steps=2", "optim.weight_decay=0.1", "train.swa=true")
	cfg.Out = filepath.Join(t.TempDir(), "run")
	fresh, err := newModel(cfg, 6)
	require.NoError(t, err)
	*fresh.(*decoder.SegmentationModel).Encoder.(*smallnet.Encoder).Stages[0].BN.Batches = 7
	cfg.Model.Weights = filepath.Join(t.TempDir(), "fresh.safetensors")
	require.NoError(t, checkpoint.Save(cfg.Model.Weights, fresh, nil))
	_, err = Train(t.Context(), cfg, Options{})
	require.NoError(t, err)
	for _, file := range []string{record.LastFile, record.SWAFile} {
		got, _, err := checkpoint.ReadFile(filepath.Join(cfg.Out, file))
		require.NoError(t, err)
		for i, want := range checkpoint.Entries(fresh) {
			if strings.HasPrefix(want.Name, "encoder.") {
				assert.Equal(t, want.Data, got[i].Data, "%s: %s", file, want.Name)
			}
		}
	}
}

func TestDeepSupervisionWantsStages(t *testing.T) {
	_, err := build(parse(t, "model.arch=fpn", "model.decoder_channels=[]", "model.deep_supervision=true"))
	assert.ErrorContains(t, err, "model.deep_supervision: fpn: deep supervision wants a decoder that goes up stage by stage")
}

// TestGateOfACrossValidation trains classification heads beside masks of every task, keeps what they say out of fold, and measures
// gates with it.
func TestGateOfACrossValidation(t *testing.T) {
	small := []string{"data.size=[32, 32]", "model.encoder=small", "model.decoder_channels=[8, 8, 8, 8, 8]", "train={epochs: 1, batch: 4}",
		"data.split={kind: kfold, k: 2}", "model.aux.weight=0.5"}
	for name, settings := range map[string][]string{
		"binary":     append(slices.Clone(oneThing), "data.synth.count=8"),
		"multilabel": overlapped(t, 8),
		"multiclass": {"data.synth.count=8"},
	} {
		dir := t.TempDir()
		settings = append(settings, small...)
		_, err := CrossValidate(context.Background(), parse(t, append(settings, "out="+dir)...), Options{})
		require.NoError(t, err, name)
		o, err := openOutOfFold(dir)
		require.NoError(t, err, name)
		assert.Equal(t, o.source.classes, o.folder.Labels)
		for _, image := range o.folder.Images {
			assert.Len(t, o.folder.Said(image.ID), len(o.source.classes), name)
		}
		r, err := FitGate(context.Background(), dir, GateOptions{Thresholds: []float64{0.999, 1e-6}})
		require.NoError(t, err, name)
		assert.Equal(t, o.source.classes, r.Gated)
		assert.Equal(t, 8, r.Images)
		require.Len(t, r.Points, 3)
		assert.Equal(t, r.Points[0].IoU, r.Points[1].IoU, "%s: hardly any head says so little", name)
		if name != "multiclass" {
			assert.Zero(t, r.Points[2].IoU, "%s: nor so much", name)
			assert.Equal(t, "dice_image", r.Metric)
		}

		// A run says the same, and its masks are empty where the gate is shut.
		cfg, err := LoadRun(filepath.Join(dir, "fold0"), "predict.gate=0.999")
		require.NoError(t, err)
		out := t.TempDir()
		images := filepath.Dir(o.ds.Record(0).Image)
		p, err := Predict(context.Background(), cfg, PredictOptions{Inputs: []string{images}, Out: out}, Options{})
		require.NoError(t, err)
		assert.FileExists(t, filepath.Join(out, predict.LabelsFile))
		if name != "multiclass" {
			assert.Equal(t, make([]int64, len(o.source.classes)), p.Pixels, name)
		} else {
			assert.Equal(t, p.TotalPixels, p.Pixels[0], "the first class has what is left where all are shut")
		}
		e, err := Evaluate(context.Background(), cfg, EvalOptions{FullSize: true}, Options{})
		require.NoError(t, err)
		assert.NotEqual(t, e.MeanIoU, e.FullSize.MeanIoU, "%s: the gate is for masks that are written", name)
	}
	dir := crossValidated(t, filepath.Join(t.TempDir(), "cv"))
	_, err := FitGate(context.Background(), dir, GateOptions{})
	assert.ErrorContains(t, err, "model.aux.weight: "+dir+" was trained without a classification head")
	_, err = build(parse(t, "model.aux={weight: 1, labels: manifest, classes: [rain]}", "data.kind=csv", "data.manifest=/m",
		"data.classes=[sky, sea]", "predict.gate=0.5"))
	assert.ErrorContains(t, err, "predict.gate: the classification head tells rain, and masks have sky, sea")
}
