package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tessera/segtrain/workflow"
)

func (a *app) solve() *cobra.Command {
	var s settings
	var o workflow.SolveOptions
	cmd := &cobra.Command{
		Use:     "solve IMAGES MASKS --test TEST --out DIR",
		Short:   "Go from pictures and masks to a submission, with a report of everything",
		GroupID: "work",
		Long: "solve looks at the data, checks it, parts it into folds, tests and forecasts a run, trains all folds, measures what\n" +
			"test-time augmentation and post-processing are worth out of fold, predicts, writes the submission and reads it back.\n" +
			"The same command goes on after an interruption; stages that are done are not done again.",
		Example: "  segtrain solve images masks --test test --out solved\n" +
			"  segtrain solve images masks --test test --out solved --sample sample_submission.csv --hours 8\n" +
			"  segtrain solve --config config.yaml --test test --out solved --set train.epochs=30",
		Args: arguments(cobra.MaximumNArgs(2), "a folder of images and a folder of masks, or --config"),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 1, len(args) == 0 && o.Config == "":
				return usageError{errors.New("solve wants a folder of images and a folder of masks, or --config")}
			case len(args) == 2 && o.Config != "":
				return usageError{errors.New("--config takes the place of the folders: give one or the other")}
			case len(args) == 2:
				o.Images, o.Masks = args[0], args[1]
			}
			if len(o.Test) == 0 || o.Out == "" {
				return usageError{errors.New("solve wants --test, the images to predict, and --out, a directory to work in")}
			}
			o.Settings = s.all()
			return a.runSolve(o)
		},
	}
	s.flags(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.Test, "test", nil, "folder of images to predict; may be repeated")
	f.StringVarP(&o.Out, "out", "o", "", "directory to work in")
	f.StringVar(&o.Sample, "sample", "", "the competition's sample: a table, or a folder or zip of PNG files")
	f.StringVar(&o.Config, "config", "", "`configuration` in place of the folders")
	f.StringVar(&o.Recipe, "recipe", "", "preset for the network and its training; see segtrain recipes list")
	completeRecipes(cmd)
	f.Float64Var(&o.Hours, "hours", 0, "time for everything: epochs, folds and pixels are given up for it, and views")
	f.IntVar(&o.Folds, "folds", 0, "folds (default 5, or the number of groups if there are fewer)")
	f.IntVar(&o.Epochs, "epochs", 0, "epochs of each fold (default: as configured)")
	f.StringVar(&o.Redo, "redo", "", "`stage` to do again, with those after it that rest on it")
	return cmd
}

func (a *app) runSolve(o workflow.SolveOptions) error {
	out := a.logging()
	ctx, release := interruptible(func() {
		out.log.Warn("finishing this step and writing what is done; interrupt again to quit at once")
	})
	defer release()
	o.Count = func(what string) (func(int, int), func()) {
		c := out.counter(what)
		return c.done, c.stop
	}
	r, err := workflow.Solve(ctx, o, workflow.Options{Log: out.log, Progress: out.progress()})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(r)
	}
	if err := a.printTable(r.Summary); err != nil {
		return err
	}
	if n := len(r.Warnings); n > 0 {
		fmt.Fprintf(a.stdout, "\n%d warnings, which the report lists.\n", n)
	}
	fmt.Fprintf(a.stdout, "\nSubmission  %s\nReport      %s\n", short(r.Submission), short(r.Report))
	return nil
}
