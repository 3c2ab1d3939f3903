package workflow

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// DebugFile is the result of a debug run in its directory, and PictureFolder holds its pictures.
const (
	DebugFile     = "debug.json"
	PictureFolder = "pictures"
)

// A Verdict is what a check of a debug run came to.
type Verdict string

// The verdicts. A warning is for the reader to judge, and lets the run pass.
const (
	Pass Verdict = "PASS"
	Warn Verdict = "WARN"
	Fail Verdict = "FAIL"
	Skip Verdict = "SKIP"
)

// A Check is one line of the verdict.
type Check struct {
	Name    string   `json:"name"`
	Verdict Verdict  `json:"verdict"`
	Text    string   `json:"text"`            // the numbers, and what was wanted
	Cures   []string `json:"cures,omitempty"` // what to look at, the likeliest first
}

// DebugResult is what a debug run found, as debug.json holds it.
type DebugResult struct {
	Dir         string    `json:"dir"`
	Passed      bool      `json:"passed"`
	Fingerprint string    `json:"fingerprint"` // of the data, model and loss that were tested
	Light       string    `json:"light,omitempty"`
	Seed        uint64    `json:"seed"`
	Images      int       `json:"images"` // trained on
	Checks      []Check   `json:"checks"`
	Forecast    *Forecast `json:"forecast,omitempty"` // of the run itself; nil if it could not be measured
}

// Failed returns the checks that failed.
func (d *DebugResult) Failed() []Check {
	return slices.DeleteFunc(slices.Clone(d.Checks), func(c Check) bool { return c.Verdict != Fail })
}

// The size of a debug run.
const (
	debugSteps    = 24   // of the rehearsal, two epochs where there are samples enough
	debugMost     = 2000 // samples of each set that are read
	debugPictures = 6
	memorizeSteps = 60
	memorizeBatch = 4 // images
)

// A debugger is a debug run under way.
type debugger struct {
	session
	result DebugResult

	seenTrain, seenVal *classSurvey
	pictures           []picture
	gradients          train.Gradients
	timing             timing
}

// Debug tests data, model and machine for a training run: in minutes, on a sample of the images, at the real size and
// batch. It writes what it finds into a directory of its own, cfg.Out with "-debug" behind it. What fails is in the
// result; the error is for what kept it from testing.
func Debug(ctx context.Context, cfg *config.Config, o Options) (*DebugResult, error) {
	parts, err := build(cfg)
	if err != nil {
		return nil, err
	}
	if err := parts.fits(cfg, availableMemory()); err != nil {
		return nil, err
	}
	final := *cfg
	final.Out = debugFolder(cfg.Out)
	d := &debugger{session: session{cfg: &final, parts: parts, Options: o.withDefaults()}}
	tellPrecision(cfg, d.Log)
	if _, err := startWeights(ctx, cfg, parts.model, d.Log); err != nil {
		return nil, err
	}
	if err := d.openSets(); err != nil {
		return nil, err
	}
	if !d.train.Labelled() || !d.val.Labelled() {
		return nil, errors.New("training and validation need masks, and a data set has none")
	}
	if d.run, err = record.Create(final.Out); err != nil {
		return nil, err
	}
	defer d.run.Close()
	if err := errors.Join(d.begin(record.Start{Format: record.Format, Env: d.env()}), d.tellLight()); err != nil {
		return nil, err
	}
	d.result = DebugResult{Dir: final.Out, Fingerprint: fingerprint(cfg), Light: cfg.Lightness(), Seed: cfg.Train.Seed}
	if err := d.checks(ctx); err != nil {
		return &d.result, errors.Join(err, d.stop(err, train.Progress{}))
	}
	d.result.Passed = len(d.result.Failed()) == 0
	return &d.result, d.finishDebug()
}

// debugFolder returns the first folder beside out that is not taken.
func debugFolder(out string) string {
	if out == "" {
		return record.AutoName("runs") + "-debug"
	}
	name := out + "-debug"
	for i := 2; record.Is(name); i++ {
		name = fmt.Sprintf("%s-debug-%d", out, i)
	}
	return name
}

// checks runs one check after the other, as far as the ones before allow.
func (d *debugger) checks(ctx context.Context) error {
	d.Log.Info("debug run", "run", d.run.Dir(), "kernels", kernels.Active(), "threads", parallel.Workers())
	if err := d.checkFiles(ctx); err != nil || d.seenTrain.readable() == 0 || d.seenVal.readable() == 0 {
		return err
	}
	sample, err := d.sampleTrain()
	if err != nil {
		return err
	}
	if err := d.checkOutlines(sample); err != nil {
		return err
	}
	finite, err := d.rehearse(ctx, sample)
	if err != nil {
		return err
	}
	d.checkGradients(finite)
	if finite {
		d.forecastRun()
	}
	return d.checkOneBatch(ctx, sample)
}

func (d *debugger) add(c Check) {
	d.result.Checks = append(d.result.Checks, c)
	d.Log.Info(c.Name, "verdict", string(c.Verdict), "found", c.Text)
}

// sampleTrain chooses the images to train on: every class that occurs, the rarest first, then whatever the seed draws.
func (d *debugger) sampleTrain() (data.Manifest, error) {
	want := d.cfg.Train.Samples() * debugSteps / 2
	order := data.Shuffled(d.source.train, d.cfg.Train.Seed)
	order = slices.DeleteFunc(order, func(i int) bool { return !d.seenTrain.read[i] })
	var chosen []int
	for _, class := range d.seenTrain.rarest() {
		has := func(i int) bool { return d.seenTrain.classes[i][class] }
		if slices.ContainsFunc(chosen, has) {
			continue
		}
		if at := slices.IndexFunc(order, has); at >= 0 && len(chosen) < want {
			chosen = append(chosen, order[at])
		}
	}
	for _, i := range order {
		if len(chosen) < want && !slices.Contains(chosen, i) {
			chosen = append(chosen, i)
		}
	}
	slices.Sort(chosen)
	var m data.Manifest
	for _, i := range chosen {
		m = append(m, d.source.train[i])
	}
	m, err := d.source.tiled(d.cfg, m, true)
	m = data.Sample(m, want, d.cfg.Train.Seed)
	d.result.Images = len(m)
	return m, err
}

// finishDebug writes the result and the page.
func (d *debugger) finishDebug() error {
	if err := d.run.WriteJSON(DebugFile, d.result); err != nil {
		return err
	}
	if err := d.writeDebugReport(); err != nil {
		return err
	}
	return d.run.Append("stop", record.Stop{Reason: record.Done, Step: d.timing.steps})
}

func (d *debugger) path(name string) string { return filepath.Join(d.run.Dir(), name) }
