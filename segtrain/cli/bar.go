package cli

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"tessera/segtrain/train"
	"tessera/segtrain/workflow"
)

// bar is progress on a terminal: one line that stays at the bottom, with messages above it.
type bar struct {
	*output
	plan  workflow.Plan
	group *mpb.Progress
	bar   *mpb.Bar
	rate  rate
	text  atomic.Pointer[string]
}

// Start puts the bar on the screen and sends messages above it.
func (b *bar) Start(p workflow.Plan) {
	b.plan = p
	b.text.Store(new(""))
	b.group = mpb.New(mpb.WithOutput(b.app.stderr))
	b.bar = b.group.AddBar(int64(p.Steps),
		mpb.PrependDecorators(decor.CountersNoUnit(strings.TrimSpace(p.Label+" step")+" %d/%d ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return *b.text.Load() })))
	b.to.set(b.group)
}

// Step moves the bar.
func (b *bar) Step(e train.StepEvent) {
	b.rate.add(e.ImagesPerSecond)
	b.text.Store(new(fmt.Sprintf(" epoch %d/%d  loss %s  %s img/s  %s left",
		e.Epoch, b.plan.Epochs, figures(e.Loss), figures(float64(b.rate)), left(e.Left))))
	b.bar.SetCurrent(int64(e.Step))
}

// Epoch writes a message above the bar.
func (b *bar) Epoch(e train.EpochEvent) { logEpoch(b.log, b.plan, e) }

// Stop takes the bar off. Messages must go to the terminal again before, or they would be lost.
func (b *bar) Stop() {
	b.to.set(b.app.stderr)
	b.bar.Abort(true)
	b.group.Wait()
}
