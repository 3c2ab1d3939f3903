package cli

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
	"tessera/segtrain/train"
	"tessera/segtrain/workflow"
)

func (a *app) cv() *cobra.Command {
	var s settings
	var f folding
	var weights string
	cmd := &cobra.Command{
		Use:     "cv CONFIG",
		Short:   "Cross-validate: train a model for each fold, and predict what it did not see",
		GroupID: "work",
		Long: "cv trains a model for each fold of data.split, as runs fold0, fold1, … in one directory, and predicts each\n" +
			"fold's images with the model that did not train on them. Repeat the command to go on after an interruption.",
		Example: "  segtrain cv config.yaml --kind stratified --k 5 --out runs/cv",
		Args:    arguments(cobra.ExactArgs(1), "a configuration"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.set = append(s.set, f.settings(cmd)...)
			cfg, err := s.load(args[0])
			if err != nil {
				return err
			}
			return a.crossValidate(cfg, weights)
		},
	}
	s.flags(cmd)
	s.outFlag(cmd)
	f.flags(cmd)
	cmd.Flags().StringVar(&weights, "weights", "", "what predicts out of fold, and as an ensemble: best, last, ema, swa, average (default best)")
	return cmd
}

func (a *app) crossValidate(cfg *config.Config, weights string) error {
	out := a.logging()
	ctx, release := interruptible(func() {
		out.log.Warn("finishing this step and writing a snapshot; interrupt again to quit at once")
	})
	defer release()
	r, err := workflow.CrossValidate(ctx, cfg, workflow.Options{Log: out.log, Progress: out.progress(), Weights: weights})
	if r != nil && (errors.Is(err, train.ErrInterrupted) || errors.Is(err, context.Canceled)) {
		return fmt.Errorf("%w with %d folds done; go on with the same command and --out %s",
			train.ErrInterrupted, len(r.Folds), short(r.Dir))
	}
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(r)
	}
	return a.printCrossValidation(r)
}

// printCrossValidation prints each score's mean and deviation, and its values in the folds.
func (a *app) printCrossValidation(r *workflow.CrossValidation) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\tmean\tsd\t")
	for _, f := range r.Folds {
		fmt.Fprintf(w, "fold %d\t", f.Fold)
	}
	fmt.Fprintln(w)
	for _, list := range [][]workflow.Spread{r.Summary.Scores, r.Summary.IoU} {
		for _, s := range list {
			fmt.Fprintf(w, "%s\t%v\t%v\t", s.Name, s.Mean, s.SD)
			for _, v := range s.Values {
				fmt.Fprintf(w, "%v\t", v)
			}
			fmt.Fprintln(w)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	dir := short(r.Dir)
	fmt.Fprintf(a.stdout, "\nMean IoU over the pixels of all folds: %v. Split %.12s.\n\nReport       %s/report.html\n"+
		"Out of fold  %s/oof", r.Summary.Pooled.MeanIoU, r.Split, dir, dir)
	if r.Weights != "best" {
		fmt.Fprintf(a.stdout, ", by the weights %s; the table is of the best", r.Weights)
	}
	fmt.Fprintln(a.stdout)
	return nil
}
