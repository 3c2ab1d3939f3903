package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/post"
	"tessera/segtrain/workflow"
)

func (a *app) post() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "post",
		Short:   "Find and look at post-processing of masks",
		GroupID: "work",
		Args:    unknownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.postFit(), a.postApply())
	return cmd
}

func (a *app) postFit() *cobra.Command {
	var o workflow.PostFitOptions
	cmd := &cobra.Command{
		Use:   "fit CV_DIR",
		Short: "Search settings of post-processing on out-of-fold predictions",
		Long: "fit searches settings of steps on the out-of-fold predictions of a finished cross-validation. Each fold is judged\n" +
			"with settings that were fitted on the other folds. A step is proposed if its gain is beyond the noise of the images.",
		Example: "  segtrain post fit runs/cv --out post.yaml\n" +
			"  segtrain post fit runs/cv --steps remove_small_objects,fill_holes --metric dice --background sky",
		Args: arguments(cobra.ExactArgs(1), "the directory of a finished cross-validation"),
		RunE: func(_ *cobra.Command, args []string) error {
			return overImages(a, a.printPostFit, func(ctx context.Context, done func(done, total int)) (*workflow.PostFit, error) {
				o.Done = done
				return workflow.FitPost(ctx, args[0], o)
			})
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.Out, "out", "o", "post.yaml", "the `file` to write, a block of a configuration")
	f.StringVar(&o.Metric, "metric", "iou", "mean over classes to maximize: "+strings.Join(post.Metrics, ", "))
	f.StringSliceVar(&o.Steps, "steps", nil, "steps to try, in order (default: all but crf and largest_component)")
	f.StringVar(&o.Background, "background", "", "class that gets what others lose (default: the most probable)")
	return cmd
}

// printPostFit prints a line for each step, and what is proposed.
func (a *app) printPostFit(r *workflow.PostFit) error {
	fmt.Fprintf(a.stdout, "Mean %s over %d images of %d folds, at their own sizes. Nested: each fold as fitted on the others.\n\n",
		r.Metric, r.Images, r.Folds)
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "step\tnaive\tnested\tgain\t95 %% interval\t\nnone\t%.4f\t%.4f\t\t\t\n", r.Plain, r.Plain)
	for _, t := range r.Trials {
		verdict := "within noise"
		switch {
		case t.Proposed:
			verdict = "proposed"
		case t.Setting == "":
			verdict = "no setting helps"
		}
		fmt.Fprintf(w, "%s\t%.4f\t%.4f\t%+.4f\t%+.4f to %+.4f\t%s\n", t.Name, t.Naive, t.Nested, t.Gain, t.Low, t.High, verdict)
	}
	fmt.Fprintf(w, "all proposed\t%.4f\t%.4f\t%+.4f\t%+.4f to %+.4f\t\n", r.Naive, r.Nested, r.Gain, r.Low, r.High)
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "\nBelieve nested: naive is judged on what it was fitted on.\n\n")
	if len(r.Setting) == 0 {
		fmt.Fprintln(a.stdout, "No step gains more than noise.")
	}
	for _, s := range r.Setting {
		fmt.Fprintf(a.stdout, "- %s\n", s)
	}
	if r.Out != "" {
		fmt.Fprintf(a.stdout, "\nWrote %s, of the split %.12s.\n", r.Out, r.Split)
	}
	return nil
}

func (a *app) postApply() *cobra.Command {
	var o workflow.PostApplyOptions
	cmd := &cobra.Command{
		Use:     "apply CV_DIR",
		Short:   "Compare out-of-fold masks without and with post-processing, and draw what changes",
		Example: "  segtrain post apply runs/cv --post post.yaml --out post.png",
		Args:    arguments(cobra.ExactArgs(1), "the directory of a finished cross-validation"),
		RunE: func(_ *cobra.Command, args []string) error {
			return overImages(a, a.printPostApplied, func(ctx context.Context, done func(done, total int)) (*workflow.PostApplied, error) {
				o.Done = done
				return workflow.ApplyPost(ctx, args[0], o)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Post, "post", "", "`file` with predict.post (default: the configuration of the cross-validation)")
	f.StringVarP(&o.Out, "out", "o", "post.png", "the `file` to draw to, a PNG")
	f.IntVar(&o.Images, "images", 8, "images to draw, those that change most")
	return cmd
}

func (a *app) printPostApplied(r *workflow.PostApplied) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "IoU\tbefore\tafter\t")
	for k, c := range r.Before.PerClass {
		fmt.Fprintf(w, "%s\t%v\t%v\t\n", c.Name, c.IoU, r.After.PerClass[k].IoU)
	}
	fmt.Fprintf(w, "mean of present\t%v\t%v\t\n", r.Before.MeanIoU, r.After.MeanIoU)
	if err := w.Flush(); err != nil {
		return err
	}
	if r.Fitted {
		fmt.Fprintln(a.stdout, "\nThe steps were fitted on these images, so after is too good; post fit tells what they are worth.")
	}
	fmt.Fprintln(a.stdout)
	for _, c := range r.Images {
		fmt.Fprintf(a.stdout, "%s: %.2f %% of its pixels change, mean IoU %.3f to %.3f\n", c.ID, 100*c.Share, c.Before, c.After)
	}
	if r.Out != "" {
		fmt.Fprintf(a.stdout, "\nWrote %s.\n", r.Out)
	}
	return nil
}
