package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/predict"
	"tessera/segtrain/workflow"
)

func (a *app) tta() *cobra.Command {
	var s settings
	var o workflow.ViewOptions
	cmd := &cobra.Command{
		Use:     "tta CV|RUN",
		Short:   "Measure what views of test-time augmentation are worth on images that the models did not see",
		GroupID: "work",
		Long: "tta predicts the validation images of a run, or of all folds of a cross-validation by the models that did not train on\n" +
			"them, with each set of views, and compares with the images alone: image by image, with the standard error of the mean\n" +
			"difference, and with the time it takes. It proposes the set that gains most for a second among those whose gain is\n" +
			"beyond noise, two standard errors, or none.",
		Example: "  segtrain tta runs/cv\n" +
			"  segtrain tta runs/a --views hflip --views hflip,scale=0.75:1.25 --set predict.merge=logits",
		Args: arguments(cobra.ExactArgs(1), "a run or a cross-validation"),
		RunE: func(_ *cobra.Command, args []string) error {
			out := a.logging()
			o.Settings = s.all()
			count := out.counter("sets")
			o.Done = count.done
			ctx, release := interruptible(func() { out.log.Warn("stopping") })
			defer release()
			r, err := workflow.MeasureViews(ctx, args[0], o, out.options())
			count.stop()
			if err != nil {
				return err
			}
			return a.printViews(r)
		},
	}
	s.flags(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.Sets, "views", nil, "a `set` of views, as predict.tta with commas between; may be repeated (default six sets)")
	f.StringVar(&o.Weights, "weights", "", "best, last, ema, swa (default best)")
	f.IntVar(&o.Images, "images", 0, "images of each fold at most; 0: all")
	return cmd
}

func (a *app) printViews(r *workflow.ViewsResult) error {
	if a.json {
		return a.printJSON(r)
	}
	fmt.Fprintf(a.stdout, "%d images that the models did not see, at their own sizes:\n\n", r.Images)
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "views\tn\tcost\tmean IoU\tof an image\t±\ts/image\tgain/s\t\t")
	fmt.Fprintf(w, "none\t1\t1\t%.4f\t\t\t%.4f\t\t\t\n", r.MeanIoU, r.Seconds)
	for _, g := range r.Sets {
		verdict := "within noise"
		switch {
		case g.BeyondNoise:
			verdict = "better"
		case g.Gain < -predict.NoiseErrors*g.SE:
			verdict = "worse"
		}
		fmt.Fprintf(w, "%s\t%d\t%.4g\t%.4f\t%+.4f\t%.4f\t%.4f\t%+.3f\t%s\t\n",
			g.Name, g.Views, g.Cost, g.MeanIoU, g.Gain, g.SE, g.Seconds, g.GainPerSecond, verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	threads := "1 thread"
	if r.Threads > 1 {
		threads = fmt.Sprintf("%d threads", r.Threads)
	}
	fmt.Fprintf(a.stdout, "\nSeconds are of the clock, with %s: what else the machine did meanwhile is in them.\n", threads)
	if r.Proposed == "" {
		fmt.Fprintln(a.stdout, "\nProposed: none; no gain is beyond noise.")
		return nil
	}
	_, err := fmt.Fprintf(a.stdout, "\nProposed: predict.tta=%s, or --tta %s\n", viewList(r.Proposed), r.Proposed)
	return err
}
