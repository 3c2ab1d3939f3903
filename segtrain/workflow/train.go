package workflow

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// DataFolder is where a run of the procedural set keeps its pictures.
const DataFolder = "data"

// ErrFinished says that a run to be resumed has nothing left to do.
var ErrFinished = errors.New("the run is finished")

// Train trains as the configuration says, in a new run directory: cfg.Out, or a new one below runs. Mistakes in the
// configuration are found before anything is created. When ctx ends, the step under way is finished and a snapshot
// written; the error is then train.ErrInterrupted, and the result tells the directory for Resume.
//
// An experiment that the runs beside it have done is ErrRepeated, and one that differs from o.From in more than one condition
// ErrManyChanges, unless the options say otherwise.
func Train(ctx context.Context, cfg *config.Config, o Options) (*Result, error) {
	if len(cfg.Train.Seeds) > 0 {
		return nil, cfg.Mistake("train.seed", "is a list, and this is one run: TrainSeeds trains them all")
	}
	parts, err := build(cfg)
	if err != nil {
		return nil, err
	}
	if err := parts.fits(cfg, availableMemory()); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	tellPrecision(cfg, o.Log)
	from, err := startWeights(ctx, cfg, parts.model, o.Log)
	if err != nil {
		return nil, err
	}
	final := *cfg
	final.Debug = false // this is the run that a debug run is for
	if final.Out == "" {
		final.Out = record.AutoName("runs")
	}
	s := &session{cfg: &final, parts: parts, Options: o}
	if record.Is(final.Out) {
		_, err := record.Create(final.Out) // says what to do about it
		return nil, err
	}
	start, err := s.prepare(from)
	if err != nil {
		return nil, err
	}
	warnFrozen(cfg, from, o.Log)
	if s.run, err = record.Create(final.Out); err != nil {
		return nil, err
	}
	defer s.run.Close()
	if err := errors.Join(s.begin(start), s.tellLight()); err != nil {
		return nil, err
	}
	s.hint()
	if err := s.startedFrom(from); err != nil {
		return nil, err
	}
	return s.fit(ctx, false)
}

// Resume goes on with a run, whose configuration LoadRun read, from its newest snapshot. It ends in the same weights
// as a run that was never interrupted. A run that is finished is an error that wraps ErrFinished.
func Resume(ctx context.Context, cfg *config.Config, o Options) (*Result, error) {
	dir := cfg.Out
	if cfg.Debug {
		return nil, fmt.Errorf("%s is a debug run, which takes minutes: start it again rather", dir)
	}
	parts, err := build(cfg)
	if err != nil {
		return nil, err
	}
	if err := parts.fits(cfg, availableMemory()); err != nil {
		return nil, err
	}
	s := &session{cfg: cfg, parts: parts, Options: o.withDefaults()}
	if s.run, err = record.Open(dir); err != nil {
		return nil, err
	}
	defer s.run.Close()
	if err := s.unfinished(); err != nil {
		return nil, err
	}
	if err := s.samePrecision(); err != nil {
		return nil, err
	}
	if err := s.openData(); err != nil {
		return nil, err
	}
	if err := errors.Join(s.run.CheckSplit(s.splitEvent()), s.sameActions(), s.checkPseudo()); err != nil {
		return nil, err
	}
	_, err = os.Stat(s.run.Path(train.StateFile))
	resumed := err == nil
	var from *record.Weights
	if !resumed { // stopped before the first snapshot: the beginning is the same
		if from, err = startWeights(ctx, cfg, parts.model, s.Log); err != nil {
			return nil, err
		}
	}
	if err := s.run.Append("resume", s.env()); err != nil {
		return nil, err
	}
	if err := s.startedFrom(from); err != nil {
		return nil, err
	}
	return s.fit(ctx, resumed)
}

// LoadRun reads the configuration of the run in dir and applies settings as config.Load does.
func LoadRun(dir string, settings ...string) (*config.Config, error) {
	if !record.Is(dir) {
		if _, err := os.Stat(filepath.Join(dir, CVConfigFile)); err == nil {
			return nil, fmt.Errorf("%s is a cross-validation: name one of its runs, such as %s", dir, filepath.Join(dir, "fold0"))
		}
		return nil, fmt.Errorf("%s is not a run: there is no %s in it", dir, record.ConfigFile)
	}
	if _, err := record.ReadStart(dir); err != nil {
		return nil, err
	}
	cfg, err := config.Load(filepath.Join(dir, record.ConfigFile), settings...)
	if err != nil {
		return nil, err
	}
	cfg.Out = dir
	return cfg, nil
}

// A session is one process that trains a run.
type session struct {
	Options
	cfg        *config.Config
	parts      *parts
	run        *record.Run
	source     *source
	train, val *data.Dataset
	averages   train.Averages
	board      *record.Board // nil for none
	actions    *data.Actions // of data.audit; nil for none
	applied    data.Applied
}

// openData finds the samples, drawing them where they are procedural, and reads the first of them.
func (s *session) openData() (err error) {
	begin := time.Now()
	if err := s.openSets(); err != nil {
		return err
	}
	steps, perEpoch := lengths(s.cfg, s.train.Len())
	if s.averages, err = newAverages(s.cfg, steps, perEpoch); err != nil {
		return err
	}
	if err := probe("training", s.train); err != nil {
		return err
	}
	if err := probe("validation", s.val); err != nil {
		return err
	}
	s.Log.Info("data", "training", s.train.Len(), "validation", s.val.Len(), "classes", len(s.source.classes),
		"size", fmt.Sprintf("%d×%d", s.cfg.Data.Size[0], s.cfg.Data.Size[1]), "took", rounded(time.Since(begin)))
	s.warnLeaks()
	return nil
}

// openSets finds the samples and reads none of them.
func (s *session) openSets() (err error) {
	if s.source, err = openSource(s.cfg, filepath.Join(s.cfg.Out, DataFolder)); err != nil {
		return err
	}
	if err := s.amend(); err != nil {
		return err
	}
	if err := s.parts.knowLabels(s.cfg, s.source); err != nil {
		return err
	}
	for _, f := range s.source.findings.Warnings() {
		s.Log.Warn(f.String())
	}
	if err := s.openPseudo(); err != nil {
		return err
	}
	if s.train, err = s.source.trainingSet(s.cfg, s.parts.augment); err != nil {
		return err
	}
	s.val, err = s.source.samples(s.cfg, s.source.val, nil, false)
	return err
}

// prepare opens the data and identifies the run. If it is not to be, nothing of it stays.
func (s *session) prepare(from *record.Weights) (start record.Start, err error) {
	_, err = os.Lstat(s.cfg.Out)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err = s.openData(); err == nil {
		start, err = s.identify(from)
	}
	if err != nil && fresh && !record.Is(s.cfg.Out) {
		err = errors.Join(err, os.RemoveAll(s.cfg.Out))
	}
	return start, err
}

// begin writes what a run directory starts with.
func (s *session) begin(start record.Start) error {
	if err := s.run.WriteText(record.ConfigFile, string(s.cfg.Marshal())); err != nil {
		return err
	}
	return errors.Join(s.run.WriteJSON(record.EnvFile, start), s.run.Append("start", start), s.recordSplit(), s.recordActions(),
		s.recordPseudo())
}

// startedFrom notes the weights that a run started from.
func (s *session) startedFrom(from *record.Weights) error {
	if from == nil {
		return nil
	}
	return s.run.Append("weights", from)
}

// unfinished returns an error if the run reached its last step and wrote its report.
func (s *session) unfinished() error {
	for e, err := range s.run.Events() {
		var stop record.Stop
		if err != nil || e.Kind != "stop" || e.Decode(&stop) != nil || stop.Reason != record.Done {
			continue
		}
		dir := s.run.Dir()
		return fmt.Errorf("%w: %s took its %d steps; look at %s, or train on from its weights with "+
			"--set model.weights=%s and another --out", ErrFinished, dir, stop.Step,
			s.run.Path(record.ReportFile), s.run.Path(record.BestFile))
	}
	return nil
}
