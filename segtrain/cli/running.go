package cli

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"tessera/segtrain/config"
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
	r, err := run(ctx, cfg, workflow.Options{Log: out.log, Progress: out.progress()})
	if err != nil {
		return interrupted(r, err)
	}
	return print(r)
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
