package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
	"tessera/segtrain/record"
	"tessera/segtrain/runs"
	"tessera/segtrain/workflow"
)

func (f *runsFlags) show() *cobra.Command {
	return &cobra.Command{
		Use:   "show RUN",
		Short: "Show one run",
		Args:  arguments(cobra.ExactArgs(1), "one run"),
		RunE: func(_ *cobra.Command, args []string) error {
			ix, r, err := f.find(args[0])
			if err != nil {
				return err
			}
			if f.json {
				return f.printJSON(r)
			}
			return f.printTable(showRows(ix, r))
		},
	}
}

func showRows(ix *runs.Index, r runs.Run) [][2]string {
	rows := [][2]string{
		{"run", short(ix.Dir(r))}, {"id", r.ID}, {"state", r.State},
		{"started", r.Started.Local().Format("2006-01-02 15:04:05")},
		{"steps", fmt.Sprintf("%d, %d epochs, best %d, %.1f s", r.Step, r.Epoch, r.BestEpoch, r.Seconds)},
		{"images", fmt.Sprintf("%d to train, %d to validate", r.Images[0], r.Images[1])},
		{"program", r.Program + " on " + r.Host},
	}
	for _, h := range [][2]string{{"config hash", r.Config}, {"data hash", r.Data}, {"parts hash", r.Parts},
		{"start hash", r.Experiment.Start}, {"pseudo hash", r.Labels}, {"code", r.Code}} {
		if h[1] != "" {
			rows = append(rows, h)
		}
	}
	if p := r.Split; p.Hash != "" {
		rows = append(rows, [2]string{"split", fmt.Sprintf("%s, fold %d of %d", p.Kind, p.Fold, p.Folds)}, [2]string{"split hash", p.Hash})
	}
	if r.Parent != nil {
		rows = append(rows, [2]string{"parent", r.Parent.Name + " " + r.Parent.ID})
	}
	for _, c := range r.Changes {
		rows = append(rows, [2]string{"  changed", c})
	}
	if r.Reason != "" {
		rows = append(rows, [2]string{"reason", r.Reason})
	}
	if r.Pseudo != nil {
		rows = append(rows, [2]string{"pseudo-labels", r.Pseudo.String()})
	}
	if len(r.Tags) > 0 {
		rows = append(rows, [2]string{"tags", strings.Join(r.Tags, " ")})
	}
	for _, n := range r.Notes {
		rows = append(rows, [2]string{"note", n})
	}
	var names []string
	for name := range r.Metrics {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		rows = append(rows, [2]string{name, decimals(r.Metrics[name])})
	}
	for _, s := range r.Settings {
		rows = append(rows, [2]string{s.Key, s.Value})
	}
	if r.Problem != "" {
		rows = append(rows, [2]string{"problem", r.Problem})
	}
	return rows
}

func (f *runsFlags) diff() *cobra.Command {
	return &cobra.Command{
		Use:   "diff A B",
		Short: "Show the keys in which the configurations of two runs differ",
		Args:  arguments(cobra.ExactArgs(2), "two runs"),
		RunE: func(_ *cobra.Command, args []string) error {
			ix, err := runs.Open(f.root)
			if err != nil {
				return err
			}
			var both [2]*config.Config
			for i, word := range args {
				r, err := ix.Find(word)
				if err != nil {
					return err
				}
				if both[i], err = workflow.LoadRun(ix.Dir(r)); err != nil {
					return err
				}
				both[i].Out = "" // a name of its own has every run
			}
			list := both[0].DiffValues(both[1])
			if f.json {
				return f.printJSON(append([]config.Change{}, list...))
			}
			for _, c := range list {
				fmt.Fprintln(f.stdout, c)
			}
			return nil
		},
	}
}

func (f *runsFlags) imports() *cobra.Command {
	return &cobra.Command{
		Use:   "import FOLDER",
		Short: "Copy the runs of another folder that are not here",
		Args:  arguments(cobra.ExactArgs(1), "a folder of runs"),
		RunE: func(_ *cobra.Command, args []string) error {
			list, err := workflow.ImportRuns(f.root, args[0])
			if err != nil {
				return err
			}
			if f.json {
				return f.printJSON(append([]runs.Imported{}, list...))
			}
			g := &grid{head: []string{"from", "name", "what"}}
			for _, x := range list {
				g.add(x.From, x.Name, x.What)
			}
			return g.print(f.stdout)
		},
	}
}

// annotate adds an event to a run's log.
func (f *runsFlags) annotate(word, kind string, v any) error {
	ix, r, err := f.find(word)
	if err != nil {
		return err
	}
	return record.Annotate(ix.Dir(r), kind, v)
}

func (f *runsFlags) tag() *cobra.Command {
	var remove bool
	cmd := &cobra.Command{
		Use:   "tag RUN WORD...",
		Short: "Tag a run with words",
		Args:  arguments(cobra.MinimumNArgs(2), "a run and words"),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, word := range args[1:] {
				if word == "" || strings.ContainsAny(word, " \t\n") {
					return usageError{fmt.Errorf("%q is no tag; allowed: one word", word)}
				}
			}
			t := record.Tag{Add: args[1:]}
			if remove {
				t = record.Tag{Remove: args[1:]}
			}
			return f.annotate(args[0], "tag", t)
		},
	}
	cmd.Flags().BoolVar(&remove, "remove", false, "take the words away")
	return cmd
}

func (f *runsFlags) remove() *cobra.Command {
	var forGood bool
	cmd := &cobra.Command{
		Use:   "rm RUN...",
		Short: "Move runs to .trash in the folder of the runs, or delete them",
		Args:  arguments(cobra.MinimumNArgs(1), "runs"),
		RunE: func(_ *cobra.Command, args []string) error {
			ix, err := runs.Open(f.root)
			if err != nil {
				return err
			}
			var list []runs.Run
			for _, word := range args { // all of them are there, or none goes
				r, err := ix.Find(word)
				if err != nil {
					return err
				}
				list = append(list, r)
			}
			var failed error
			for _, r := range list {
				to, err := ix.Remove(r, forGood)
				switch failed = errors.Join(failed, err); {
				case err != nil:
				case forGood:
					fmt.Fprintf(f.stdout, "Deleted %s.\n", r.Name)
				default:
					fmt.Fprintf(f.stdout, "Moved %s to %s.\n", r.Name, short(to))
				}
			}
			return failed
		},
	}
	cmd.Flags().BoolVar(&forGood, "delete", false, "delete them for good")
	return cmd
}
