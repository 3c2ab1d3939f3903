package workflow

import (
	"context"
	"flag"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/solve"
	"tessera/segtrain/split"
	"tessera/segtrain/submission"
	"tessera/segtrain/synth"
	"tessera/segtrain/train"
)

// solvable draws pictures and masks to train with, and pictures to predict.
func solvable(t *testing.T) SolveOptions {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, synth.Write(filepath.Join(dir, "set"), 16, 48, 48, 3, nil))
	require.NoError(t, synth.Write(filepath.Join(dir, "more"), 4, 40, 56, 5, nil))
	return SolveOptions{
		Images: filepath.Join(dir, "set/images"), Masks: filepath.Join(dir, "set/masks"), Test: []string{filepath.Join(dir, "more/images")},
		Out: filepath.Join(dir, "out"), Folds: 2, Epochs: 2,
		Settings: []string{"data.size=[32, 32]", "model.decoder_channels=[8, 8, 8, 8, 8]", "train.batch=4", "model.encoder=small"},
	}
}

// staged cancels a Solve in a stage: as soon as the stage shows any progress, or where it shows none when it begins.
type staged struct {
	noProgress
	slog.Handler
	stage  string
	cancel func()
	now    string // the stage under way
	began  []string
}

func (s *staged) Handle(_ context.Context, r slog.Record) error {
	if name, ok := strings.CutPrefix(r.Message, "stage "); ok {
		r.Attrs(func(a slog.Attr) bool {
			if what := a.Value.String(); strings.HasPrefix(what, "begins") {
				s.now, s.began = name, append(s.began, name)
			}
			return true
		})
		if s.now != "" && s.now == s.stage && strings.Contains("init split predict report", s.now) {
			s.cancel()
		}
	}
	return nil
}

func (s *staged) Enabled(context.Context, slog.Level) bool { return true }
func (s *staged) WithAttrs([]slog.Attr) slog.Handler       { return s }
func (s *staged) WithGroup(string) slog.Handler            { return s }
func (s *staged) Step(train.StepEvent)                     { s.moved() }

func (s *staged) moved() {
	if s.now != "" && s.now == s.stage {
		s.cancel()
	}
}

// until runs Solve and stops it in a stage; with no stage it runs to its end.
func until(t *testing.T, so SolveOptions, stage string) (*Solution, []string, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s := &staged{stage: stage, cancel: cancel}
	so.Count = func(string) (func(int, int), func()) { return func(int, int) { s.moved() }, func() {} }
	r, err := Solve(ctx, so, Options{Log: slog.New(s), Progress: s})
	return r, s.began, err
}

// made are the bytes of masks, submission and settings that Solve makes.
func made(t *testing.T, dir string) map[string]string {
	files := map[string]string{}
	for _, name := range []string{solveMasks, solveFolder, solveTable, SolvePlanFile, solvePostFile, "split.csv", solveCVDir + "/oof"} {
		err := filepath.WalkDir(filepath.Join(dir, name), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return nil
			}
			text, err := os.ReadFile(path)
			rel, _ := filepath.Rel(dir, path)
			files[filepath.ToSlash(rel)] = strings.ReplaceAll(string(text), dir, "DIR")
			return err
		})
		require.NoError(t, err)
	}
	return files
}

var long = flag.Bool("long", false, "run what takes minutes")

var solveStages = []string{"init", "check", "split", "debug", "cv", "ensemble", "tta", "post", "predict", "submit", "report"}

func TestSolveGoesOnFromEveryStage(t *testing.T) {
	if !*long {
		t.Skip("trains four models of each task and interrupts every stage: make long")
	}
	for _, task := range []string{"multiclass", "binary", "multilabel"} {
		t.Run(task, func(t *testing.T) { solveGoesOn(t, task) })
	}
}

// solvableBy is solvable of a task.
func solvableBy(t *testing.T, task string) SolveOptions {
	t.Helper()
	so := solvable(t)
	if task == "multiclass" {
		return so
	}
	head := "{kind: folders, images: " + so.Images + ", masks: " + so.Masks + ", classes: [thing], mask: {map: {0: 0, 1: 1, 2: 0, 3: 0, 4: 0, 5: 0}}}"
	if task == "multilabel" {
		cfg := parse(t, overlapped(t, 16)...)
		head = "{kind: folders, images: " + cfg.Data.Images + ", masks: " + cfg.Data.Masks + ", classes: [any, odd], mask: {code: bits}}"
	}
	so.Config, so.Images, so.Masks = filepath.Join(t.TempDir(), "flags.yaml"), "", ""
	require.NoError(t, os.WriteFile(so.Config, []byte("task: "+task+"\ndata: "+head+"\nloss: [bce, dice]\n"), 0o666))
	return so
}

func solveGoesOn(t *testing.T, task string) {
	so := solvableBy(t, task)
	whole, began, err := until(t, so, "")
	require.NoError(t, err)
	assert.Equal(t, solveStages, began)
	for _, m := range whole.Stages {
		t.Logf("%s %.1f s", m.Stage, m.Seconds)
	}
	want := made(t, so.Out)
	folder := map[bool]string{true: "odd/"}[task == "multilabel"] // of a class
	require.Contains(t, want, "submission/"+folder+filepath.Base(strings.TrimSuffix(firstOf(t, so.Test[0]), filepath.Ext(firstOf(t, so.Test[0]))))+".png")
	assert.Contains(t, whole.Submission, "submission")

	parts := so
	parts.Out = filepath.Join(t.TempDir(), "parts")
	for _, stage := range solveStages {
		_, _, err := until(t, parts, stage)
		require.ErrorIs(t, err, train.ErrInterrupted, stage)
	}
	_, began, err = until(t, parts, "")
	require.NoError(t, err)
	assert.LessOrEqual(t, len(began), 1, "all but the report was done: %v", began)
	got := made(t, parts.Out)
	assert.Len(t, got, len(want))
	for name, text := range want {
		assert.True(t, got[name] == text, "%s has other bytes", name)
	}
	_, began, err = until(t, parts, "")
	require.NoError(t, err)
	assert.Empty(t, began, "nothing is done twice")

	t.Run("changed", func(t *testing.T) { solveRefusesChanges(t, parts) })
	t.Run("redo", func(t *testing.T) { solveDoesAStageAgain(t, parts) })
	t.Run("report", func(t *testing.T) { solveReports(t, parts) })
}

// solveRefusesChanges expects that what was done with other options is not taken for done.
func solveRefusesChanges(t *testing.T, so SolveOptions) {
	other := so
	other.Epochs = 3
	_, _, err := until(t, other, "")
	var changed *solve.ChangedError
	require.ErrorAs(t, err, &changed)
	assert.Equal(t, "debug", changed.Stage)

	other = so
	other.Settings = append([]string{"submit.format=png"}, so.Settings...)
	_, _, err = until(t, other, "")
	require.ErrorAs(t, err, &changed)
	assert.Equal(t, &solve.ChangedError{Stage: "check", State: "done", Inputs: []string{"look of the submission"}}, changed)
}

func solveDoesAStageAgain(t *testing.T, so SolveOptions) {
	so.Redo = "predict"
	_, began, err := until(t, so, "")
	require.NoError(t, err)
	assert.Equal(t, []string{"predict", "report"}, began, "equal masks need no other submission")
	assert.DirExists(t, filepath.Join(so.Out, solve.OldFolder, "predict", solveMasks))
}

func solveReports(t *testing.T, so SolveOptions) {
	page, err := os.ReadFile(filepath.Join(so.Out, SolveReportFile))
	require.NoError(t, err)
	for _, want := range []string{"Worst images", "Test-time augmentation", "segtrain cv ", "data:image/png", "fold 1", "loss falls"} {
		assert.Contains(t, string(page), want)
	}
}

func firstOf(t *testing.T, dir string) string {
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	return files[0].Name()
}

func TestSolveMistakes(t *testing.T) {
	empty := t.TempDir()
	sample := filepath.Join(t.TempDir(), "sample.csv")
	require.NoError(t, os.WriteFile(sample, []byte("ImageId,ClassId,EncodedPixels\nnobody.png,1,\n"), 0o666))
	odd := filepath.Join(t.TempDir(), "odd.csv")
	require.NoError(t, os.WriteFile(odd, []byte("what,ever,x,y\n1,2,3,4\n"), 0o666))
	for name, x := range map[string]struct {
		change func(*SolveOptions)
		want   string
	}{
		"nothing to predict": {func(o *SolveOptions) { o.Test = []string{empty} }, "the images to predict"},
		"no folder":          {func(o *SolveOptions) { o.Test = []string{"nowhere"} }, "nowhere"},
		"both":               {func(o *SolveOptions) { o.Config = "a.yaml" }, "either folders"},
		"one fold":           {func(o *SolveOptions) { o.Folds = 1 }, "folds two or more"},
		"no sample":          {func(o *SolveOptions) { o.Sample = "nowhere.csv" }, "sample"},
		"other ids":          {func(o *SolveOptions) { o.Sample = sample }, "missing"},
		"unknown columns":    {func(o *SolveOptions) { o.Sample = odd }, "submit.rle.dialect"},
		"no such stage":      {func(o *SolveOptions) { o.Redo = "train" }, "there are: init, check"},
		"no such recipe":     {func(o *SolveOptions) { o.Recipe = "none" }, "none"},
		"flags":              {func(o *SolveOptions) { o.Settings = append(o.Settings, "task=multilabel") }, "data.masks or data.pattern needs {class}"},
		"a broken mask": {func(o *SolveOptions) {
			require.NoError(t, os.WriteFile(filepath.Join(o.Masks, firstOf(t, o.Masks)), []byte("x"), 0o666))
		}, "firstmask"},
	} {
		t.Run(name, func(t *testing.T) {
			so := solvable(t)
			if x.want == "firstmask" {
				x.want = firstOf(t, so.Masks)
			}
			x.change(&so)
			_, _, err := until(t, so, "cv")
			require.Error(t, err)
			assert.NotErrorIs(t, err, train.ErrInterrupted)
			assert.Contains(t, err.Error(), x.want)
			assert.NoDirExists(t, filepath.Join(so.Out, solveCVDir), "nothing is trained before")
		})
	}
}

// A sample with columns of one known dialect says how the submission looks.
func TestSolveTakesTheDialectOfTheSample(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s.csv")
	require.NoError(t, os.WriteFile(file, []byte("img_id,mask_rle\na,-1\n"), 0o666))
	s := &solver{SolveOptions: SolveOptions{Sample: file}, origin: parse(t)}
	look, err := s.look(s.origin)
	require.NoError(t, err)
	assert.Equal(t, []string{"submit.format=rle", "submit.rle.dialect=dacon"}, look)
	s.origin = parse(t, "submit.format=png")
	look, err = s.look(s.origin)
	require.NoError(t, err)
	assert.Empty(t, look, "what is said stands")
	s.Sample, s.origin = "", parse(t)
	look, err = s.look(s.origin)
	require.NoError(t, err)
	assert.Equal(t, []string{"submit.format=" + string(submission.Palette)}, look)
	for _, sample := range []string{"", "folder", "sample.zip"} {
		s.Sample = sample
		look, err = s.look(parse(t, oneThing...))
		require.NoError(t, err)
		assert.Equal(t, []string{"submit.format=" + string(submission.Binary)}, look, "0 and 255")
	}
	s.Sample = file
	look, err = s.look(parse(t, oneThing...))
	require.NoError(t, err)
	assert.Equal(t, "submit.rle.dialect=dacon", look[1])
}

func TestShell(t *testing.T) {
	for word, want := range map[string]string{"a/b.yaml": "a/b.yaml", "x=[1, 2]": "'x=[1, 2]'", "it's": `'it'\''s'`, "": "''"} {
		assert.Equal(t, want, shell(word))
	}
}

// What is given up for time stands in the configuration that is trained, and in the table of folds.
func TestSolveGivesUpForTime(t *testing.T) {
	so := solvable(t)
	so.Folds = 4
	require.NoError(t, os.MkdirAll(so.Out, 0o777))
	s := &solver{SolveOptions: so, Options: Options{}.withDefaults()}
	require.NoError(t, s.begin())
	_, err := s.runInit(context.Background())
	require.NoError(t, err)
	require.NoError(t, s.load())
	f, err := s.split(s.cfg)
	require.NoError(t, err)
	s.folds = *f
	c := s.cost(&Forecast{Steps: 6, Epochs: 2, Step: 1, Validation: 0.4, Snapshot: 0.5})
	assert.Equal(t, 16, c.Images)
	assert.Equal(t, 4, c.Tests)
	assert.InDelta(t, 0.1, c.Image, 1e-9, "four images validate")
	assert.InDelta(t, 1+2+4+8+3.125+6.25+3, c.Views, 1e-12)

	p := &solvePlan{Wanted: solve.Size{Epochs: 2, Folds: 4, Pixels: [2]int{32, 32}}, Size: solve.Size{Epochs: 1, Folds: 2, Pixels: [2]int{32, 64}}}
	require.NoError(t, s.settle(p))
	require.NotNil(t, p.Folds)
	assert.Equal(t, 2, p.Folds.K)
	cfg, err := s.trainedConfig()
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2, 32, 64}, []int{cfg.Train.Epochs, cfg.Data.Split.K, cfg.Data.Size[0], cfg.Data.Size[1]})
	assert.False(t, cfg.Debug)
	table, err := split.ReadFile(s.path("split.csv"))
	require.NoError(t, err)
	assert.Equal(t, 2, table.Folds())
	assert.Equal(t, p.Folds.Hash, table.Hash())
}
