package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"tessera/segtrain/report"
	"tessera/segtrain/survey"
	"tessera/segtrain/train"
	"tessera/segtrain/workflow"
)

func (a *app) data() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "data",
		Short:   "Look at a data set before training",
		GroupID: "work",
		Args:    unknownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(a.dataCheck(), a.dataStats())
	return cmd
}

func (a *app) dataCheck() *cobra.Command {
	var s settings
	var o workflow.CheckOptions
	cmd := &cobra.Command{
		Use:   "check CONFIG",
		Short: "Open every image and mask, count what they show and report what is wrong",
		Long: "check opens every file of a configuration's data set. It counts sizes, classes and values, finds images\n" +
			"that look the same, above all on both sides of a split, and reports each file that cannot be used.\n" +
			"It ends with an error if training could not go on.",
		Example: "  segtrain data check config.yaml --out check\n" +
			"  segtrain data check config.yaml --test test/images --json",
		Args: arguments(cobra.ExactArgs(1), "a configuration or a run"),
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, err := s.load(args[0])
			if err != nil {
				return err
			}
			out := a.logging()
			ctx, release := interruptible(func() { out.log.Warn("stopping") })
			defer release()
			count := out.counter("images")
			o.Progress = count.done
			found, err := workflow.CheckData(ctx, cfg, o)
			count.stop()
			if err != nil {
				return stopped(err)
			}
			return a.printSurvey(found, o.Out)
		},
	}
	s.flags(cmd)
	cmd.Flags().StringVarP(&o.Out, "out", "o", "", "folder to write data.html to, a page with pictures")
	cmd.Flags().StringArrayVar(&o.Test, "test", nil, "folder of images without masks, looked at too; may be repeated")
	return cmd
}

func (a *app) dataStats() *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use:   "stats CONFIG",
		Short: "Measure mean and deviation of the training images' channels, as lines for the configuration",
		Args:  arguments(cobra.ExactArgs(1), "a configuration or a run"),
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, err := s.load(args[0])
			if err != nil {
				return err
			}
			out := a.logging()
			ctx, release := interruptible(func() { out.log.Warn("stopping") })
			defer release()
			count := out.counter("images")
			channels, err := workflow.ChannelStats(ctx, cfg, count.done)
			count.stop()
			if err != nil {
				return stopped(err)
			}
			if a.json {
				return a.printJSON(channels)
			}
			_, err = fmt.Fprint(a.stdout, report.StatsYAML(channels))
			return err
		},
	}
	s.flags(cmd)
	return cmd
}

// stopped is the error of work that was interrupted.
func stopped(err error) error {
	if errors.Is(err, context.Canceled) {
		return train.ErrInterrupted
	}
	return err
}

// printSurvey prints what was found. Mistakes are an error, after all is printed.
func (a *app) printSurvey(s *survey.Survey, out string) error {
	wrong := len(s.Findings) - len(s.Findings.Warnings())
	if a.json {
		if err := a.printJSON(s); err != nil {
			return err
		}
	} else if err := a.printSurveyText(s); err != nil {
		return err
	}
	if out != "" && !a.json {
		fmt.Fprintf(a.stdout, "\nLook at %s\n", filepath.Join(out, workflow.CheckFile))
	}
	if wrong > 0 {
		return fmt.Errorf("%s in the data that training cannot go on with", plural(wrong, "mistake"))
	}
	return nil
}
