package cli

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/workflow"
)

// scheduleRows is how many rates are printed.
const scheduleRows = 12

func (a *app) schedule() *cobra.Command {
	var s settings
	var file, plot string
	cmd := &cobra.Command{
		Use:     "schedule",
		Short:   "Show the learning rate over the steps of a run",
		GroupID: "help",
		Example: "  segtrain schedule --config config.yaml --plot rate.png --set schedule.name=one_cycle",
		Args:    arguments(cobra.NoArgs, "no arguments; a configuration goes with --config"),
		RunE: func(*cobra.Command, []string) error {
			if file == "" {
				return usageError{errors.New("schedule wants --config, a configuration or a run")}
			}
			cfg, err := s.load(file)
			if err != nil {
				return err
			}
			rates, err := workflow.Schedule(cfg)
			if err != nil {
				return err
			}
			if plot != "" {
				if err := rates.Plot(plot); err != nil {
					return err
				}
			}
			if a.json {
				return a.printJSON(rates)
			}
			return a.printRates(rates, plot)
		},
	}
	s.flags(cmd)
	cmd.Flags().StringVar(&file, "config", "", "configuration or run whose schedule is meant")
	cmd.Flags().StringVar(&plot, "plot", "", "draw the rates to this `file`, a PNG")
	return cmd
}

// printRates prints some of the rates, evenly spread, the first and the last among them.
func (a *app) printRates(r *workflow.Rates, plot string) error {
	steps := len(r.Rates)
	fmt.Fprintf(a.stdout, "%s over %d steps, %d an epoch\n", r.Schedule, steps, r.PerEpoch)
	if r.Plateau {
		fmt.Fprintln(a.stdout, "if validation always gets better; the rate falls when it does not")
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "step\tepoch\trate\t\n")
	rows := min(scheduleRows, steps)
	for i := range rows {
		step := i * (steps - 1) / max(1, rows-1)
		fmt.Fprintf(w, "%d\t%.2f\t%.3g\t\n", step+1, float64(step)/float64(r.PerEpoch), r.Rates[step])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if plot != "" {
		fmt.Fprintf(a.stdout, "Wrote %s.\n", plot)
	}
	return nil
}
