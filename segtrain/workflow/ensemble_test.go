package workflow

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/ensemble"
	"tessera/segtrain/metric"
	"tessera/segtrain/oof"
	"tessera/segtrain/predict"
	"tessera/segtrain/raster"
)

// teach replaces the out-of-fold predictions of a cross-validation by those of a member that gives the truth the probability
// that right says, of a pixel of an image, and else the next class.
func teach(t *testing.T, dir string, right func(image, pixel int) bool) {
	t.Helper()
	o, err := openOutOfFold(dir)
	require.NoError(t, err)
	classes := len(o.source.classes)
	for i, image := range o.folder.Images {
		truth, err := o.ds.LoadLabels(i)
		require.NoError(t, err)
		h, w, _ := o.ds.Shape()
		p, chosen := raster.NewFloat(h, w, classes), raster.NewMask(h, w)
		for j, c := range truth {
			if !right(i, j) {
				c = uint8((int(c) + 1) % classes)
			}
			for k := range classes {
				p.Pix[j*classes+k] = 0.06
			}
			p.Pix[j*classes+int(c)] = 0.7
			chosen.Pix[j] = c
		}
		require.NoError(t, oof.WriteImage(filepath.Join(dir, OOFFolder), image.Folds[0], image.ID, p, chosen))
	}
}

func blendOf(t *testing.T, eo EnsembleOptions) *Blended {
	t.Helper()
	r, err := Blend(context.Background(), eo, Options{})
	require.NoError(t, err)
	return r
}

func TestBlend(t *testing.T) {
	root := t.TempDir()
	good, noise := crossValidated(t, filepath.Join(root, "good")), filepath.Join(root, "noise")
	require.NoError(t, os.CopyFS(noise, os.DirFS(good)))
	teach(t, good, func(i, j int) bool { return (j*7+i)%10 < 8 })
	teach(t, noise, func(i, j int) bool { return (j*3+i)%10 < 2 })

	alone := blendOf(t, EnsembleOptions{Dirs: []string{good}})
	assert.InDelta(t, 0.8, float64(alone.Report.PixelAccuracy), 0.02)
	assert.Nil(t, alone.Naive)
	assert.Nil(t, alone.Nested)
	assert.Nil(t, alone.Members[0].Gain)
	assert.Equal(t, alone.Equal, alone.Members[0].MeanIoU)
	assert.Equal(t, 16, alone.Images)

	out := filepath.Join(root, "e.yaml")
	looked := 0
	r := blendOf(t, EnsembleOptions{Dirs: []string{good, noise}, Fit: true, Out: out, Progress: func(done, total int) {
		looked++
		assert.Equal(t, []int{looked, 32}, []int{done, total})
	}})
	assert.Equal(t, 32, looked)
	assert.Equal(t, []float64{1, 0}, []float64{r.Members[0].Weight, r.Members[1].Weight})
	assert.Equal(t, alone.Equal, r.Members[0].MeanIoU)
	assert.Equal(t, r.Naive.MeanIoU, r.Members[0].MeanIoU, "a member of weight 1 is all there is")
	assert.Equal(t, r.Naive, r.Nested, "all folds find the same")
	assert.True(t, r.Nested.Gain.Clear())
	assert.False(t, r.Members[1].Gain.Clear())
	assert.Negative(t, float64(r.Members[1].Gain.High))
	assert.Less(t, float64(r.Correlation[0][1]), 0.5)
	require.Len(t, r.Folds, 2)
	assert.Equal(t, 8, r.Folds[0].Images)
	assert.Contains(t, strings.Join(r.Notes, "\n"), "all members together are not better than the best of them alone")
	page, err := os.ReadFile(r.Page)
	require.NoError(t, err)
	assert.Contains(t, string(page), "Who is wrong where others are")
	f, err := ensemble.ReadFile(out)
	require.NoError(t, err)
	assert.Equal(t, []ensemble.FileMember{{Dir: good, Weight: 1}}, f.Members)
	assert.Equal(t, r.Split, f.Split)

	dropped := blendOf(t, EnsembleOptions{Dirs: []string{noise, good}, Drop: true, Combine: "logits"})
	assert.True(t, dropped.Members[0].Dropped)
	assert.False(t, dropped.Members[1].Dropped)
	assert.Equal(t, 1.0, dropped.Members[1].Weight)
	assert.Equal(t, dropped.Members[1].MeanIoU, dropped.Nested.MeanIoU)

	given := blendOf(t, EnsembleOptions{Dirs: []string{good, noise}, Weights: []float64{3, 1}})
	assert.Nil(t, given.Nested)
	assert.Equal(t, given.Naive.MeanIoU, given.Members[0].MeanIoU, "three to one, the good one is always followed")
	assert.Greater(t, float64(given.Naive.Gain.Mean), 0.0)
}

func TestBlendMistakes(t *testing.T) {
	root := t.TempDir()
	a := crossValidated(t, filepath.Join(root, "a"))
	copied := func(name string) string {
		dir := filepath.Join(root, name)
		require.NoError(t, os.CopyFS(dir, os.DirFS(a)))
		return dir
	}
	fails := func(eo EnsembleOptions) error {
		_, err := Blend(context.Background(), eo, Options{})
		return err
	}
	other := crossValidated(t, filepath.Join(root, "other"), "data.split.seed=9")
	err := fails(EnsembleOptions{Dirs: []string{a, other}})
	assert.ErrorContains(t, err, other+" is of the split")
	assert.ErrorContains(t, err, "they must have the same folds")
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: []string{a, a + "/"}}), "is there twice")
	assert.ErrorContains(t, fails(EnsembleOptions{}), "no cross-validations")
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: []string{root}}), "is no finished cross-validation")
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: []string{a}, Combine: "max"}), `no way to combine called "max"`)
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: []string{a}, Weights: []float64{1, 2}}), "2 weights for 1 members")
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: []string{a}, Weights: []float64{1}, Fit: true}), "there are none to find")
	many := make([]string, 65)
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: many}), "65 members; allowed: up to 64")

	unfinished := copied("unfinished")
	require.NoError(t, os.Remove(filepath.Join(unfinished, OOFFolder, oof.ManifestFile)))
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: []string{a, unfinished}}), "repeat segtrain cv until all folds are done")
	gone := copied("gone")
	folder, err := oof.Open(filepath.Join(gone, OOFFolder), "")
	require.NoError(t, err)
	image := folder.Images[3]
	missing := filepath.Join(gone, OOFFolder, fmt.Sprintf("fold%d", image.Folds[0]), filepath.FromSlash(image.ID)+".npy")
	require.NoError(t, os.Remove(missing))
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: []string{a, gone}}), missing)
	named := copied("named")
	file := filepath.Join(named, OOFFolder, oof.ManifestFile)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), `"ribbon"`, `"tape"`, 1)), 0o666))
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: []string{a, named}}), "is of the classes")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Blend(ctx, EnsembleOptions{Dirs: []string{a}}, Options{})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, []string{"x", "p/cv", "q/cv"}, memberNames([]string{"r/x/", "p/cv", "q/cv"}))
}

// TestPredictEnsembleIsTheMean holds a cross-validation's prediction to the mean of what its folds write, and both to folders.
func TestPredictEnsembleIsTheMean(t *testing.T) {
	root := t.TempDir()
	dir := crossValidated(t, filepath.Join(root, "cv"))
	images := filepath.Join(dir, "fold0", DataFolder, "images")
	at := func(name string) string { return filepath.Join(root, name) }
	options := func(name string) PredictOptions {
		return PredictOptions{Inputs: []string{images}, Out: at(name), Probabilities: true, Batch: 3}
	}
	for _, fold := range []string{"fold0", "fold1"} {
		cfg, err := LoadRun(filepath.Join(dir, fold))
		require.NoError(t, err)
		_, err = Predict(context.Background(), cfg, options(fold), Options{})
		require.NoError(t, err)
	}
	m, err := LoadMembers(dir, MemberOptions{})
	require.NoError(t, err)
	require.Len(t, m.Files(), 2)
	p, err := PredictEnsemble(context.Background(), m, options("both"), Options{})
	require.NoError(t, err)
	assert.Equal(t, 16, p.Images)
	_, err = CombineFolders(context.Background(), FolderOptions{Dirs: []string{at("fold0"), at("fold1")}, Out: at("folders"), Probabilities: true}, Options{})
	require.NoError(t, err)

	differ := false
	masks, err := data.Scan(filepath.Join(root, "both", "masks"), "", data.ScanOptions{})
	require.NoError(t, err)
	require.Len(t, masks, 16)
	for _, r := range masks {
		read := func(name string) *raster.Float {
			x, err := predict.ReadProbabilities(filepath.Join(at(name), "probabilities", r.ID+".npy"))
			require.NoError(t, err)
			return x
		}
		a, b, got := read("fold0"), read("fold1"), read("both")
		for i, v := range got.Pix {
			want := float32(a.Pix[i]*0.5) + float32(b.Pix[i]*0.5)
			require.Equal(t, want, v)
			differ = differ || v != a.Pix[i]
		}
		assert.Equal(t, got, read("folders"))
		mask, err := os.ReadFile(r.Image)
		require.NoError(t, err)
		again, err := os.ReadFile(filepath.Join(root, "folders", "masks", r.ID+".png"))
		require.NoError(t, err)
		assert.Equal(t, mask, again)
	}
	assert.True(t, differ)
}

// TestOneModelIsItself: a run twice is the run, and so is a file in which nothing else has a weight.
func TestOneModelIsItself(t *testing.T) {
	root := t.TempDir()
	dir := crossValidated(t, filepath.Join(root, "cv"))
	one, at := filepath.Join(dir, "fold0"), func(name string) string { return filepath.Join(root, name) }
	options := func(name string) PredictOptions {
		return PredictOptions{Inputs: []string{filepath.Join(one, DataFolder, "images")}, Out: at(name), Probabilities: true, Batch: 3}
	}
	cfg, err := LoadRun(one)
	require.NoError(t, err)
	_, err = Predict(context.Background(), cfg, options("alone"), Options{})
	require.NoError(t, err)
	file := ensemble.File{Members: []ensemble.FileMember{{Dir: one, Weight: 2}, {Dir: dir, Weight: 0}}}
	require.NoError(t, ensemble.WriteFile(at("e.yaml"), file))
	want, err := arrays(filepath.Join(at("alone"), "probabilities"))
	require.NoError(t, err)
	require.Len(t, want, 16)
	for name, target := range map[string]string{"twice": one + "," + one, "file": at("e.yaml")} {
		m, err := LoadMembers(target, MemberOptions{})
		require.NoError(t, err)
		_, err = PredictEnsemble(context.Background(), m, options(name), Options{})
		require.NoError(t, err)
		for _, id := range want {
			a, err := os.ReadFile(probabilityFile(filepath.Join(at("alone"), "probabilities"), id))
			require.NoError(t, err)
			b, err := os.ReadFile(probabilityFile(filepath.Join(at(name), "probabilities"), id))
			require.NoError(t, err)
			require.Equal(t, a, b, name)
		}
	}
}

func TestEvaluateEnsemble(t *testing.T) {
	root := t.TempDir()
	dir := crossValidated(t, filepath.Join(root, "cv"))
	drawn := filepath.Join(dir, "fold0", DataFolder)
	eo := EvalOptions{Images: filepath.Join(drawn, "images"), Masks: filepath.Join(drawn, "masks"), FullSize: true}
	cfg, err := LoadRun(filepath.Join(dir, "fold1"))
	require.NoError(t, err)
	want, err := Evaluate(context.Background(), cfg, eo, Options{})
	require.NoError(t, err)
	m, err := LoadMembers(filepath.Join(dir, "fold1"), MemberOptions{Combine: "gmean"})
	require.NoError(t, err)
	eo.Metrics = []string{"iou"}
	got, err := EvaluateEnsemble(context.Background(), m, eo, Options{})
	require.NoError(t, err)
	assert.Equal(t, *want.FullSize, got.Report)
	assert.Len(t, got.PerImage, 16)
	assert.NotNil(t, got.Measures)
	_, err = EvaluateEnsemble(context.Background(), m, EvalOptions{}, Options{})
	assert.ErrorContains(t, err, "none of its members trained on")
}

func TestMembersThatDoNotFit(t *testing.T) {
	root := t.TempDir()
	dir := crossValidated(t, filepath.Join(root, "cv"))
	train := func(name string, settings ...string) string {
		out := filepath.Join(root, name)
		_, err := Train(context.Background(), parse(t, append([]string{"train.steps=1", "data.synth.count=16", "out=" + out}, settings...)...), Options{Again: true})
		require.NoError(t, err)
		return out
	}
	fails := func(target string, mo MemberOptions) error {
		_, err := LoadMembers(target, mo)
		return err
	}
	plain := train("plain")
	assert.NoError(t, fails(plain+","+dir, MemberOptions{}))
	named := train("named", "data.classes=[a,b,c,d,e,f]")
	assert.ErrorContains(t, fails(plain+","+named, MemberOptions{}), "have other classes")
	bits := train("bits", oneThing...)
	assert.ErrorContains(t, fails(named+","+bits, MemberOptions{}), named+" is multiclass, and "+bits+" binary")
	strict := train("strict", append([]string{"predict.threshold=[0.7]"}, oneThing...)...)
	assert.ErrorContains(t, fails(bits+","+strict, MemberOptions{}), "have other thresholds")
	assert.NoError(t, fails(bits+","+strict, MemberOptions{Settings: []string{"predict.threshold=[0.6]"}}))

	assert.ErrorContains(t, fails(plain+",", MemberOptions{}), "the name of a run is empty")
	assert.ErrorContains(t, fails(plain+","+root, MemberOptions{}), "is not a run")
	assert.ErrorContains(t, fails(plain, MemberOptions{Weights: []string{"best", "swa"}}), "has no weights swa")
	assert.ErrorContains(t, fails(plain, MemberOptions{Combine: "max"}), `no way to combine called "max"`)
	m, err := LoadMembers(plain, MemberOptions{Weights: []string{"best", "last"}})
	require.NoError(t, err)
	assert.Len(t, m.Files(), 2)
	file := filepath.Join(root, "e.yaml")
	require.NoError(t, ensemble.WriteFile(file, ensemble.File{Classes: []string{"a"}, Members: []ensemble.FileMember{{Dir: plain, Weight: 1}}}))
	assert.ErrorContains(t, fails(file, MemberOptions{}), "is of the classes a, and")
	assert.ErrorContains(t, fails(file, MemberOptions{Combine: "mean"}), "change them there")

	require.NoError(t, os.RemoveAll(filepath.Join(dir, "fold1")))
	assert.ErrorContains(t, fails(dir, MemberOptions{}), "has no fold1: repeat segtrain cv")
	log := filepath.Join(plain, "log.jsonl")
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(log, []byte(strings.ReplaceAll(string(text), `"done"`, `"killed"`)), 0o666))
	assert.ErrorContains(t, fails(plain+","+named, MemberOptions{}), plain+" is not finished")
}

func TestFolderMistakes(t *testing.T) {
	root := t.TempDir()
	write := func(dir, id string, p *raster.Float) {
		ds, err := data.NewDataset(data.Manifest{{ID: id, Image: "none"}}, data.Options{H: 1, W: 1, C: 1})
		require.NoError(t, err)
		w, err := predict.NewWriter(ds, predict.WriterOptions{Dir: filepath.Join(root, dir), Classes: p.C})
		require.NoError(t, err)
		require.NoError(t, w.Write(predict.Result{ID: id, Classes: raster.NewMask(p.H, p.W), Probabilities: p}))
	}
	half := &raster.Float{H: 1, W: 2, C: 2, Pix: []float32{0.5, 0.5, 0.1, 0.9}}
	write("a", "x", half)
	write("b", "x", &raster.Float{H: 2, W: 1, C: 2, Pix: half.Pix})
	write("c", "y", half)
	write("logits", "x", &raster.Float{H: 1, W: 2, C: 2, Pix: []float32{0.5, 0.5, 3, 0.9}})
	write("one", "x", &raster.Float{H: 1, W: 2, C: 1, Pix: []float32{0.3, 0.9}})
	combine := func(fo FolderOptions, dirs ...string) (*Combined, error) {
		for _, d := range dirs {
			fo.Dirs = append(fo.Dirs, filepath.Join(root, d))
		}
		fo.Out = filepath.Join(root, "out")
		return CombineFolders(context.Background(), fo, Options{})
	}
	for says, c := range map[string]struct {
		fo   FolderOptions
		dirs []string
	}{
		"another member's is 1×2×2":             {dirs: []string{"a", "b"}},
		"has no x.npy, which another folder":    {dirs: []string{"a", "c"}},
		"has the value 3 at pixel (x 1, y 0)":   {dirs: []string{"a", "logits"}},
		"has no probabilities (.npy)":           {dirs: []string{"nothing"}},
		"1 weights for 2 members":               {FolderOptions{Weights: []float64{1}}, []string{"a", "a"}},
		`no way to combine called "max"`:        {FolderOptions{Combine: "max"}, []string{"a"}},
		`no task "dogs"`:                        {FolderOptions{Task: "dogs"}, []string{"a"}},
		"binary does not go with 2 classes":     {FolderOptions{Task: "binary"}, []string{"a"}},
		"thresholds are for binary":             {FolderOptions{Thresholds: []float64{0.4}}, []string{"a"}},
		"threshold 2 is out of range":           {FolderOptions{Thresholds: []float64{2}}, []string{"one"}},
		"multiclass does not go with 1 classes": {FolderOptions{Task: "multiclass"}, []string{"one"}},
	} {
		_, err := combine(c.fo, c.dirs...)
		assert.ErrorContains(t, err, says)
	}
	r, err := combine(FolderOptions{Thresholds: []float64{0.35}, Weights: []float64{1, 2}}, "one", "one")
	require.NoError(t, err)
	assert.Equal(t, "binary", r.Task)
	m, err := raster.ReadMask(filepath.Join(root, "out", "masks", "x.png"), raster.MaskCode{Coding: raster.BinaryCode, Classes: 2, Ignore: -1})
	require.NoError(t, err)
	assert.Equal(t, []uint8{0, 1}, m.Pix)
	_, err = combine(FolderOptions{Task: string(metric.Multilabel)}, "a")
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(root, "out", "masks", "class_1", "x.png"))
}
