// Package runs looks at many runs: a folder of run directories, its index, and what can be said of runs beside each other.
//
// The logs of the runs are the truth. An Index is what was read from them, kept in a file of the folder and read anew for each
// run whose files have changed, so that a list of ten thousand runs takes no longer than looking at their directories. Compare
// says whether one run, or one group of repeated runs, is better than another beyond the noise.
package runs

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tessera/segtrain/config"
	"tessera/segtrain/record"
)

// States of a run.
const (
	Done    = "done"    // it reached its last step
	Running = "running" // a process is writing it
	Stopped = "stopped" // it ended early and said why
	Broken  = "broken"  // it ended without a word
)

// A Run is what is known of a run directory.
type Run struct {
	Name    string    `json:"name"` // its directory below the root, with slashes
	ID      string    `json:"id"`
	State   string    `json:"state"`
	Format  int       `json:"format"`
	Started time.Time `json:"started"`
	Host    string    `json:"host,omitempty"`
	Program string    `json:"program,omitempty"` // its version
	record.Experiment
	record.Origin
	Split     record.Split       `json:"split"` // how its images were parted, with the hash of the table
	Tags      []string           `json:"tags,omitempty"`
	Notes     []string           `json:"notes,omitempty"`
	Step      int                `json:"step"`
	Epoch     int                `json:"epoch"`
	BestEpoch int                `json:"best_epoch,omitempty"`
	Seconds   float64            `json:"seconds"` // in training
	Images    [2]int             `json:"images"`  // that train and that validate; 0 if the run did not say
	Metrics   map[string]float64 `json:"metrics"` // of the best weights; while there are none, of the best epoch
	Settings  []config.Setting   `json:"settings"`
	Problem   string             `json:"problem,omitempty"` // why the run could not be read in full
}

// Read returns what is known of the run root/name.
func Read(root, name string) Run {
	dir := filepath.Join(root, filepath.FromSlash(name))
	r := Run{Name: name, State: Broken, Metrics: map[string]float64{}}
	l := logReader{run: &r}
	var problems []error
	for e, err := range record.Events(dir) {
		if err == nil {
			err = l.add(e)
		}
		problems = append(problems, err)
	}
	problems = append(problems, l.end(), r.readMetrics(dir), r.readConfig(dir))
	if err := errors.Join(problems...); err != nil {
		r.Problem = err.Error()
	}
	return r
}

// readConfig notes the settings that are not at their defaults.
func (r *Run) readConfig(dir string) error {
	if r.Format > record.Format {
		return record.Start{Format: r.Format, Env: record.Env{Version: r.Program}}.Check(dir)
	}
	cfg, err := config.Load(filepath.Join(dir, record.ConfigFile))
	if err != nil {
		return err
	}
	base := config.Default()
	usual := base.Values()
	for _, s := range cfg.Values() {
		if s.Key != "out" && !slices.Contains(usual, s) {
			r.Settings = append(r.Settings, s)
		}
	}
	return nil
}

// readMetrics takes the result of a run of format 0, whose log has none, from metrics.json.
func (r *Run) readMetrics(dir string) error {
	if r.Format > 0 {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(dir, record.MetricsFile))
	if err != nil {
		return nil // it did not end
	}
	var m struct {
		record.Scores
		TrainImages int `json:"train_images"`
		ValImages   int `json:"val_images"`
	}
	if err := json.Unmarshal(text, &m.Scores); err != nil {
		return fmt.Errorf("%s: %w", record.MetricsFile, err)
	}
	r.score(m.Scores)
	return nil
}

// score notes scores that are numbers.
func (r *Run) score(s record.Scores) {
	r.note("val_loss", s.ValLoss)
	r.note("mean_iou", s.MeanIoU)
	r.note("mean_dice", s.MeanDice)
	r.note("pixel_accuracy", s.PixelAccuracy)
}

func (r *Run) note(metric string, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		delete(r.Metrics, metric)
		return
	}
	r.Metrics[metric] = value
}

// A logReader fills in a run from its events.
type logReader struct {
	run    *Run
	first  bool
	step   record.Event // the newest
	result bool
}

func (l *logReader) add(e record.Event) error {
	r := l.run
	if !l.first {
		l.first = true
		r.ID, r.Started = record.EventID(e), e.Time
	}
	switch e.Kind {
	case "start":
		var s record.Start
		if err := e.Decode(&s); err != nil {
			return err
		}
		r.Format, r.Host, r.Program, r.Experiment, r.Origin = s.Format, s.Host, s.Version, s.Experiment, s.Origin
	case "split":
		return e.Decode(&r.Split)
	case "resume":
		r.State = Broken
	case "step":
		l.step = e
	case "epoch":
		return l.epoch(e)
	case "result":
		return l.outcome(e)
	case "note":
		var n record.Note
		if err := e.Decode(&n); err != nil {
			return err
		}
		r.Notes = append(r.Notes, n.Text)
	case "tag":
		return l.tag(e)
	case "stop":
		var s record.Stop
		if err := e.Decode(&s); err != nil {
			return err
		}
		r.Seconds = s.Seconds
		if r.State = Stopped; s.Reason == record.Done {
			r.State = Done
		}
	}
	return nil
}

// epoch takes the scores of the best epoch, as long as there is no result.
func (l *logReader) epoch(e record.Event) error {
	x := record.Epoch{ValLoss: math.NaN(), MeanIoU: math.NaN(), MeanDice: math.NaN(), PixelAccuracy: math.NaN()}
	if err := e.Decode(&x); err != nil {
		return err
	}
	l.run.Epoch = x.Epoch
	if l.result || !x.Best {
		return nil
	}
	s := record.Scores{ValLoss: x.ValLoss, MeanIoU: x.MeanIoU, MeanDice: x.MeanDice, PixelAccuracy: x.PixelAccuracy}
	if x.EMA != nil {
		s = *x.EMA
	}
	l.run.BestEpoch = x.Epoch
	l.run.score(s)
	l.run.note("train_loss", x.TrainLoss)
	return nil
}

func (l *logReader) outcome(e record.Event) error {
	x := record.Result{Scores: record.NoScores}
	if err := e.Decode(&x); err != nil {
		return err
	}
	l.result = true
	r := l.run
	r.BestEpoch, r.Images, r.Seconds = x.BestEpoch, [2]int{x.TrainImages, x.ValImages}, x.Seconds
	r.score(x.Scores)
	r.note("train_loss", float64(x.TrainLoss))
	for _, c := range x.Classes {
		r.note("iou."+c.Name, float64(c.IoU))
		r.note("dice."+c.Name, float64(c.Dice))
	}
	return nil
}

func (l *logReader) tag(e record.Event) error {
	var t record.Tag
	if err := e.Decode(&t); err != nil {
		return err
	}
	r := l.run
	r.Tags = slices.DeleteFunc(append(r.Tags, t.Add...), func(tag string) bool { return slices.Contains(t.Remove, tag) })
	slices.Sort(r.Tags)
	r.Tags = slices.Compact(r.Tags)
	return nil
}

func (l *logReader) end() error {
	if l.step.Line == nil {
		return nil
	}
	var s record.Step
	err := l.step.Decode(&s)
	l.run.Step = s.Step
	return err
}

// Setting returns the value of a dotted key of the run's configuration, and the default where it is not set.
func (r *Run) Setting(key string) (value string, ok bool) {
	for _, s := range r.Settings {
		if s.Key == key {
			return s.Value, true
		}
	}
	i := slices.IndexFunc(defaults, func(s config.Setting) bool { return s.Key == key })
	if i < 0 {
		return "", false
	}
	return defaults[i].Value, true
}

var defaults = func() []config.Setting {
	base := config.Default()
	return base.Values()
}()

// Fold returns the fold that validated; empty if there is none.
func (r *Run) Fold() string {
	fold, _ := r.Setting("data.val.fold")
	if fold == "null" {
		return ""
	}
	return fold
}

// Seed returns the seed of the run.
func (r *Run) Seed() string {
	seed, _ := r.Setting("train.seed")
	return seed
}
