package workflow

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/record"
)

var (
	// ErrRepeated says that the experiment has been done already.
	ErrRepeated = errors.New("this experiment has been done")
	// ErrManyChanges says that a run differs from its parent in more than one condition.
	ErrManyChanges = errors.New("more than one change")
)

// codeHash identifies this program, which does not change while it runs.
var codeHash = sync.OnceValue(record.CodeHash)

// identify works out what the run is, and makes sure that it is worth training: that it is new, and that it differs from the
// run it was made from as it may.
func (s *session) identify(from *record.Weights) (start record.Start, err error) {
	start = record.Start{Format: record.Format, Env: s.env()}
	print, err := s.source.train.Fingerprint(s.source.val)
	if err != nil {
		return start, err
	}
	start.Experiment = record.Experiment{
		Config: s.cfg.Hash(), Data: print.SHA256, Parts: data.PartsHash(s.source.train, s.source.val), Code: codeHash(),
	}
	if from != nil {
		start.Experiment.Start = from.SHA256
	}
	if start.Experiment.Labels, err = s.source.pseudo.fingerprint(); err != nil {
		return start, err
	}
	start.Origin, err = s.origin(start.Experiment)
	start.Origin.Pseudo = s.source.pseudo.origin()
	if err != nil || s.Again {
		return start, err
	}
	return start, s.repeated(start.Experiment)
}

// origin compares the run with the one it was made from.
func (s *session) origin(e record.Experiment) (o record.Origin, err error) {
	o.Reason = s.Reason
	if s.From == "" {
		return o, nil
	}
	parent, err := LoadRun(s.From)
	if err != nil {
		return o, err
	}
	start, err := record.ReadStart(s.From)
	if err != nil {
		return o, err
	}
	id, err := record.ID(s.From)
	if err != nil {
		return o, err
	}
	o.Parent = &record.Link{ID: id, Name: filepath.Base(s.From)}
	conditions := 0
	for _, c := range changes(parent, s.cfg, start.Experiment, e) {
		o.Changes = append(o.Changes, c.String())
		if !slices.Contains(config.Repeated, c.Key) {
			conditions++
		}
	}
	if conditions > 1 && s.Reason == "" {
		return o, fmt.Errorf("%w: %d conditions differ from %s, and which of them made the difference nobody could tell:\n  %s\n"+
			"change one at a time, or say why with --reason", ErrManyChanges, conditions, s.From, strings.Join(o.Changes, "\n  "))
	}
	return o, nil
}

// changes returns the conditions that differ, without paths of which the content is the same.
func changes(parent, cfg *config.Config, before, after record.Experiment) []config.Change {
	same := func(a, b string) bool { return a != "" && a == b }
	return slices.DeleteFunc(parent.Diff(cfg), func(c config.Change) bool {
		switch c.Key {
		case "data":
			return same(before.Data, after.Data)
		case "data.val":
			return same(before.Data, after.Data) && same(before.Parts, after.Parts)
		case "pseudo.manifest":
			return same(before.Labels, after.Labels)
		case "data.audit":
			return same(before.Data, after.Data)
		case "model.weights":
			return same(before.Start, after.Start)
		}
		return false
	})
}

// repeated looks for the experiment among the runs beside this one and in the folders beside it. One that is finished or being
// trained by the same program is an error; others are told.
func (s *session) repeated(e record.Experiment) error {
	for _, dir := range s.neighbours() {
		start, err := record.ReadStart(dir)
		if err != nil || !e.Same(start.Experiment) {
			continue
		}
		busy := record.Busy(dir)
		switch done := finished(dir); {
		case !done && !busy:
			s.Log.Warn("the same experiment was begun before; to go on with it, use --resume", "run", dir)
		case start.Experiment.Code != e.Code:
			s.Log.Warn("another version of the program has done the same experiment", "run", dir)
		case busy:
			return fmt.Errorf("%w: %s is training it now; --again trains it all the same", ErrRepeated, dir)
		default:
			return fmt.Errorf("%w: %s has the same configuration, data and split, by the same program, and would end in the same "+
				"weights; --again trains it all the same", ErrRepeated, dir)
		}
	}
	return nil
}

// neighbours returns the run this one was made from and the runs in the folder of this one, or one folder deeper.
func (s *session) neighbours() []string {
	root := filepath.Dir(s.cfg.Out)
	var dirs []string
	if s.From != "" {
		dirs = append(dirs, s.From)
	}
	for _, pattern := range []string{"*", "*/*"} {
		found, _ := filepath.Glob(filepath.Join(escapeGlob(root), pattern, record.EnvFile)) // no such pattern is malformed
		for _, file := range found {
			dirs = append(dirs, filepath.Dir(file))
		}
	}
	return dirs
}

// escapeGlob returns a path that matches itself alone.
func escapeGlob(path string) string {
	if os.PathSeparator == '\\' {
		return path // where there is no escaping
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// finished tells whether the run in dir reached its last step.
func finished(dir string) bool {
	for e, err := range record.Events(dir) {
		var stop record.Stop
		if err == nil && e.Kind == "stop" && e.Decode(&stop) == nil && stop.Reason == record.Done {
			return true
		}
	}
	return false
}
