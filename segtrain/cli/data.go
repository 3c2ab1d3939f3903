package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

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
		return fmt.Errorf("%d mistakes in the data that training cannot go on with", wrong)
	}
	return nil
}

// printSurveyText prints the tables.
func (a *app) printSurveyText(s *survey.Survey) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "part\timages\twith a mask\tgroups\tunreadable\n")
	for _, p := range s.Parts {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\n", p.Name, p.Images, p.Labelled, p.Groups, p.Failed)
	}
	fmt.Fprintf(w, "\nheight × width\tchannels\tbits\timages\n")
	for _, z := range s.Sizes[:min(len(s.Sizes), most)] {
		fmt.Fprintf(w, "%d × %d\t%d\t%d\t%d\n", z.Height, z.Width, z.Channels, z.Bits, z.Images)
	}
	more(w, len(s.Sizes))
	fmt.Fprintf(w, "\nclass\tof pixels\timages\t%s\n", strings.Join(partNames(s), "\t"))
	for _, c := range append(s.Classes, s.Ignored) {
		fmt.Fprintf(w, "%s\t%.2f %%\t%d", c.Name, 100*c.Share, c.Images)
		for _, n := range c.ByPart {
			fmt.Fprintf(w, "\t%d", n)
		}
		fmt.Fprintln(w)
	}
	if len(s.Labels) > 0 {
		fmt.Fprintf(w, "\nlabel\timages\t%s\n", strings.Join(partNames(s), "\t"))
	}
	for _, l := range s.Labels[:min(len(s.Labels), most)] {
		fmt.Fprintf(w, "%s\t%d", l.Name, l.Images)
		for _, n := range l.ByPart {
			fmt.Fprintf(w, "\t%d", n)
		}
		fmt.Fprintln(w)
	}
	more(w, len(s.Labels))
	fmt.Fprintf(w, "\nmask value\tpixels\timages\n")
	for _, v := range s.Values[:min(len(s.Values), most)] {
		name := v.Color
		if name == "" {
			name = fmt.Sprint(v.Value)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\n", name, v.Pixels, v.Images)
	}
	more(w, len(s.Values))
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "\n%d masks show nothing but %s. %d sets of images look the same; %d pairs of them are parted.\n",
		s.Empty, s.Classes[0].Name, len(s.Alike), len(s.Leaks))
	fmt.Fprintf(a.stdout, "\nThe training images' channels, for the configuration:\n%s", report.StatsYAML(s.Channels))
	for _, f := range s.Findings {
		level := "mistake"
		if f.Warning {
			level = "warning"
		}
		fmt.Fprintf(a.stdout, "\n%s: %s: %s", level, f.Kind, f)
	}
	if len(s.Findings) > 0 {
		fmt.Fprintln(a.stdout)
	}
	return nil
}

// most is how many lines of a table are printed.
const most = 30

// more says how many lines are not printed.
func more(w *tabwriter.Writer, n int) {
	if n > most {
		fmt.Fprintf(w, "and %d more: --json has them\n", n-most)
	}
}

func partNames(s *survey.Survey) []string {
	var names []string
	for _, p := range s.Parts {
		names = append(names, p.Name)
	}
	return names
}
