package cli

import (
	"errors"
	"fmt"
	"regexp"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tessera/segtrain/workflow"
)

func (a *app) models() *cobra.Command {
	o := workflow.ModelsOptions{}
	var filter string
	var seconds float64
	var measure bool
	cmd := &cobra.Command{
		Use:     "models",
		Short:   "List architectures and encoders, and what they cost",
		GroupID: "help",
		Long: "models lists every architecture with every encoder: parameters, floating-point operations of a prediction\n" +
			"and memory, all for one picture. A multiply-add counts as two operations, and only those count that are\n" +
			"really done: a convolution after an enlargement takes 4 products a pixel where a plain one takes 9. Nothing\n" +
			"is computed without --measure.",
		Args: arguments(cobra.NoArgs, "no arguments; names are chosen by --filter"),
		RunE: func(*cobra.Command, []string) error {
			expression, err := regexp.Compile(filter)
			if err != nil {
				return usageError{fmt.Errorf("--filter: %w", err)}
			}
			if !(seconds >= 0 && seconds <= 3600) {
				return usageError{errors.New("models wants --seconds from 0 to 3600")}
			}
			o.Filter = expression
			if measure {
				o.Measure = max(1, time.Duration(seconds*float64(time.Second)))
			}
			log := a.logging().log
			list, err := workflow.Models(o, func(arch, encoder string) {
				if measure {
					log.Info("measuring", "arch", arch, "encoder", encoder)
				}
			})
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"size": o.Size, "classes": o.Classes, "models": list})
			}
			return a.printModels(list)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.Size, "size", 256, "height and width of a picture")
	f.IntVar(&o.Classes, "classes", 11, "classes to tell apart")
	f.StringVar(&filter, "filter", "", "list what matches this `regexp`, such as '^unet resnet'")
	f.BoolVar(&measure, "measure", false, "measure predictions per second, too")
	f.Float64Var(&seconds, "seconds", 0.5, "time for measuring each model")
	return cmd
}

// printModels prints a line for each model.
func (a *app) printModels(list []workflow.ModelCost) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "M params\tGFLOP\tMB to predict\tMB to train\timages/s\t  architecture and encoder\n")
	for _, c := range list {
		name := "  " + c.Arch + "  " + c.Encoder
		if c.Problem != "" {
			fmt.Fprintf(w, "-\t-\t-\t-\t-\t%s: %s\n", name, c.Problem)
			continue
		}
		speed := "-"
		if c.PerSecond > 0 {
			speed = fmt.Sprintf("%.1f", c.PerSecond)
		}
		fmt.Fprintf(w, "%.2f\t%.2f\t%d\t%d\t%s\t%s\n", float64(c.Parameters)/1e6, c.GFLOP, c.PredictMB, c.TrainMB, speed, name)
	}
	return w.Flush()
}
