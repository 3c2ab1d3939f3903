package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tessera/segtrain/train"
	"tessera/segtrain/workflow"
)

func (a *app) train() *cobra.Command {
	var s settings
	var resume string
	var full bool
	cmd := &cobra.Command{
		Use:     "train [CONFIG]",
		Short:   "Train a model as a configuration says",
		GroupID: "work",
		Example: "  segtrain train config.yaml --set optim.lr=3e-4 --out runs/a\n" +
			"  segtrain train --resume runs/a",
		Args: arguments(cobra.MaximumNArgs(1), "one configuration"),
		RunE: func(_ *cobra.Command, args []string) error {
			if (len(args) == 1) == (resume != "") {
				return usageError{errors.New("train wants a configuration, or --resume RUN; segtrain init writes a " +
					"configuration for your images, and segtrain demo needs none")}
			}
			if resume != "" {
				if full {
					return usageError{errors.New("--full is for a configuration; a run goes on as it was begun")}
				}
				cfg, err := s.resume(resume)
				if err != nil {
					return err
				}
				return a.training(workflow.Resume, cfg, a.printResult)
			}
			if full {
				s.set = append(s.set, "scale.use=false")
			}
			cfg, err := s.load(args[0])
			if err != nil {
				return err
			}
			if cfg.Debug {
				return a.debug(cfg)
			}
			return a.training(workflow.Train, cfg, a.printResult)
		},
	}
	s.flags(cmd)
	s.outFlag(cmd)
	cmd.Flags().BoolVar(&full, "full", false, "leave out the scale of the configuration, which makes an experiment light")
	cmd.Flags().StringVar(&resume, "resume", "", "go on with the run in this directory")
	return cmd
}

// printResult prints a finished run.
func (a *app) printResult(r *workflow.Result) error {
	if a.json {
		return a.printJSON(r)
	}
	a.printTraining(r)
	dir := short(r.Dir)
	fmt.Fprintf(a.stdout, "\nReport   %s/report.html\nWeights  %s/best.safetensors\n", dir, dir)
	return nil
}

// printTraining prints what training came to.
func (a *app) printTraining(r *workflow.Result) {
	m := r.Metrics
	fmt.Fprint(a.stdout, m.Report.String())
	fmt.Fprintf(a.stdout, "\nBest of %d epochs: %d. Trained %d steps in %.0f s, %.1f images/s.\n",
		m.Epochs, m.BestEpoch, m.Steps, m.Seconds, m.ImagesPerSecond)
}

// interrupted says how to go on with a run that was interrupted; other errors stay as they are.
func interrupted(r *workflow.Result, err error) error {
	if r == nil || !errors.Is(err, train.ErrInterrupted) {
		return err
	}
	return fmt.Errorf("%w after step %d of %d; go on with: %s train --resume %s",
		train.ErrInterrupted, r.Done, r.Steps, program(), short(r.Dir))
}
