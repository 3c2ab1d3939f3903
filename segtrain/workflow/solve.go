package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/solve"
	"tessera/segtrain/submission"
)

// Files in the directory that Solve works in, beside solve.MarksFile. Those of its stages have names of their own.
const (
	SolvePlanFile   = "solve.yaml"  // the configuration that was trained
	SolveTextFile   = "solve.md"    // the report as text
	SolveReportFile = "report.html" // and as a page
)

// SolveOptions say what Solve is given.
type SolveOptions struct {
	Images, Masks string   // folders to train with, and
	Recipe        string   // a preset for them; or
	Config        string   // a configuration
	Test          []string // images to predict, and folders of them
	Out           string   // directory of the work
	Sample        string   // the competition's sample of a submission; empty: none
	Hours         float64  // that everything may take; 0: no matter
	Folds, Epochs int      // 0: as the configuration says, or 5 folds
	Settings      []string // put over the configuration
	Redo          string   // a stage to be done again

	// Count shows that so many things of a kind are done, until stop; nil: nowhere.
	Count func(what string) (done func(done, total int), stop func())
}

// A Solution is what Solve came to.
type Solution struct {
	Dir        string        `json:"dir"`
	Stages     []*solve.Mark `json:"stages"`
	Submission string        `json:"submission"`
	Report     string        `json:"report"`
	Summary    [][2]string   `json:"summary"` // names and numbers
	Warnings   []string      `json:"warnings"`
}

// Solve goes from pictures and masks to a submission: it writes a configuration, checks the data, parts it into folds, tests and
// forecasts a run, trains all folds, measures them together, measures views and fits post-processing on what no model trained
// with, predicts, writes the submission, and reports. Stages that are done are not done again (see package solve), so that the
// same call goes on after an interruption, and ends in the same masks. When ctx ends, the error is train.ErrInterrupted.
func Solve(ctx context.Context, so SolveOptions, o Options) (*Solution, error) {
	s := &solver{SolveOptions: so, Options: o.withDefaults()}
	if err := s.begin(); err != nil {
		return nil, err
	}
	s.runner = &solve.Runner{Dir: so.Out, Stages: s.stages(), Redo: so.Redo, Tell: func(stage, what string) {
		s.Log.Info("stage "+stage, "state", what)
	}}
	marks, err := s.runner.Run(ctx)
	if err != nil {
		return nil, fullDisk(err)
	}
	return &Solution{Dir: so.Out, Stages: marks.Stages, Submission: s.submitted.Out, Report: s.path(SolveReportFile),
		Summary: s.summary(), Warnings: s.warnings()}, nil
}

// solver is a Solve at work. What stages came to is there as soon as they are done.
type solver struct {
	SolveOptions
	Options
	runner *solve.Runner
	test   data.Manifest

	loaded   bool
	cfg      *config.Config // of config.yaml, with the settings
	origin   *config.Config // where somebody wrote it
	settings []string       // that are put over config.yaml
	chosen   []string       // notes on settings that were not given
	dataHash string

	seen      solveData
	folds     Folds
	plan      solvePlan
	cv        solveCV
	together  solveTogether
	views     solveViews
	post      solvePost
	predicted solvePrediction
	submitted submission.Result
}

func (s *solver) path(name string) string { return filepath.Join(s.Out, name) }

// begin reports what can be known to be wrong before the first stage.
func (s *solver) begin() error {
	switch {
	case (s.Config == "") == (s.Images == "" && s.Masks == ""):
		return errors.New("there must be either folders of images and masks, or a configuration")
	case s.Config == "" && (s.Images == "" || s.Masks == ""):
		return errors.New("there must be a folder of images and one of masks")
	case s.Out == "":
		return errors.New("there must be a directory to work in")
	case s.Config != "" && s.Recipe != "":
		return errors.New("a recipe is for a configuration that is yet to be written; give folders in place of the configuration")
	case s.Hours < 0, s.Folds < 0, s.Folds == 1, s.Epochs < 0:
		return fmt.Errorf("%g hours, %d folds, %d epochs: hours and epochs are above zero, and folds two or more", s.Hours, s.Folds, s.Epochs)
	case len(s.Test) == 0:
		return errors.New("there must be a folder of images to predict")
	}
	var err error
	if s.test, err = inputRecords(s.Test); err != nil {
		return fmt.Errorf("the images to predict: %w", err)
	}
	if s.Sample != "" {
		if _, err := os.Stat(s.Sample); err != nil {
			return fmt.Errorf("sample: %w", err)
		}
	}
	return nil
}

// stages are those of the work, in their order.
func (s *solver) stages() []solve.Stage {
	return []solve.Stage{
		{Name: "init", Inputs: s.initInputs, Run: s.runInit, Outputs: []string{solveConfig}},
		{Name: "check", Inputs: s.checkInputs, Run: s.runCheck, Load: into(&s.seen), Outputs: []string{"check"}},
		{Name: "split", Inputs: s.splitInputs, Run: s.runSplit, Load: into(&s.folds), Outputs: []string{"split.csv", "split.csv.sha256", "split.png"}},
		{Name: "debug", Inputs: s.debugInputs, Run: s.runDebug, Load: into(&s.plan), Outputs: []string{solveDebug, SolvePlanFile}},
		{Name: "cv", Inputs: s.cvInputs, Run: s.runCV, Load: into(&s.cv), Takes: s.cvTakes, Outputs: []string{solveCVDir}, GoesOn: true},
		{Name: "ensemble", Inputs: s.oofInputs, Run: s.runEnsemble, Load: into(&s.together), Outputs: []string{solveEnsemble, "ensemble.html"}},
		{Name: "tta", Inputs: s.viewInputs, Run: s.runViews, Load: into(&s.views), Takes: s.viewsTake},
		{Name: "post", Inputs: s.postInputs, Run: s.runPost, Load: into(&s.post), Outputs: []string{solvePostFile}},
		{Name: "predict", Inputs: s.predictInputs, Run: s.runPredict, Load: into(&s.predicted), Takes: s.predictTakes,
			Outputs: []string{solveMasks}},
		{Name: "submit", Inputs: s.submitInputs, Run: s.runSubmit, Load: into(&s.submitted), Outputs: []string{solveTable, solveFolder}},
		{Name: "report", Inputs: s.reportInputs, Run: s.runReport, Outputs: []string{SolveReportFile, SolveTextFile}},
	}
}

// into returns what reads the result of a stage.
func into(result any) func(json.RawMessage) error {
	return func(text json.RawMessage) error { return json.Unmarshal(text, result) }
}

// count shows progress of a kind.
func (s *solver) count(what string) (done func(done, total int), stop func()) {
	if s.Count == nil {
		return nil, func() {}
	}
	return s.Count(what)
}

// fullDisk says of a full disk how to go on.
func fullDisk(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w; when there is room, the same command goes on", err)
	}
	return err
}
