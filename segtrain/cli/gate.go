package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/gate"
	"tessera/segtrain/workflow"
)

func (a *app) gate() *cobra.Command {
	var o workflow.GateOptions
	cmd := &cobra.Command{
		Use:     "gate CV_DIR",
		Short:   "Measure out of fold what a gate by the classification head is worth",
		GroupID: "work",
		Long: "gate takes the out-of-fold predictions of a finished cross-validation with model.aux and measures masks without those\n" +
			"classes that the head says not to be there, at several thresholds of its probability. Each fold is judged with the\n" +
			"threshold that is best for the other folds, and a threshold is proposed if that gain is beyond the noise of the images.",
		Example: "  segtrain gate runs/cv\n  segtrain gate runs/cv --metric dice --thresholds 0.3,0.4,0.5",
		Args:    arguments(cobra.ExactArgs(1), "the directory of a finished cross-validation"),
		RunE: func(_ *cobra.Command, args []string) error {
			return overImages(a, a.printGate, func(ctx context.Context, done func(done, total int)) (*workflow.GateFit, error) {
				o.Done = done
				return workflow.FitGate(ctx, args[0], o)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Metric, "metric", "", "what to maximize: "+strings.Join(gate.Metrics, ", ")+
		" (default dice_image where task is binary or multilabel, else iou)")
	f.Float64SliceVar(&o.Thresholds, "thresholds", nil, "probabilities to try (default 0.01 to 0.95)")
	return cmd
}

// printGate prints a line for each threshold, what is to be believed of it, and what is proposed.
func (a *app) printGate(r *workflow.GateFit) error {
	fmt.Fprintf(a.stdout, "%d images of %d folds, at their own sizes; gated: %s.\n\n", r.Images, r.Folds, strings.Join(r.Gated, ", "))
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "gate\tmean IoU\tmean Dice\tDice of images\t")
	for _, p := range r.Points {
		name := fmt.Sprint(p.Threshold)
		if p.Threshold == 0 {
			name = "none"
		}
		fmt.Fprintf(w, "%s\t%.4f\t%.4f\t%.4f\t\n", name, p.IoU, p.Dice, p.DiceImage)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	var folds []string
	for _, t := range r.ByFold {
		name := fmt.Sprint(t)
		if t == 0 {
			name = "none"
		}
		folds = append(folds, name)
	}
	fmt.Fprintf(a.stdout, "\nBest %s for the other folds, fold by fold: %s. So judged it is %.4f, without a gate %.4f: %+.4f,\n"+
		"95 %% of it within %+.4f to %+.4f. (On what it was fitted on: %.4f, which says nothing about other images.)\n",
		r.Metric, strings.Join(folds, ", "), r.Nested, r.Plain, r.Gain, r.Low, r.High, r.Naive)
	if r.Threshold == 0 {
		_, err := fmt.Fprintln(a.stdout, "\nProposed: none; no gain is beyond noise.")
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "\nProposed: predict.gate=%v, fitted on all folds.\n", r.Threshold)
	return err
}
