package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"tessera/segtrain/config"
	"tessera/segtrain/train"
	"tessera/segtrain/workflow"
)

// A trainer is workflow.Train or workflow.Resume.
type trainer func(context.Context, *config.Config, workflow.Options) (*workflow.Result, error)

// training runs a trainer with progress and a way to interrupt it, and prints the result of a run that ended.
func (a *app) training(run trainer, cfg *config.Config, print func(*workflow.Result) error) error {
	out := a.logging()
	ctx, release := interruptible(func() {
		out.log.Warn("finishing this step and writing a snapshot; interrupt again to quit at once")
	})
	defer release()
	r, err := run(ctx, cfg, workflow.Options{
		Log: out.log, Progress: out.progress(), From: a.from, Reason: a.reason, Again: a.again,
	})
	if err != nil {
		return interrupted(r, err)
	}
	return print(r)
}

// series trains runs one after the other below out, and prints them side by side.
func (a *app) series(
	out string, run func(context.Context, workflow.Options) (*workflow.SeriesResult, *workflow.Result, error),
) error {
	to := a.logging()
	ctx, release := interruptible(func() {
		to.log.Warn("finishing this step and writing a snapshot; interrupt again to quit at once")
	})
	defer release()
	result, r, err := run(ctx, workflow.Options{
		Log: to.log, Progress: to.progress(), From: a.from, Reason: a.reason, Again: a.again,
	})
	if errors.Is(err, train.ErrInterrupted) && r != nil {
		again := "the same command"
		if out == "" {
			again += " and --out " + short(filepath.Dir(r.Dir))
		}
		return fmt.Errorf("%w in %s after step %d of %d; go on with %s", train.ErrInterrupted, short(r.Dir), r.Done, r.Steps, again)
	}
	if err != nil {
		return err
	}
	return a.printSeries(result)
}

// interruptible returns a context that ends at the first interrupt, after notice was called. A second one has its
// usual effect and ends the process.
func interruptible(notice func()) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			signal.Stop(signals)
			notice()
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel()
	}
}

// program is how this program was called, for commands to be typed next.
func program() string {
	if strings.Contains(os.Args[0], "go-build") {
		return "go run ./segtrain"
	}
	return "segtrain"
}

// overImages runs what looks at many images, with a counter of them and until it is interrupted, and prints what comes of it.
func overImages[R any](a *app, print func(R) error, run func(ctx context.Context, done func(done, total int)) (R, error)) error {
	out := a.logging()
	count := out.counter("images")
	ctx, release := interruptible(func() { out.log.Warn("stopping; interrupt again to quit at once") })
	defer release()
	r, err := run(ctx, count.done)
	count.stop()
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(r)
	}
	return print(r)
}
