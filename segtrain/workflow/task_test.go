package workflow

import (
	"context"
	"encoding/json"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/tensor"
)

// oneThing are settings that make class 1 of the procedural set the one class of a binary task.
var oneThing = []string{
	"task=binary", "data.classes=[thing]", "data.mask.map={0: 0, 1: 1, 2: 0, 3: 0, 4: 0, 5: 0}", "loss=[bce]",
}

func TestChannelsOfTask(t *testing.T) {
	for name, c := range map[string]struct {
		cfg      *config.Config
		channels int
	}{
		"multiclass": {parse(t), 6},
		"binary":     {parse(t, oneThing...), 1},
		"multilabel": {parse(t, "data.kind=csv", "data.manifest=/m", "task=multilabel", "data.classes=[a, b, c]", "loss=[bce]",
			"data.mask.code=bits"), 3},
	} {
		p, err := build(c.cfg)
		require.NoError(t, err, name)
		tape := autograd.NewTape(autograd.Inference)
		y := p.model.Forward(tape, tape.Input(tensor.Dims(1, 32, 32, 3)))
		assert.Equal(t, c.channels, y.Shape.Dim(3), name)
	}
}

// TestLossesOfTask builds every loss for flags.
func TestLossesOfTask(t *testing.T) {
	for _, l := range lossChoices {
		_, err := build(parse(t, append(oneThing, "loss=["+l.name+"]")...))
		assert.NoError(t, err, l.name)
	}
}

func TestColorsOfTask(t *testing.T) {
	one := describeSource(parse(t, append(oneThing, "data.mask.colors=[[1, 2, 3], [4, 5, 6]]")...))
	assert.Equal(t, []color.RGBA{{4, 5, 6, 255}}, one.palette, "the first is of what is not there")
	assert.Equal(t, 2, one.code.Classes)
	assert.Equal(t, raster.Palette(1), describeSource(parse(t, oneThing...)).palette)
}

func TestMeasureOptions(t *testing.T) {
	cfg := parse(t)
	for says, o := range map[string]MeasureOptions{
		"thresholds are for binary and multilabel, but task is multiclass": {Thresholds: []float64{0.5}},
		`no metric "x"`:                {Metrics: []string{"x"}},
		`no metric "y"`:                {Metrics: []string{"y"}, Reductions: []string{"none"}},
		`no reduction "x"`:             {Metrics: []string{"f1"}, Reductions: []string{"x"}},
		"1 weights for 6 classes":      {Metrics: []string{"f1"}, Weights: []float64{1}},
		"tolerance -1 of outlines":     {Boundary: -1},
		"allowed: above 0 and below 1": {},
	} {
		c := cfg
		if says == "allowed: above 0 and below 1" {
			c, o.Thresholds = parse(t, oneThing...), []float64{0}
		}
		assert.ErrorContains(t, o.check(c), says)
	}
	meter := metric.NewMeter(metric.MeterOptions{Classes: 2, Ignore: -1})
	none, err := MeasureOptions{}.measures(meter, []string{"a", "b"}, nil)
	require.NoError(t, err)
	assert.Nil(t, none)
}

// TestCrossValidationOfFlags cross-validates one class, and classes that overlap, and reads what was predicted out of fold.
func TestCrossValidationOfFlags(t *testing.T) {
	for _, name := range []string{"binary", "multilabel"} {
		dir := crossValidated(t, filepath.Join(t.TempDir(), "cv"), flagSettings(t, name)...)
		text, err := os.ReadFile(filepath.Join(dir, CVFile))
		require.NoError(t, err, name)
		var r CrossValidation
		require.NoError(t, json.Unmarshal(text, &r))
		o, err := openOutOfFold(dir)
		require.NoError(t, err, name)
		assert.Equal(t, name, o.folder.Task)
		classes := len(o.source.classes)
		counted := metric.NewStats(task(o.cfg), classes, ignored(o.cfg))
		require.NoError(t, o.each(context.Background(), func(x judged) error {
			labels := make([]uint8, len(x.truth)) // as the network's size is that of the pictures
			if name == "multilabel" {
				f, err := o.folder.Flags(x.id)
				require.NoError(t, err)
				f.Labels(-1, labels)
			} else {
				m, err := o.folder.Mask(x.id)
				require.NoError(t, err)
				copy(labels, m.Pix)
			}
			for i, p := range x.probabilities.Pix {
				require.True(t, (labels[i] == 1) == (p >= 0.5) || p > 0.497 && p < 0.503, "%s: label %d at probability %v", x.id, labels[i], p)
			}
			counted.Add(x.truth, labels)
			return nil
		}))
		assert.Equal(t, counted.Report(o.source.classes), r.Summary.Pooled, name)
	}
}

// TestSplitOfFlags compares folds by the classes of masks, of which there is one more: none.
func TestSplitOfFlags(t *testing.T) {
	f, err := Split(parse(t, append(overlapped(t, 12), "data.split={kind: stratified, k: 3}")...), Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{"none", "any", "odd"}, f.Classes)
	assert.Equal(t, []int{12, 12, 12}, f.Balance.All.With)
	assert.Less(t, f.Balance.Deviation, 0.1)
	by := func(m string) Folds {
		f, err := Split(parse(t, append(slices.Clone(oneThing), "data.synth.count=12", "data.split={kind: stratified, k: 3, by: "+m+"}")...), Options{})
		require.NoError(t, err)
		return *f
	}
	one := by("classes")
	assert.Equal(t, []string{"none", "thing"}, one.Classes)
	some := one.Balance.All.With[1]
	require.True(t, some > 2 && some < 12, "some pictures show it: %d", some)
	for _, p := range append(one.Balance.Folds, by("empty").Balance.Folds...) {
		assert.InDelta(t, float64(some)/3, p.With[1], 1)
	}
}

// TestCheckDataOfFlags counts what a data set shows of each class.
func TestCheckDataOfFlags(t *testing.T) {
	out := t.TempDir()
	s, err := CheckData(context.Background(), parse(t, overlapped(t, 8)...), CheckOptions{Out: out})
	require.NoError(t, err)
	require.Len(t, s.Classes, 3)
	none, all, odd := s.Classes[0], s.Classes[1], s.Classes[2]
	assert.EqualValues(t, 8*32*32, none.Pixels+all.Pixels)
	assert.True(t, odd.Pixels > 0 && odd.Pixels < all.Pixels, "%d of %d", odd.Pixels, all.Pixels)
	assert.FileExists(t, filepath.Join(out, CheckFile))

	s, err = CheckData(context.Background(), parse(t, append(slices.Clone(oneThing), "data.synth.count=20")...), CheckOptions{Out: out})
	require.NoError(t, err)
	require.Len(t, s.Classes, 2)
	assert.Greater(t, s.Classes[0].Pixels, s.Classes[1].Pixels)
	assert.Positive(t, s.Classes[1].Pixels)
}

// TestRegionsOfTask reads a table of run-lengths as the masks of one class, and of classes that overlap.
func TestRegionsOfTask(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "i"), 0o777))
	require.NoError(t, raster.WritePNG(filepath.Join(dir, "i", "a.png"), raster.NewImage(2, 2, 3)))
	require.NoError(t, raster.WritePNG(filepath.Join(dir, "i", "b.png"), raster.NewImage(2, 2, 3)))
	for name, c := range map[string]struct {
		table    string
		settings []string
		want     []uint8
	}{
		"salt": {"id,rle_mask\na,1 2\nb,\n", []string{"task=binary", "data.classes=[salt]"}, []uint8{1, 0, 1, 0}},
		"severstal": {"ImageId,ClassId,EncodedPixels\na.png,1,1 2\na.png,2,2 3\nb.png,1,4 1\n",
			[]string{"task=multilabel", "data.classes=[pit, scratch]"}, []uint8{1, 0, 0, 1, 1, 1, 0, 1}},
	} {
		file := filepath.Join(dir, name+".csv")
		require.NoError(t, os.WriteFile(file, []byte(c.table), 0o666))
		cfg := parse(t, append(c.settings, "data.kind=rle", "data.images="+filepath.Join(dir, "i"), "data.annotations="+file,
			"data.rle.dialect="+name, "loss=[bce]", "data.val.fraction=0.5")...)
		s, err := openSource(cfg, "")
		require.NoError(t, err, name)
		all := append(s.train, s.val...)
		require.Len(t, all, 2)
		slices.SortFunc(all, func(a, b data.Record) int { return strings.Compare(a.ID, b.ID) })
		ds, err := s.dataset(cfg, all, nil)
		require.NoError(t, err)
		labels, err := ds.LoadLabels(0)
		require.NoError(t, err)
		assert.Equal(t, c.want, labels, name)
	}
}

// TestAllThatTrainsWithFlags trains with mixed pictures, deep supervision and a classification head, draws what is trained on, and
// gives back what a step saw.
func TestAllThatTrainsWithFlags(t *testing.T) {
	small := []string{"data.size=[32, 32]", "model.encoder=small", "model.decoder_channels=[8, 8, 8, 8, 8]", "train={steps: 4, batch: 4}",
		"mix=[{MixUp: {p: 0.4}}, {ClassMix: {p: 0.3}}, {Mosaic: {p: 0.3}}]", "model.deep_supervision=true", "model.aux.weight=0.1",
		"augment=[HorizontalFlip, {Affine: {rotate: [-30, 30]}}, {MaskDropout: {}}]"}
	for name, settings := range map[string][]string{
		"binary":     append(slices.Clone(oneThing), "data.synth.count=20"),
		"multilabel": overlapped(t, 20),
	} {
		settings = append(settings, small...)
		out := filepath.Join(t.TempDir(), "run")
		r, err := Train(context.Background(), parse(t, append(settings, "out="+out)...), Options{})
		require.NoError(t, err, name)
		assert.Equal(t, 4, r.Done)
		assert.NotNil(t, r.Metrics.Labels)
		alone := filepath.Join(t.TempDir(), "run")
		_, err = Train(context.Background(), parse(t, append(settings, "mix=[]", "out="+alone)...), Options{})
		require.NoError(t, err, name)
		assert.NotEqual(t, fileText(t, filepath.Join(out, record.BestFile)), fileText(t, filepath.Join(alone, record.BestFile)), name)

		sheet := filepath.Join(t.TempDir(), "sheet.png")
		p, err := PreviewAugment(parse(t, settings...), PreviewOptions{Out: sheet, Samples: 2, Draws: 2, Epoch: 1})
		require.NoError(t, err, name)
		assert.Contains(t, strings.Join(p.Rows, "\n"), "MixUp alone, always: a batch")
		assert.Contains(t, strings.Join(p.Rows, "\n"), "Affine alone, always")

		cfg, err := LoadRun(out)
		require.NoError(t, err)
		s, _, err := openTraining(cfg)
		require.NoError(t, err)
		seen := 0
		for _, x := range s.train {
			replayed, err := ReplayAugment(cfg, 1, x.ID, t.TempDir())
			if err != nil { // left out of the epoch, whose last batch is not full
				continue
			}
			seen++
			for _, class := range s.classes {
				m, err := raster.ReadMask(strings.ReplaceAll(replayed.Mask, raster.ClassField, class),
					raster.MaskCode{Coding: raster.IndexCode, Classes: 2, Ignore: -1})
				require.NoError(t, err)
				assert.Equal(t, 32*32, len(m.Pix))
			}
		}
		assert.Equal(t, len(s.train)/4*4, seen, name)
	}
}

func fileText(t *testing.T, file string) string {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}
