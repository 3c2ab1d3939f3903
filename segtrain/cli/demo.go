package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
	"tessera/segtrain/workflow"
)

func (a *app) demo() *cobra.Command {
	var s settings
	var steps int
	cmd := &cobra.Command{
		Use:     "demo",
		Short:   "Draw a data set, train on it and show the result",
		GroupID: "work",
		Long: "demo draws pictures of things on a table with their masks, trains a network on them, measures it on\n" +
			"pictures of other tables, and lets it segment new ones. It needs nothing and takes a few minutes.",
		Args: arguments(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			var more []string
			if steps > 0 {
				more = append(more, fmt.Sprintf("train.steps=%d", steps))
			}
			cfg, err := config.Parse("demo", nil, s.all(more...)...)
			if err != nil {
				return err
			}
			if cfg.Debug {
				return a.debug(cfg)
			}
			a.again = true // a demo may be shown twice
			return a.training(workflow.Train, cfg, func(r *workflow.Result) error { return a.showDemo(cfg, r) })
		},
	}
	s.flags(cmd)
	s.outFlag(cmd)
	cmd.Flags().IntVar(&steps, "steps", 0, "stop after so many steps, for a short run")
	return cmd
}

// showDemo predicts new pictures, and says what to look at and what to type next.
func (a *app) showDemo(cfg *config.Config, r *workflow.Result) error {
	done := *cfg
	done.Out = r.Dir
	p, err := workflow.PredictNew(context.Background(), &done, a.logging().options())
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(r)
	}
	a.printTraining(r)
	dir := short(r.Dir)
	fmt.Fprintln(a.stdout, "\nLook at")
	err = a.printTable([][2]string{
		{"  " + dir + "/report.html", "the run on one page"},
		{"  " + dir + "/overlays", "its best and worst validation images: picture, truth, prediction, errors"},
		{"  " + short(p.Out) + "/overlays", "what it sees in pictures it never saw"},
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, "\nNext")
	return a.printTable([][2]string{
		{"  " + program() + " init IMAGES MASKS", "look at your images and write config.yaml for them"},
		{"  " + program() + " train config.yaml", "train on them"},
		{"  " + program() + " predict " + dir + " IMAGES --out masks", "segment pictures with these weights"},
	})
}
