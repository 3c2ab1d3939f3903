package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
	"tessera/segtrain/workflow"
)

func (a *app) sweep() *cobra.Command {
	var s settings
	var w workflow.Sweep
	var table string
	cmd := &cobra.Command{
		Use:     "sweep CONFIG|RUN",
		Short:   "Train a configuration with one key changed at a time",
		GroupID: "work",
		Long: "sweep trains a configuration as it is, the baseline, and then once for each value, which differs from the baseline\n" +
			"in one key; with --cross, in every combination. Repeat the command to go on with a sweep that was interrupted.",
		Example: "  segtrain sweep config.yaml --grid optim.lr=3e-4,1e-3,3e-3 --grid train.batch=4,8 --out runs/sweep\n" +
			"  segtrain sweep config.yaml --random 'optim.lr=1e-4..1e-2(log)' --runs 5 --out runs/rates",
		Args: arguments(cobra.ExactArgs(1), "a configuration or a run"),
		RunE: func(_ *cobra.Command, args []string) error {
			if s.out == "" {
				return usageError{errors.New("sweep wants --out, a folder for its runs; the same command goes on there")}
			}
			list, err := w.Plan(func(more ...string) (*config.Config, error) { return s.sweepConfig(args[0], more) })
			if errors.Is(err, workflow.ErrNoSweep) || errors.Is(err, workflow.ErrSweepText) {
				return usageError{err}
			}
			if err != nil {
				return err
			}
			out, err := filepath.Abs(s.out)
			if err != nil {
				return err
			}
			series := &workflow.Series{Dir: out, Baseline: list[0].Name, Members: list}
			return a.series(s.out, func(ctx context.Context, o workflow.Options) (*workflow.SeriesResult, *workflow.Result, error) {
				r, last, err := series.Train(ctx, o)
				if err == nil && table != "" {
					err = os.WriteFile(table, []byte(seriesTable(r).markdown()), 0o666)
				}
				return r, last, err
			})
		},
	}
	s.flags(cmd)
	f := cmd.Flags()
	f.StringVarP(&s.out, "out", "o", "", "folder for the runs")
	f.StringArrayVar(&w.Grid, "grid", nil, "values to try, `key=a,b,c`; may be repeated")
	f.StringArrayVar(&w.Random, "random", nil, "a range to draw from, `key=lo..hi`, or key=lo..hi(log); may be repeated")
	f.IntVar(&w.Runs, "runs", 0, "how many values to draw")
	f.Uint64Var(&w.Seed, "draw-seed", 1, "another seed draws other values")
	f.BoolVar(&w.Cross, "cross", false, "every combination of the values")
	f.StringVar(&table, "md", "", "write the table to this `file` as Markdown, too")
	return cmd
}

// sweepConfig reads the configuration of a sweep's run, which has no directory of its own yet.
func (s *settings) sweepConfig(path string, more []string) (*config.Config, error) {
	one := settings{set: append(append([]string{}, s.set...), more...), threads: s.threads}
	cfg, err := one.load(path)
	if err == nil {
		cfg.Out = ""
	}
	return cfg, err
}

// printSeries prints the runs of a series side by side, and what they have in common.
func (a *app) printSeries(r *workflow.SeriesResult) error {
	if a.json {
		return a.printJSON(r)
	}
	if err := seriesTable(r).print(a.stdout); err != nil {
		return err
	}
	if r.Mean != nil {
		fmt.Fprintln(a.stdout)
		for _, m := range []string{"mean_iou", "mean_dice", "pixel_accuracy", "val_loss"} {
			if mean, ok := r.Mean[m]; ok {
				fmt.Fprintf(a.stdout, "%s %.4f ± %.4f (mean and standard deviation of %d seeds)\n", m, mean, r.SD[m], len(r.Runs))
			}
		}
	}
	_, err := fmt.Fprintf(a.stdout, "\nRuns     %s\n", short(r.Dir))
	return err
}

// seriesTable shows each run, how it differs, and how much better it is than the baseline.
func seriesTable(r *workflow.SeriesResult) *grid {
	g := &grid{head: []string{"run", "changes", "mean_iou", "difference", "val_loss", "best_epoch", "seconds"}}
	for _, x := range r.Runs {
		changes, difference := strings.Join(x.Changes, "; "), ""
		if v, ok := x.Metrics["mean_iou"]; ok && x.Parent != nil {
			if base, ok := r.Runs[0].Metrics["mean_iou"]; ok && x.Parent.ID == r.Runs[0].ID {
				difference = fmt.Sprintf("%+.4f", v-base)
			}
		}
		g.add(x.Name, changes, metricText(x, "mean_iou"), difference, metricText(x, "val_loss"), fmt.Sprint(x.BestEpoch),
			fmt.Sprintf("%.1f", x.Seconds))
	}
	return g
}
