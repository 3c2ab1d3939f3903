package solve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// A Stage is one step of the work.
type Stage struct {
	Name string
	// Inputs are what the stage rests on: settings, files, results of stages before it.
	Inputs func() ([]Input, error)
	// Run does the stage and returns what it came to, which is kept as JSON.
	Run func(ctx context.Context) (any, error)
	// Takes forecasts the seconds of Run from what the stages before measured, 0 if that is not known; nil: never known.
	Takes func() float64
	// Load takes what a stage that is done came to; it is called after Run, too.
	Load func(result json.RawMessage) error
	// Outputs are files and folders in the directory of the work that the stage makes, or may make.
	Outputs []string
	// GoesOn says that Run finds what an interrupted attempt left and goes on with it. Otherwise that is removed before.
	GoesOn bool
}

// A Runner does stages one after the other.
type Runner struct {
	Dir    string
	Stages []Stage
	Redo   string                   // the stage to be done again, with those after it whose inputs change by that; empty: none
	Tell   func(stage, what string) // told what happens; nil: nobody
	Now    func() time.Time         // nil: time.Now

	marks *Marks
}

// A ChangedError says that a stage was done, or begun, with other inputs than it has now.
type ChangedError struct {
	Stage  string
	State  string
	Inputs []string // that differ
	Gone   string   // or an output that is no longer there
}

// Error says what differs and what can be done.
func (e *ChangedError) Error() string {
	if e.Gone != "" {
		return fmt.Sprintf("stage %s was done, but %s is gone: --redo %s makes it again", e.Stage, e.Gone, e.Stage)
	}
	return fmt.Sprintf("stage %s was %s with another %s: --redo %s does it again, and what rests on it; or choose another --out",
		e.Stage, e.State, strings.Join(e.Inputs, ", "), e.Stage)
}

// Names returns those of the stages, in their order.
func (r *Runner) Names() (names []string) {
	for _, s := range r.Stages {
		names = append(names, s.Name)
	}
	return names
}

// Run does what is not done yet, and has the directory for itself meanwhile (record.ErrBusy). It returns the marks also with an error. When ctx ends, the error is train.ErrInterrupted.
func (r *Runner) Run(ctx context.Context) (_ *Marks, err error) {
	if r.Redo != "" && !slices.Contains(r.Names(), r.Redo) {
		return nil, fmt.Errorf("no stage %q to do again; there are: %s", r.Redo, strings.Join(r.Names(), ", "))
	}
	if err := os.MkdirAll(r.Dir, 0o777); err != nil {
		return nil, record.Advise(err)
	}
	release, err := record.Lock(r.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, release()) }()
	marks, err := ReadMarks(r.Dir)
	if err != nil {
		return nil, err
	}
	r.marks = marks
	again := false // whether a stage before this one was done again
	for _, s := range r.Stages {
		if ctx.Err() != nil {
			return marks, interrupted{s.Name}
		}
		inputs, err := s.Inputs()
		if err != nil {
			return marks, fmt.Errorf("stage %s: %w", s.Name, err)
		}
		again = again || s.Name == r.Redo
		skip, err := r.prepare(s, marks.Of(s.Name), inputs, again)
		if err != nil {
			return marks, err
		}
		if !skip {
			if err := r.do(ctx, s, marks, inputs); err != nil {
				return marks, err
			}
		}
		if s.Load != nil {
			if err := s.Load(marks.Of(s.Name).Result); err != nil {
				return marks, fmt.Errorf("stage %s: what it came to cannot be read: %w", s.Name, err)
			}
		}
	}
	return marks, nil
}

// prepare tells whether a stage is done, and clears away what stands in the way of one that is not.
func (r *Runner) prepare(s Stage, m *Mark, inputs []Input, again bool) (skip bool, err error) {
	same := m != nil && m.Hash == hashOf(inputs)
	switch {
	case m == nil && r.left(s): // a stage is marked as begun before it makes anything
		return false, fmt.Errorf("%s holds %s, which is not of this work: choose another --out", r.Dir, strings.Join(s.Outputs, " or "))
	case m == nil:
		return false, nil
	case s.Name == r.Redo, again && !same:
		r.tell(s.Name, "is done again; what there was goes to "+OldFolder)
		return false, r.setAside(s)
	case m.State == Done && !same, m.State != Done && !same && s.GoesOn && r.left(s):
		return false, &ChangedError{Stage: s.Name, State: m.State, Inputs: changed(m.Inputs, inputs)}
	case m.State == Done:
		for _, name := range m.Outputs {
			if !r.is(name) {
				return false, &ChangedError{Stage: s.Name, State: m.State, Gone: filepath.Join(r.Dir, name)}
			}
		}
		r.tell(s.Name, "is done already")
		return true, nil
	case s.GoesOn:
		r.tell(s.Name, "goes on")
		return false, nil
	}
	return false, r.remove(s)
}

// do does a stage and marks it, at the end as done.
func (r *Runner) do(ctx context.Context, s Stage, marks *Marks, inputs []Input) error {
	m := &Mark{Stage: s.Name, State: Begun, Hash: hashOf(inputs), Inputs: inputs, Begun: r.now()}
	if old := marks.Of(s.Name); old != nil && old.Hash == m.Hash && old.State != Done {
		m.Seconds, m.Attempts = old.Seconds, old.Attempts
	}
	m.Attempts++
	if err := marks.put(m); err != nil {
		return record.Advise(err)
	}
	begins := "begins"
	if s.Takes != nil {
		if seconds := s.Takes(); seconds > 0 {
			begins += ", about " + Long(seconds)
		}
	}
	r.tell(s.Name, begins)
	result, err := s.Run(ctx)
	m.Seconds += r.now().Sub(m.Begun).Seconds()
	if err == nil {
		m.Result, err = record.JSON(result)
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, train.ErrInterrupted):
		return errors.Join(interrupted{s.Name}, marks.put(m))
	case err != nil:
		m.State, m.Error = Failed, err.Error()
		return errors.Join(fmt.Errorf("stage %s: %w", s.Name, err), marks.put(m))
	}
	m.State = Done
	for _, name := range s.Outputs {
		if r.is(name) {
			m.Outputs = append(m.Outputs, name)
		}
	}
	if err := marks.put(m); err != nil {
		return record.Advise(err)
	}
	r.tell(s.Name, "is done in "+Long(m.Seconds))
	return nil
}

// interrupted is train.ErrInterrupted in a stage.
type interrupted struct{ stage string }

// Error names the stage.
func (e interrupted) Error() string {
	return fmt.Sprintf("%v in stage %s; the same command goes on", train.ErrInterrupted, e.stage)
}

// Unwrap returns train.ErrInterrupted.
func (e interrupted) Unwrap() error { return train.ErrInterrupted }

// left tells whether there is anything that a stage made.
func (r *Runner) left(s Stage) bool {
	return slices.ContainsFunc(s.Outputs, r.is)
}

// is tells whether there is a file or a folder of that name.
func (r *Runner) is(name string) bool {
	_, err := os.Lstat(filepath.Join(r.Dir, name))
	return err == nil
}

// remove takes away what an unfinished attempt left.
func (r *Runner) remove(s Stage) error {
	for _, name := range s.Outputs {
		if err := os.RemoveAll(filepath.Join(r.Dir, name)); err != nil {
			return fmt.Errorf("stage %s: %w", s.Name, err)
		}
	}
	return nil
}

// setAside moves what a stage made to a folder of its own below OldFolder.
func (r *Runner) setAside(s Stage) error {
	if !r.left(s) {
		return nil
	}
	to := filepath.Join(r.Dir, OldFolder, s.Name)
	for i := 2; ; i++ {
		if _, err := os.Lstat(to); err != nil {
			break
		}
		to = filepath.Join(r.Dir, OldFolder, fmt.Sprintf("%s-%d", s.Name, i))
	}
	if err := os.MkdirAll(to, 0o777); err != nil {
		return record.Advise(fmt.Errorf("stage %s: %w", s.Name, err))
	}
	for _, name := range s.Outputs {
		err := os.Rename(filepath.Join(r.Dir, name), filepath.Join(to, filepath.Base(name)))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("stage %s: %w", s.Name, err)
		}
	}
	return nil
}

func (r *Runner) tell(stage, what string) {
	if r.Tell != nil {
		r.Tell(stage, what)
	}
}

func (r *Runner) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

// Spent returns the seconds that all stages took so far.
func (r *Runner) Spent() (seconds float64) {
	if r.marks == nil {
		return 0
	}
	for _, m := range r.marks.Stages {
		seconds += m.Seconds
	}
	return seconds
}

// Marks returns those of the stages so far; nil before Run.
func (r *Runner) Marks() *Marks { return r.marks }
