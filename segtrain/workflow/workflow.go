// Package workflow does what the commands of segtrain do: it turns a configuration into data sets, a model and
// an optimizer, and runs them.
//
// Train makes a run directory (see package record), Resume goes on with one, Evaluate and Predict use its
// weights, Inspect looks at a folder of images before there is a configuration, and Describe tells what a
// configuration asks of this machine. Nothing here prints: results are returned, and what happens meanwhile goes
// to a logger and to a Progress.
package workflow

import (
	"io"
	"log/slog"

	"tessera/internal/parallel"
	"tessera/segtrain/config"
	"tessera/segtrain/train"
)

// Options are what surrounds a workflow: where its messages go, and why there is a run.
type Options struct {
	Log      *slog.Logger // nil: nowhere
	Progress Progress     // nil: nowhere

	// Of a new run: the run it was made from, why more than one condition differs from that one, and whether it may be an
	// experiment that has been done.
	From, Reason string
	Again        bool

	// Weights are those of the folds that CrossValidate predicts with: best, last, ema, swa, average. Empty means those that its
	// directory has predictions of, or best.
	Weights string

	Tested bool // whether a debug run has passed, so that no hint is needed
}

// Progress shows a training run to someone who waits for it.
type Progress interface {
	Start(Plan)
	Step(train.StepEvent)
	Epoch(train.EpochEvent)
	Stop() // after the last step, also when the run ended early
}

// A Plan is how much a training run has to do.
type Plan struct {
	Epochs, Steps, PerEpoch int // altogether; PerEpoch is steps
	Batch                   int
	Label                   string // what is trained where that is one of several: fold 2/5
}

// noProgress is a Progress that shows nothing.
type noProgress struct{}

func (noProgress) Start(Plan)             {}
func (noProgress) Step(train.StepEvent)   {}
func (noProgress) Epoch(train.EpochEvent) {}
func (noProgress) Stop()                  {}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Progress == nil {
		o.Progress = noProgress{}
	}
	return o
}

// setThreads makes the engine compute with the threads that the configuration asks for.
func setThreads(cfg *config.Config) { parallel.SetWorkers(cfg.Threads) }
