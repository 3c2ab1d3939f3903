package workflow

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/segtrain/refine"
	"tessera/segtrain/synth"
)

// TestPseudoLabelsOfFlags labels pictures for tasks with flags, by the fold's own models and by all, and trains with the labels.
func TestPseudoLabelsOfFlags(t *testing.T) {
	for _, name := range []string{"binary", "multilabel"} {
		t.Run(name, func(t *testing.T) { testPseudoLabelsOfFlags(t, name) })
	}
}

func testPseudoLabelsOfFlags(t *testing.T, name string) {
	dir := t.TempDir()
	s := pseudoSetup{dir: dir, cv: crossValidated(t, filepath.Join(dir, "cv"), flagSettings(t, name)...), images: filepath.Join(dir, "new"),
		pseudo: filepath.Join(dir, "pseudo")}
	require.NoError(t, synth.Write(filepath.Join(dir, "drawn"), 4, 32, 32, 7, nil))
	require.NoError(t, os.Mkdir(s.images, 0o777))
	for i := range 4 {
		require.NoError(t, os.Rename(filepath.Join(dir, fmt.Sprintf("drawn/images/%04d.png", i)), filepath.Join(s.images, fmt.Sprintf("new%d.png", i))))
	}
	classes := map[string][]string{"binary": {"thing"}, "multilabel": {"any", "odd"}}[name]
	last := classes[len(classes)-1]
	po := PseudoOptions{Inputs: []string{s.images}, Out: s.pseudo, Threshold: 0.52, Clear: new(0.45), Clears: map[string]float64{last: 0.49}, Soft: true}
	r, err := PseudoLabel(context.Background(), s.cv, po, Options{})
	require.NoError(t, err)
	assert.Equal(t, name, r.Task)
	m, _, err := refine.ReadPseudo(s.pseudo)
	require.NoError(t, err)
	assert.Equal(t, name, m.Task)
	assert.Equal(t, []float64{0.49, 0.5}, []float64{m.Rule.Clear[len(classes)-1], m.Rule.Cut[0]})

	_, probabilities := memberProbabilities(t, s)
	grey := raster.MaskCode{Coding: raster.IndexCode, Classes: 256, Ignore: -1}
	for _, set := range r.Sets {
		list, err := refine.ReadPseudoTable(filepath.Join(s.pseudo, set.Name, refine.PseudoTable), set.SHA256)
		require.NoError(t, err)
		require.Len(t, list, 4)
		require.FileExists(t, filepath.Join(s.pseudo, set.Name, PseudoSheet))
		there, clear := int64(0), int64(0)
		for _, line := range list {
			var members []*raster.Float
			for _, fold := range set.Members {
				members = append(members, probabilities[fold][line.ID])
			}
			want := refine.NewPseudoLabel(members, m.Rule)
			probability := refine.FlagFile(filepath.Join(s.pseudo, set.Name), "probability", line.ID, name == "multilabel")
			for k := range classes {
				got, err := raster.ReadMask(raster.ClassFiles(line.Mask, classes)[k], grey)
				require.NoError(t, err)
				require.Equal(t, want.Flags.Class(k, refine.PseudoIgnore), got)
				got, err = raster.ReadMask(raster.ClassFiles(probability, classes)[k], grey)
				require.NoError(t, err)
				require.Equal(t, want.SoftFlags()[k], got)
				there, clear = there+want.Classes[k].Kept, clear+want.Classes[k].Clear
			}
		}
		for _, c := range set.Classes {
			there, clear = there-c.Kept, clear-c.Clear
		}
		assert.Zero(t, there, set.Name)
		assert.Zero(t, clear, set.Name)
	}
	trainWithFlagLabels(t, s, name, classes)
}

// trainWithFlagLabels trains a fold of the labels' split with hard and with soft ones, and expects that another split is refused.
func trainWithFlagLabels(t *testing.T, s pseudoSetup, name string, classes []string) {
	base := append(flagSettings(t, name), "data.ignore=255", "train.best=pixel_accuracy", "pseudo.manifest="+s.pseudo, "pseudo.rate=0.5",
		"data.split={kind: file, file: "+filepath.Join(s.cv, record.SplitFile)+"}", "data.val={fold: 1}", "augment=[HorizontalFlip, {Affine: {rotate: [-30, 30]}}]",
		"mix=[CutMix]", "train.steps=3")
	run := func(out string, settings ...string) (*config.Config, error) {
		cfg := parse(t, append(append(base, settings...), "out="+filepath.Join(s.dir, out))...)
		_, err := Train(context.Background(), cfg, Options{})
		return cfg, err
	}
	_, err := run("hard")
	require.NoError(t, err)
	cfg, err := run("soft", "pseudo.soft=true")
	require.NoError(t, err)
	assert.NotEqual(t, fileText(t, filepath.Join(s.dir, "hard", record.BestFile)), fileText(t, filepath.Join(s.dir, "soft", record.BestFile)))
	src, clean, err := openTraining(cfg)
	require.NoError(t, err)
	defer clean()
	ds, err := src.trainingSet(cfg, nil)
	require.NoError(t, err)
	require.Equal(t, 4, ds.Pseudo())
	labels, err := ds.LoadLabels(ds.Len())
	require.NoError(t, err)
	first, err := raster.ReadMask(raster.ClassFiles(ds.Record(ds.Len()).Mask, classes)[0], raster.MaskCode{Coding: raster.IndexCode, Classes: 256, Ignore: -1})
	require.NoError(t, err)
	for i, v := range first.Pix {
		require.Equal(t, v, labels[i*len(classes)], "0, 1, or data.ignore")
	}

	var r *Replayed
	for epoch := 1; r == nil; epoch++ {
		require.Less(t, epoch, 10)
		r, _ = ReplayAugment(cfg, epoch, "new2", s.dir)
	}
	for _, class := range classes {
		for _, file := range []string{r.Mask, r.Mixed, r.Shares} {
			assert.FileExists(t, raster.ClassFiles(file, []string{class})[0])
		}
	}
	_, err = run("leak", "data.split={kind: kfold, k: 2, seed: 9, file: \"\"}")
	assert.ErrorContains(t, err, "the models that made set all have seen")
}

func TestPseudoClearIsForFlags(t *testing.T) {
	l := &labeller{cv: &outOfFold{cfg: parse(t)}, PseudoOptions: PseudoOptions{Threshold: 0.9, Clear: new(0.1)}}
	_, err := l.rule([]string{"a", "b"})
	assert.ErrorContains(t, err, "(--clear) is for tasks binary and multilabel, but task is multiclass")

	// Without --clear it is as far from 0 as the threshold from 1; the cut is predict.threshold where that lies between.
	l = &labeller{cv: &outOfFold{cfg: parse(t, append(oneThing, "predict.threshold=0.4")...)}, PseudoOptions: PseudoOptions{Threshold: 0.9}}
	r, err := l.rule([]string{"thing"})
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{0.9, 0.1, 0.4}, []float64{r.Thresholds[0], r.Clear[0], r.Cut[0]}, 1e-6)
	l.Thresholds = map[string]float64{"thing": 0.3}
	r, err = l.rule([]string{"thing"})
	require.NoError(t, err)
	assert.Equal(t, []float64{0.3, 0.3, 0.3}, []float64{r.Thresholds[0], r.Clear[0], r.Cut[0]}, "every pixel has a label")
	l.Clears = map[string]float64{"sky": 0.1}
	_, err = l.rule([]string{"thing"})
	assert.ErrorContains(t, err, `a threshold is for the class "sky"`)
}
