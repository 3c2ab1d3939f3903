package workflow

import (
	"context"
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/nn/decoder"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/predict"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/segtrain/refine"
	"tessera/segtrain/runs"
	"tessera/segtrain/synth"
	"tessera/segtrain/train"
)

// TestPseudoLabels looks at labels of models, which are made of one cross-validation.
func TestPseudoLabels(t *testing.T) {
	s := newPseudoSetup(t)
	for name, test := range map[string]func(*testing.T, pseudoSetup){
		"by fold": testPseudoLabelsByFold, "training": testTrainingWithPseudoLabels, "leaks": testPseudoLabelsThatLeak,
		"groups": testPseudoLabelsOfGroupsThatValidate, "mistakes": testPseudoLabelMistakes,
		"resuming": testResumeWantsTheSamePseudoLabels, "soft": testSoftPseudoLabels, "soft training": testTrainingWithSoftPseudoLabels,
		"soft replay": testReplayOfSoftPseudoLabels, "soft mistakes": testSoftPseudoLabelMistakes,
	} {
		t.Run(name, func(t *testing.T) {
			mine := s
			mine.dir = t.TempDir()
			mine.pseudo = filepath.Join(mine.dir, "pseudo")
			test(t, mine)
		})
	}
}

// A pseudoSetup is a finished cross-validation of 12 drawn pictures in two folds, and 7 pictures that have no labels.
type pseudoSetup struct {
	dir, pseudo          string // of one test
	cv, images, manifest string // of all
}

// settings are those of its runs, on the labelled pictures.
func (s pseudoSetup) config(t *testing.T, out string, settings ...string) *config.Config {
	return parse(t, append([]string{
		"data.kind=csv", "data.manifest=" + s.manifest, "data.classes=[" + strings.Join(synth.Names(), ", ") + "]",
		"data.ignore=255", "data.split.kind=kfold", "data.split.k=2", "train.epochs=2", "out=" + out,
	}, settings...)...)
}

// label labels the pictures with a rule that keeps them all.
func (s pseudoSetup) label(t *testing.T, cv, out string) *PseudoResult {
	t.Helper()
	r, err := PseudoLabel(context.Background(), cv, PseudoOptions{Inputs: []string{s.images}, Out: out, Threshold: 0.2}, Options{})
	require.NoError(t, err)
	return r
}

func newPseudoSetup(t *testing.T) pseudoSetup {
	t.Helper()
	dir := t.TempDir()
	s := pseudoSetup{cv: filepath.Join(dir, "cv"), images: filepath.Join(dir, "images"), manifest: filepath.Join(dir, "labelled.csv")}
	require.NoError(t, synth.Write(filepath.Join(dir, "drawn"), 19, 32, 32, 1, nil))
	m, err := data.ReadCSV(filepath.Join(dir, "drawn", synth.ManifestFile))
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(s.images, 0o777))
	for i := range m {
		m[i].Fold, m[i].Group = data.NoFold, ""
		if i >= 12 {
			require.NoError(t, os.Rename(m[i].Image, filepath.Join(s.images, fmt.Sprintf("new%d.png", i))))
		}
	}
	require.NoError(t, data.WriteCSV(s.manifest, m[:12]))
	_, err = CrossValidate(context.Background(), s.config(t, s.cv, "train.epochs=1"), Options{})
	require.NoError(t, err)
	return s
}

// Labels are what the models say that may label, each set by its own.
func testPseudoLabelsByFold(t *testing.T, s pseudoSetup) {
	var seen []int
	po := PseudoOptions{Inputs: []string{s.images}, Out: s.pseudo, Threshold: 0.2, Thresholds: map[string]float64{"ground": 0.4},
		Agreement: 1, Batch: 3, Done: func(done, total int) { seen = append(seen, done, total) }}
	r, err := PseudoLabel(context.Background(), s.cv, po, Options{})
	require.NoError(t, err)
	assert.Equal(t, []int{1, 7, 2, 7, 3, 7, 4, 7, 5, 7, 6, 7, 7, 7}, seen)
	require.Len(t, r.Sets, 3)
	assert.Equal(t, []int{0}, r.Sets[0].Members)
	assert.Equal(t, []int{1}, r.Sets[1].Members)
	assert.Equal(t, []int{0, 1}, r.Sets[2].Members)
	m, _, err := refine.ReadPseudo(s.pseudo)
	require.NoError(t, err)
	assert.Len(t, m.Seen, 12)
	for _, x := range m.Seen {
		require.Len(t, x.Trained, 1, x.ID)
		require.Equal(t, []int{1 - x.Trained[0]}, x.Validated, x.ID)
	}

	// The same, by each model for itself.
	ds, probabilities := memberProbabilities(t, s)
	for _, set := range r.Sets {
		list, err := refine.ReadPseudoTable(filepath.Join(s.pseudo, set.Name, refine.PseudoTable), set.SHA256)
		require.NoError(t, err)
		require.Equal(t, set.Kept, len(list))
		require.Equal(t, 7, set.Kept+len(set.Dropped))
		require.FileExists(t, filepath.Join(s.pseudo, set.Name, PseudoSheet))
		for _, line := range list {
			var members []*raster.Float
			for _, fold := range set.Members {
				members = append(members, probabilities[fold][line.ID])
			}
			want := refine.NewPseudoLabel(members, m.Rule)
			got, err := raster.ReadMask(line.Mask, raster.MaskCode{Coding: raster.IndexCode, Classes: 6, Ignore: 255})
			require.NoError(t, err)
			require.Equal(t, want.Mask, got)
			assert.InDelta(t, want.Weight, line.Weight, 1e-6)
			assert.Equal(t, set.Members, line.Members)
		}
	}
	require.Equal(t, 7, ds.Len())
	_, err = PseudoLabel(context.Background(), s.cv, po, Options{})
	assert.ErrorContains(t, err, "exists, and runs may have trained with it: choose another --out")

	// Neither threads nor batches change a bit.
	again := s.pseudo + "2"
	po.Out, po.Batch, po.Threads, po.Done = again, 1, 3, nil
	_, err = PseudoLabel(context.Background(), s.cv, po, Options{})
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(s.pseudo, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(s.pseudo, path)
		a, b := readFile(t, path), readFile(t, filepath.Join(again, rel))
		assert.Equal(t, a, b, rel)
		return nil
	}))
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// memberProbabilities predicts the pictures with each fold's best weights.
func memberProbabilities(t *testing.T, s pseudoSetup) (ds *data.Dataset, all [2]map[string]*raster.Float) {
	t.Helper()
	for fold := range all {
		all[fold] = map[string]*raster.Float{}
		cfg, err := LoadRun(filepath.Join(s.cv, fmt.Sprintf("fold%d", fold)))
		require.NoError(t, err)
		p, _, err := trained(cfg, "best")
		require.NoError(t, err)
		inputs, err := inputRecords([]string{s.images})
		require.NoError(t, err)
		ds, err = describeSource(cfg).dataset(cfg, inputs, nil)
		require.NoError(t, err)
		run := p.newPredictor(cfg)
		run.Probabilities = true
		_, err = run.Run(context.Background(), ds, func(r predict.Result) error {
			all[fold][r.ID] = r.Probabilities
			if cfg.Flags() {
				return nil
			}
			own := make([]uint8, r.Probabilities.H*r.Probabilities.W)
			decoder.Argmax(6, r.Probabilities.Pix, own)
			require.Equal(t, r.Classes.Pix, own)
			return nil
		})
		require.NoError(t, err)
	}
	return ds, all
}

// A run that was interrupted ends in the bits of one that was not, and each fold trains with its own set, in a second round too.
func testTrainingWithPseudoLabels(t *testing.T, s pseudoSetup) {
	s.label(t, s.cv, s.pseudo)
	settings := []string{"pseudo.manifest=" + s.pseudo, "pseudo.rate=0.4", "pseudo.start_epoch=1", "train.epochs=3"}
	whole, parts := filepath.Join(s.dir, "whole"), filepath.Join(s.dir, "parts")
	_, err := CrossValidate(context.Background(), s.config(t, whole, settings...), Options{})
	require.NoError(t, err)
	plain := filepath.Join(s.dir, "plain")
	_, err = CrossValidate(context.Background(), s.config(t, plain, "train.epochs=3"), Options{})
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(context.Background())
	_, err = CrossValidate(ctx, s.config(t, parts, settings...), Options{Progress: &canceller{run: 1, step: 2, cancel: cancel}})
	require.ErrorIs(t, err, train.ErrInterrupted)
	_, err = CrossValidate(context.Background(), s.config(t, parts, append(settings, "threads=2", "data.workers=3")...), Options{})
	require.ErrorContains(t, err, "was begun with another configuration")
	_, err = CrossValidate(context.Background(), s.config(t, parts, append(settings, "threads=2")...), Options{})
	require.NoError(t, err)
	a, b, without := kept(t, whole), kept(t, parts), kept(t, plain)
	for name := range a {
		assert.Equal(t, a[name], b[name], name)
	}
	assert.NotEqual(t, without["fold0/last.safetensors"], a["fold0/last.safetensors"])

	for fold := range 2 {
		dir := filepath.Join(whole, fmt.Sprintf("fold%d", fold))
		use, err := readPseudoUse(dir)
		require.NoError(t, err)
		assert.Equal(t, refine.FoldSet(fold), use.Set)
		start, err := record.ReadStart(dir)
		require.NoError(t, err)
		require.NotNil(t, start.Pseudo)
		id, err := record.ID(filepath.Join(s.cv, fmt.Sprintf("fold%d", fold)))
		require.NoError(t, err)
		assert.Equal(t, []record.Link{{ID: id, Name: fmt.Sprintf("cv/fold%d", fold)}}, start.Pseudo.Makers)
		assert.Equal(t, 7, start.Pseudo.Images)
	}

	second := s.label(t, whole, filepath.Join(s.dir, "pseudo2"))
	assert.Equal(t, 2, second.Round)
	assert.Equal(t, []int{1}, second.Sets[1].Members, "its own set did not make the model of a fold biased")
	m, _, err := refine.ReadPseudo(second.Out)
	require.NoError(t, err)
	_, sum, err := refine.ReadPseudo(s.pseudo)
	require.NoError(t, err)
	require.Len(t, m.Parents, 2)
	assert.Equal(t, refine.PseudoParent{Round: 1, SHA256: sum, Source: s.cv, Set: "fold1"}, m.Parents[1])

	require.NoError(t, os.CopyFS(filepath.Join(s.dir, "cv"), os.DirFS(s.cv))) // beside the others
	ix, err := runs.Open(s.dir)
	require.NoError(t, err)
	var children []string
	for _, n := range ix.Tree() {
		if n.Name == "cv/fold1" {
			for _, c := range n.Children {
				children = append(children, c.Name)
			}
		}
	}
	assert.Equal(t, []string{"parts/fold1", "whole/fold1"}, children)
}

// Labels of models that saw what a run validates on are refused.
func testPseudoLabelsThatLeak(t *testing.T, s pseudoSetup) {
	s.label(t, s.cv, s.pseudo)
	use := "pseudo.manifest=" + s.pseudo
	out := filepath.Join(s.dir, "run")
	for want, settings := range map[string][]string{
		"the models that made set all have seen 6 of the 6 images":         {"data.split.seed=2", "data.val.fold=1"},
		"the models that made set all have seen 4 of the 4 images":         {"data.split.k=3"},
		"so no set but all could be its own":                               {"data.split.kind=none", "data.val.fraction=0.25"},
		"they are of the classes":                                          {"data.classes=[a, b, c, d, e, f]"},
		"no " + filepath.Join(s.dir, "none") + ": make them with segtrain": {"pseudo.manifest=" + filepath.Join(s.dir, "none")},
	} {
		cfg := s.config(t, out, append([]string{use}, settings...)...)
		_, err := Train(context.Background(), cfg, Options{})
		assert.ErrorContains(t, err, want)
		assert.NoDirExists(t, out, "nothing is left of a run that is not to be")
	}
	_, err := CrossValidate(context.Background(), s.config(t, out, use, "data.split.seed=2"), Options{})
	assert.ErrorContains(t, err, "the models that made set all have seen")
	assert.NoDirExists(t, out)

	// One fold's models may not label for the other, whatever the manifest says.
	m, _, err := refine.ReadPseudo(s.pseudo)
	require.NoError(t, err)
	m.Sets[0].Members = []int{0, 1}
	require.NoError(t, m.Write(s.pseudo))
	_, err = Train(context.Background(), s.config(t, out, use), Options{})
	assert.ErrorContains(t, err, "the models that made set fold0 have seen 6 of the 6 images that this run validates on")

	// Images that no model has seen may be validated on, with the labels of all.
	m.Sets[0].Members = []int{0}
	require.NoError(t, m.Write(s.pseudo))
	fresh := s.drawn(t, "fresh", 3)
	cfg := s.config(t, out, use, "data.manifest="+fresh, "data.split.kind=none", "data.val={fold: 1}")
	r, err := Train(context.Background(), cfg, Options{})
	require.NoError(t, err)
	got, err := readPseudoUse(r.Dir)
	require.NoError(t, err)
	assert.Equal(t, refine.AllFolds, got.Set)
}

// drawn writes a manifest of the labelled pictures in fold 0 and n others in fold 1.
func (s pseudoSetup) drawn(t *testing.T, name string, n int) string {
	t.Helper()
	dir := filepath.Join(s.dir, name)
	require.NoError(t, synth.Write(dir, n, 32, 32, 77, nil))
	m, err := data.ReadCSV(s.manifest)
	require.NoError(t, err)
	more, err := data.ReadCSV(filepath.Join(dir, synth.ManifestFile))
	require.NoError(t, err)
	for i := range m {
		m[i].Fold = 0
	}
	for i := range more {
		more[i].Fold, more[i].ID, more[i].Group = 1, "fresh"+fmt.Sprint(i), ""
	}
	file := filepath.Join(s.dir, name+".csv")
	require.NoError(t, data.WriteCSV(file, append(m, more...)))
	return file
}

// Images of a group that validates are left out.
func testPseudoLabelsOfGroupsThatValidate(t *testing.T, s pseudoSetup) {
	s.label(t, s.cv, s.pseudo)
	cfg := s.config(t, "", "pseudo.manifest="+s.pseudo)
	src, err := openSource(cfg, "")
	require.NoError(t, err)
	src.val[0].Group = "a"
	m, _, err := refine.ReadPseudo(s.pseudo)
	require.NoError(t, err)
	file := filepath.Join(s.pseudo, "fold0", refine.PseudoTable)
	list, err := refine.ReadPseudoTable(file, m.Sets[0].SHA256)
	require.NoError(t, err)
	list[2].Group, list[3].Group, list[4].Group = "a", "b", "a"
	m.Sets[0].SHA256, err = refine.WritePseudoTable(file, list)
	require.NoError(t, err)
	require.NoError(t, m.Write(s.pseudo))
	left, err := src.openPseudo(cfg)
	require.NoError(t, err)
	assert.Equal(t, 2, left)
	assert.Len(t, src.pseudo.list(), 5)

	for i := range list {
		list[i].Group = "a"
	}
	m.Sets[0].SHA256, err = refine.WritePseudoTable(file, list)
	require.NoError(t, err)
	require.NoError(t, m.Write(s.pseudo))
	_, err = src.openPseudo(cfg)
	assert.ErrorContains(t, err, "keeps no image but 7 of groups that validate")
}

func testPseudoLabelMistakes(t *testing.T, s pseudoSetup) {
	label := func(change func(*PseudoOptions)) error {
		po := PseudoOptions{Inputs: []string{s.images}, Out: s.pseudo, Threshold: 0.9}
		change(&po)
		_, err := PseudoLabel(context.Background(), s.cv, po, Options{})
		assert.NoFileExists(t, filepath.Join(s.pseudo, refine.PseudoFile))
		return err
	}
	m, err := data.ReadCSV(s.manifest)
	require.NoError(t, err)
	copied := filepath.Join(s.dir, "copied.png")
	require.NoError(t, os.WriteFile(copied, []byte(readFile(t, m[3].Image)), 0o666))
	empty := filepath.Join(s.dir, "empty")
	require.NoError(t, os.Mkdir(empty, 0o777))
	named := filepath.Join(s.dir, "named", m[3].ID+".png")
	require.NoError(t, os.MkdirAll(filepath.Dir(named), 0o777))
	require.NoError(t, os.WriteFile(named, []byte(readFile(t, filepath.Join(s.images, "new12.png"))), 0o666))
	for want, change := range map[string]func(*PseudoOptions){
		`"copied" is the image "` + m[3].ID + `"`:        func(o *PseudoOptions) { o.Inputs = []string{copied} },
		"a labelled image is called":                     func(o *PseudoOptions) { o.Inputs = []string{filepath.Join(s.dir, "named")} },
		"no images":                                      func(o *PseudoOptions) { o.Inputs = []string{empty} },
		"no such file":                                   func(o *PseudoOptions) { o.Inputs = []string{"nowhere"} },
		"the threshold of class 0 is 1.5":                func(o *PseudoOptions) { o.Threshold = 1.5 },
		`a threshold is for the class "cat"; there are:`: func(o *PseudoOptions) { o.Thresholds = map[string]float64{"cat": 0.5} },
		"agreement is -1":                                func(o *PseudoOptions) { o.Agreement = -1 },
	} {
		assert.ErrorContains(t, label(change), want)
	}
	_, err = PseudoLabel(context.Background(), s.images, PseudoOptions{Out: s.pseudo}, Options{})
	assert.ErrorContains(t, err, "is no finished cross-validation")

	// Weights of another training, and a fold that is gone.
	best := filepath.Join(s.cv, "fold1", record.BestFile)
	first := readFile(t, best)
	require.NoError(t, os.WriteFile(best, []byte(readFile(t, filepath.Join(s.cv, "fold0", record.BestFile))), 0o666))
	assert.ErrorContains(t, label(func(*PseudoOptions) {}), "was trained again since the out-of-fold predictions")
	require.NoError(t, os.WriteFile(best, []byte(first), 0o666))
	require.NoError(t, os.Rename(filepath.Join(s.cv, "fold1", record.LogFile), filepath.Join(s.cv, "moved")))
	assert.ErrorContains(t, label(func(*PseudoOptions) {}), "fold1 is no finished run: repeat segtrain cv until all folds are done")
	require.NoError(t, os.Rename(filepath.Join(s.cv, "moved"), filepath.Join(s.cv, "fold1", record.LogFile)))

	broken := filepath.Join(s.dir, "broken.png")
	text := readFile(t, filepath.Join(s.images, "new12.png"))
	require.NoError(t, os.WriteFile(broken, []byte(text[:len(text)/2]), 0o666))
	assert.ErrorContains(t, label(func(o *PseudoOptions) { o.Inputs = append(o.Inputs, broken) }), "broken.png")

	ctx, cancel := context.WithCancel(context.Background())
	po := PseudoOptions{Inputs: []string{s.images}, Out: s.pseudo, Done: func(int, int) { cancel() }}
	_, err = PseudoLabel(ctx, s.cv, po, Options{})
	assert.ErrorIs(t, err, context.Canceled)
	assert.NoFileExists(t, filepath.Join(s.pseudo, refine.PseudoFile))
}

// A run goes on with the labels that it began with.
func testResumeWantsTheSamePseudoLabels(t *testing.T, s pseudoSetup) {
	s.label(t, s.cv, s.pseudo)
	ctx, cancel := context.WithCancel(context.Background())
	cfg := s.config(t, filepath.Join(s.dir, "run"), "pseudo.manifest="+s.pseudo)
	_, err := Train(ctx, cfg, Options{Progress: &canceller{run: 1, step: 1, cancel: cancel}})
	require.ErrorIs(t, err, train.ErrInterrupted)
	require.NoError(t, os.RemoveAll(s.pseudo))
	_, err = PseudoLabel(context.Background(), s.cv, PseudoOptions{Inputs: []string{s.images}, Out: s.pseudo, Threshold: 0.21}, Options{})
	require.NoError(t, err)
	resumed, err := LoadRun(cfg.Out)
	require.NoError(t, err)
	_, err = Resume(context.Background(), resumed, Options{})
	assert.ErrorContains(t, err, "began with other pseudo-labels")

	file := filepath.Join(s.pseudo, "fold0", refine.PseudoTable)
	rows, err := csv.NewReader(strings.NewReader(readFile(t, file))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 8)
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(rows[0], ",")+"\n"), 0o666))
	_, err = Resume(context.Background(), resumed, Options{})
	assert.ErrorContains(t, err, "was changed: its hash is")
}
