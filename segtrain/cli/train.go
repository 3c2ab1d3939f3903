package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
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
			"  segtrain train --from runs/a --set optim.lr=1e-3\n" +
			"  segtrain train --resume runs/a",
		Args: arguments(cobra.MaximumNArgs(1), "one configuration"),
		RunE: func(_ *cobra.Command, args []string) error {
			if given := len(args) + count(resume) + count(a.from); given != 1 {
				return usageError{errors.New("train wants a configuration, or --resume RUN, or --from RUN; segtrain init writes a " +
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
			cfg, err := s.start(a.from, args)
			if err != nil {
				return err
			}
			if cfg.Debug {
				return a.debug(cfg)
			}
			if len(cfg.Train.Seeds) > 0 {
				return a.series(cfg.Out, func(ctx context.Context, o workflow.Options) (*workflow.SeriesResult, *workflow.Result, error) {
					return workflow.TrainSeeds(ctx, cfg, o)
				})
			}
			return a.training(workflow.Train, cfg, a.printResult)
		},
	}
	s.flags(cmd)
	s.outFlag(cmd)
	f := cmd.Flags()
	f.BoolVar(&full, "full", false, "leave out the scale of the configuration, which makes an experiment light")
	f.StringVar(&resume, "resume", "", "go on with the run in this directory")
	f.StringVar(&a.from, "from", "", "begin with the configuration of this run, and differ from it in one condition")
	f.StringVar(&a.reason, "reason", "", "why more than one condition differs from that run")
	f.BoolVar(&a.again, "again", false, "train an experiment that has been done already")
	return cmd
}

// start reads the configuration of a new run: a file, or that of the run it is made from.
func (s *settings) start(from string, args []string) (*config.Config, error) {
	if from == "" {
		return s.load(args[0])
	}
	cfg, err := workflow.LoadRun(from, s.changes()...)
	if err != nil {
		return nil, err
	}
	if cfg.Out = ""; s.out != "" {
		err = cfg.Set("out=" + s.out)
	}
	if s.threads != 0 {
		cfg.Threads = s.threads
	}
	cfg.Emulate = cfg.Emulate || s.emulate
	return cfg, err
}

// count returns how many arguments a flag is.
func count(flag string) int { return min(len(flag), 1) }

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
