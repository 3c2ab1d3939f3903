package cli

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/record"
	"tessera/segtrain/workflow"
)

func (a *app) average() *cobra.Command {
	var s settings
	var o workflow.AverageOptions
	cmd := &cobra.Command{
		Use:     "average RUN",
		Short:   "Average the weights of several checkpoints of a run",
		GroupID: "work",
		Long: "average writes the mean of the weights of several checkpoints of a run, measures the statistics of batch norms\n" +
			"anew on the training images, and compares it with its members and with the run's best weights on the\n" +
			"validation images. train.keep_last and train.keep_best make a run keep the checkpoints of its epochs.",
		Example: "  segtrain average runs/a --last 5\n" +
			"  segtrain average runs/a --top 3\n" +
			"  segtrain average runs/a --files best,swa,epochs/0007.safetensors --out soup.safetensors\n" +
			"  segtrain predict runs/a photos --weights average",
		Args: arguments(cobra.ExactArgs(1), "a run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ways := 0
			for _, flag := range []string{"last", "top", "files"} {
				if cmd.Flags().Changed(flag) {
					ways++
				}
			}
			if ways != 1 || o.Last < 0 || o.Top < 0 {
				return usageError{errors.New("average wants one of --last N, --top N and --files A,B,…, N being 2 or more")}
			}
			cfg, err := workflow.LoadRun(args[0], s.all()...)
			if err != nil {
				return err
			}
			out := a.logging()
			ctx, release := interruptible(func() { out.log.Warn("stopping; nothing is written") })
			defer release()
			r, err := workflow.Average(ctx, cfg, o, out.options())
			if err != nil {
				return err
			}
			return a.printAverage(r, args[0])
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.Last, "last", 0, "average the last so many epochs (train.keep_last keeps them)")
	f.IntVar(&o.Top, "top", 0, "average the best so many epochs (train.keep_best keeps them)")
	f.StringSliceVar(&o.Files, "files", nil, "average these files, or best, last, ema, swa; names below the run will do")
	f.StringVarP(&o.Out, "out", "o", "", "`file` to write (default average.safetensors in the run)")
	f.IntVar(&s.threads, "threads", 0, "threads to compute with; 0: as configured")
	return cmd
}

// printAverage prints what was measured as a table.
func (a *app) printAverage(r *workflow.AverageResult, run string) error {
	if a.json {
		return a.printJSON(r)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "file\tmean IoU\tgain\tloss\n")
	r.Refreshed.File += ", batch norms measured anew"
	for _, x := range append(append([]workflow.WeightsScore{}, r.Members...), r.Best, r.Refreshed, r.Average) {
		fmt.Fprintf(w, "%s\t%.4f\t%+.4f\t%.4f\n", x.File, float64(x.MeanIoU), float64(x.Gain), x.Loss)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	weights := r.Average.File
	if weights == record.AverageFile {
		weights = workflow.AverageName
	}
	_, err := fmt.Fprintf(a.stdout, "\nThe gain is that over the run's best weights, on its %d validation images.\n"+
		"Use the mean as: %s predict %s INPUT --weights %s\n", r.ValImages, program(), short(run), weights)
	return err
}
