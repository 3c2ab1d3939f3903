package workflow

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/solve"
	"tessera/segtrain/submission"
	"tessera/segtrain/survey"
)

// solveConfig is the configuration that the first stage writes, for the user to read and to change.
const solveConfig = "config.yaml"

// initInputs are the folders, or the configuration.
func (s *solver) initInputs() ([]solve.Input, error) {
	if s.Config != "" {
		in, err := solve.Files("configuration", s.Config)
		return []solve.Input{in}, err
	}
	return []solve.Input{{Name: "folder of images", Value: absolute(s.Images)}, {Name: "folder of masks", Value: absolute(s.Masks)},
		{Name: "recipe", Value: s.Recipe}}, nil
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// runInit writes config.yaml.
func (s *solver) runInit(context.Context) (any, error) {
	if s.Config != "" {
		cfg, err := config.Load(s.Config)
		if err != nil {
			return nil, err
		}
		cfg.Out = ""
		text := "# " + filepath.Base(s.Config) + " with all keys.\n" + string(cfg.Marshal())
		return nil, writeText(s.path(solveConfig), text)
	}
	facts, err := Inspect(s.Images, s.Masks)
	if err != nil {
		return nil, err
	}
	_, err = WriteConfig(s.path(solveConfig), *facts, s.Recipe)
	return facts, err
}

// solveData is what the check of the data came to.
type solveData struct {
	Parts    []survey.PartCount  `json:"parts"`
	Sizes    []survey.SizeCount  `json:"sizes"` // the commonest
	Classes  []survey.ClassCount `json:"classes"`
	Ignored  survey.ClassCount   `json:"ignored"`
	Empty    int                 `json:"empty"`
	Alike    int                 `json:"alike"` // sets of images
	Leaks    int                 `json:"leaks"` // pairs that are parted
	Warnings []string            `json:"warnings"`
}

// checkInputs are the keys and files of the data, and the images to predict.
func (s *solver) checkInputs() ([]solve.Input, error) {
	if err := s.load(); err != nil {
		return nil, err
	}
	inputs := []solve.Input{s.about("configuration of the data", "task", "data.kind", "data.images", "data.masks", "data.pattern",
		"data.manifest", "data.annotations", "data.background", "data.overlap", "data.unlisted", "data.rle", "data.group", "data.val",
		"data.split", "data.synth", "data.classes", "data.ignore", "data.mask", "data.audit", "data.channels"),
		{Name: "set of images and masks", Value: s.dataHash}, {Name: "set of images to predict", Value: listing(s.test, nil)}}
	return s.withSample(inputs)
}

// withSample adds the sample and how the submission looks.
func (s *solver) withSample(inputs []solve.Input) ([]solve.Input, error) {
	inputs = append(inputs, s.about("look of the submission", "submit"))
	if strings.ToLower(filepath.Ext(s.Sample)) == ".csv" || strings.ToLower(filepath.Ext(s.Sample)) == ".zip" {
		in, err := solve.Files("sample", s.Sample)
		return append(inputs, in), err
	}
	return append(inputs, solve.Input{Name: "sample", Value: s.Sample}), nil
}

// runCheck looks at every file, and whether the images to predict are those of the sample.
func (s *solver) runCheck(ctx context.Context) (any, error) {
	if err := s.fitsSample(); err != nil {
		return nil, err
	}
	done, stop := s.count("images")
	found, err := CheckData(ctx, s.cfg, CheckOptions{Test: s.Test, Out: s.path("check"), Progress: done})
	stop()
	if err != nil {
		return nil, err
	}
	if err := found.Findings.Err(); err != nil {
		return nil, fmt.Errorf("training cannot go on with these files; put them right, or change %s, and repeat the command; see %s:\n%w",
			s.path(solveConfig), s.path("check/"+CheckFile), err)
	}
	r := &solveData{Parts: found.Parts, Sizes: found.Sizes[:min(8, len(found.Sizes))], Classes: found.Classes, Ignored: found.Ignored,
		Empty: found.Empty, Alike: len(found.Alike), Leaks: len(found.Leaks), Warnings: []string{}}
	for _, w := range found.Findings.Warnings() {
		r.Warnings = append(r.Warnings, w.Kind+": "+w.String())
		s.Log.Warn(w.Kind, "found", w.String())
	}
	return r, nil
}

// fitsSample compares the names of the images to predict with those of the sample.
func (s *solver) fitsSample() error {
	spec, err := submissionSpec(s.cfg)
	if err != nil {
		return err
	}
	var ids []string
	for _, r := range s.test {
		ids = append(ids, r.ID)
	}
	var o submission.Options
	if s.Sample != "" && spec.Format == submission.RLE {
		o.Sample, err = submission.ReadSample(s.Sample, spec.Table)
	} else if s.Sample != "" {
		o.Pictures, err = submission.ReadPictures(s.Sample)
	}
	if err != nil {
		return err
	}
	return submission.Fits(ids, strings.Join(s.Test, ", "), spec, o)
}

// splitInputs are those of the check, since masks are read.
func (s *solver) splitInputs() ([]solve.Input, error) {
	return []solve.Input{s.about("configuration of the split", "task", "data.split", "data.val", "data.group", "data.classes", "data.ignore",
		"data.mask", "scale"), {Name: "set of images and masks", Value: s.dataHash}}, nil
}

// runSplit parts the images and writes the table of folds.
func (s *solver) runSplit(context.Context) (any, error) { return s.split(s.cfg) }

func (s *solver) split(cfg *config.Config) (*Folds, error) {
	f, err := Split(cfg, s.Options)
	if err != nil {
		return nil, err
	}
	return f, errors.Join(f.Write(s.path("split.csv")), f.Plot(s.path("split.png")))
}

// samples counts what is parted into folds.
func (f *Folds) samples() int { return f.Balance.All.Images }
