package cli

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"tessera/segtrain/train"
	"tessera/segtrain/workflow"
)

// lineEvery is how long steps go by between two lines.
const lineEvery = 10 * time.Second

// lines is progress in messages: some steps, and each epoch.
type lines struct {
	log  *slog.Logger
	root *slog.Logger // without the label of a plan; nil until there is one
	plan workflow.Plan
	last time.Time
	rate rate
}

// Start says how much there is to do.
func (l *lines) Start(p workflow.Plan) {
	l.plan, l.last = p, time.Now()
	if p.Label != "" {
		name, value, _ := strings.Cut(p.Label, " ")
		l.log = l.base().With(name, value)
	}
	l.log.Info("training", "epochs", p.Epochs, "steps", p.Steps, "batch", p.Batch)
}

// base returns the logger as it was before the first label.
func (l *lines) base() *slog.Logger {
	if l.root == nil {
		l.root = l.log
	}
	return l.root
}

// Step writes a line now and then.
func (l *lines) Step(e train.StepEvent) {
	l.rate.add(e.ImagesPerSecond)
	if time.Since(l.last) < lineEvery {
		return
	}
	l.last = time.Now()
	l.log.Info("step", "step", fmt.Sprintf("%d/%d", e.Step, e.Steps), "loss", figures(e.Loss),
		"images/s", figures(float64(l.rate)), "left", left(e.Left))
}

// Epoch writes a line.
func (l *lines) Epoch(e train.EpochEvent) { logEpoch(l.log, l.plan, e) }

// Stop does nothing.
func (l *lines) Stop() {}

// logEpoch writes an epoch's line.
func logEpoch(log *slog.Logger, p workflow.Plan, e train.EpochEvent) {
	args := []any{"epoch", fmt.Sprintf("%d/%d", e.Epoch, p.Epochs), "loss", figures(e.TrainLoss)}
	if v := e.Evaluation; v != nil {
		args = append(args, "val_loss", figures(v.Loss), "mean_iou", v.Report.MeanIoU.String())
	}
	if v := e.Evaluation; v != nil && v.Labels != nil {
		args = append(args, "labels_f1", v.Labels.F1.String())
	}
	if v := e.EMA; v != nil {
		args = append(args, "ema_val_loss", figures(v.Loss), "ema_mean_iou", v.Report.MeanIoU.String())
	}
	if e.Best {
		args = append(args, "best", true)
	}
	log.Info("epoch", args...)
}

// figures formats a number with three significant figures or three decimals.
func figures(x float64) string {
	if x >= 100 {
		return fmt.Sprintf("%.0f", x)
	}
	if x >= 1 {
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.3f", x)
}

// left formats the time that remains.
func left(d time.Duration) string { return d.Round(time.Second).String() }

// A rate is a running mean of images per second that forgets old steps.
type rate float64

func (r *rate) add(x float64) {
	if *r == 0 {
		*r = rate(x)
	}
	*r += (rate(x) - *r) / 10
}
