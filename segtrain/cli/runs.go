package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/runs"
)

// runsFlags are what the commands below runs share.
type runsFlags struct {
	*app
	root  string
	where []string
}

func (a *app) runs() *cobra.Command {
	f := &runsFlags{app: a}
	cmd := &cobra.Command{
		Use:     "runs",
		Short:   "List, compare and tidy up runs",
		GroupID: "work",
		Long: "runs looks at the run directories below a folder. A run is meant by its name, its directory or the beginning of\n" +
			"its id.",
		SuggestionsMinimumDistance: 2,

		Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVar(&f.root, "root", "runs", "folder of the runs")
	cmd.AddCommand(f.list(), f.show(), f.diff(), f.best(), f.tree(), f.export(), f.compare(), f.imports(), f.note(), f.tag(),
		f.remove())
	return cmd
}

// filtered adds the flag that chooses runs.
func (f *runsFlags) filtered(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringArrayVar(&f.where, "where", nil, "only runs for which `key=value`; also !=, <, <=, >, >=, ~; may be repeated")
	return cmd
}

// open returns the runs that the flags choose.
func (f *runsFlags) open() (*runs.Index, error) {
	ix, err := runs.Open(f.root)
	if err != nil {
		return nil, err
	}
	return ix, ix.Filter(f.where...)
}

// find returns a run of all that there are.
func (f *runsFlags) find(word string) (*runs.Index, runs.Run, error) {
	ix, err := runs.Open(f.root)
	if err != nil {
		return nil, runs.Run{}, err
	}
	r, err := ix.Find(word)
	return ix, r, err
}

func (f *runsFlags) list() *cobra.Command {
	var sort string
	var turned bool
	var columns []string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List runs",
		Example: "  segtrain runs list --where state=done --where 'optim.lr>=1e-3' --sort mean_iou --columns optim.lr,iou.car",
		Args:    arguments(cobra.NoArgs, "no arguments; --root names the folder"),
		RunE: func(*cobra.Command, []string) error {
			ix, err := f.open()
			if err != nil {
				return err
			}
			if err := ix.Sort(sort, turned); err != nil {
				return err
			}
			if f.json {
				return f.printJSON(append([]runs.Run{}, ix.Runs...))
			}
			g, err := tableOf(ix, columns)
			if err != nil {
				return err
			}
			return g.print(f.stdout)
		},
	}
	f.filtered(cmd)
	cmd.Flags().StringVar(&sort, "sort", "started", "key to sort by; a metric begins with the best")
	cmd.Flags().BoolVar(&turned, "reverse", false, "the other way round")
	cmd.Flags().StringSliceVar(&columns, "columns", nil, "more columns: metrics, keys of the configuration, other keys")
	return cmd
}

// tableOf lists runs with the usual columns and more.
func tableOf(ix *runs.Index, more []string) (*grid, error) {
	g := &grid{head: append([]string{"name", "id", "state", "started", "epoch", "mean_iou", "val_loss", "parent", "tags"}, more...)}
	for _, r := range ix.Runs {
		parent, _, _, _ := r.Value("parent")
		row := []string{r.Name, r.ID, r.State, r.Started.Local().Format("2006-01-02 15:04"), strconv.Itoa(r.Epoch),
			metricText(r, "mean_iou"), metricText(r, "val_loss"), parent, strings.Join(r.Tags, " ")}
		for _, key := range more {
			text, v, _, ok := r.Value(key)
			if _, metric := r.Metrics[key]; metric && ok {
				text = decimals(v)
			}
			row = append(row, text)
		}
		for i := range row {
			if row[i] == "" {
				row[i] = "-"
			}
		}
		g.add(row...)
	}
	return g, nil
}

func decimals(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }

func (f *runsFlags) best() *cobra.Command {
	var metric string
	cmd := &cobra.Command{
		Use:   "best",
		Short: "Show the run that is best by a metric",
		Args:  arguments(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			ix, err := f.open()
			if err != nil {
				return err
			}
			r, err := ix.Best(metric)
			if err != nil {
				return err
			}
			if f.json {
				return f.printJSON(r)
			}
			fmt.Fprintf(f.stdout, "%s  %s %s\n", short(ix.Dir(r)), metric, decimals(r.Metrics[metric]))
			return nil
		},
	}
	cmd.Flags().StringVar(&metric, "metric", "mean_iou", "metric; a loss is best when lowest")
	return f.filtered(cmd)
}

func (f *runsFlags) tree() *cobra.Command {
	return f.filtered(&cobra.Command{
		Use:   "tree",
		Short: "Show which run was made from which",
		Args:  arguments(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			ix, err := f.open()
			if err != nil {
				return err
			}
			nodes := ix.Tree()
			if f.json {
				return f.printJSON(append([]*runs.Node{}, nodes...))
			}
			for _, n := range nodes {
				f.printNode(n, "")
			}
			return nil
		},
	})
}

// printNode prints a run and, further in, those that were made from it.
func (f *runsFlags) printNode(n *runs.Node, indent string) {
	line := indent + n.Name
	if v := metricText(n.Run, "mean_iou"); v != "" {
		line += "  " + v
	}
	if n.State != runs.Done {
		line += "  " + n.State
	}
	if len(n.Changes) > 0 {
		line += "  " + strings.Join(n.Changes, "; ")
	}
	if n.Pseudo != nil {
		line += fmt.Sprintf("  pseudo-labels of round %d, set %s", n.Pseudo.Round, n.Pseudo.Set)
	}
	if n.Reason != "" {
		line += "  (" + n.Reason + ")"
	}
	fmt.Fprintln(f.stdout, line)
	for _, c := range n.Children {
		f.printNode(c, indent+"  ")
	}
}

func (f *runsFlags) export() *cobra.Command {
	var format string
	var columns []string
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Write the runs as a table",
		Example: "  segtrain runs export --format md --where tag=final > runs.md",
		Args:    arguments(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			ix, err := f.open()
			if err != nil {
				return err
			}
			g, err := tableOf(ix, columns)
			if err != nil {
				return err
			}
			switch format {
			case "csv":
				return g.csv(f.stdout)
			case "md":
				_, err := f.stdout.Write([]byte(g.markdown()))
				return err
			}
			return usageError{fmt.Errorf("no format %q; allowed: csv, md", format)}
		},
	}
	cmd.Flags().StringVar(&format, "format", "csv", "csv or md")
	cmd.Flags().StringSliceVar(&columns, "columns", nil, "more columns, as for list")
	return f.filtered(cmd)
}

func (f *runsFlags) compare() *cobra.Command {
	var metric, over string
	cmd := &cobra.Command{
		Use:   "compare A B",
		Short: "Tell whether one run is better than another beyond noise",
		Long: "compare pairs runs of the same seed and fold. A and B are runs, folders of runs, tag:WORD, or parent:RUN for the runs\n" +
			"made from it. With several pairs it is a paired t test; with one run each it resamples the validation images.",
		Example: "  segtrain runs compare runs/adamw runs/sgd\n  segtrain runs compare runs/cv-seeds-b runs/cv-seeds-a --over seeds",
		Args:    arguments(cobra.ExactArgs(2), "two runs, or two groups of runs"),
		RunE: func(_ *cobra.Command, args []string) error {
			ix, err := runs.Open(f.root)
			if err != nil {
				return err
			}
			v, err := ix.CompareOver(args[0], args[1], metric, over)
			if err != nil {
				return err
			}
			if f.json {
				return f.printJSON(v)
			}
			_, err = f.stdout.Write([]byte(v.Text()))
			return err
		},
	}
	cmd.Flags().StringVar(&metric, "metric", "mean_iou", "metric to compare")
	cmd.Flags().StringVar(&over, "over", "", "what the test is over: folds, or seeds, each the mean of its folds (default folds where there are several)")
	return cmd
}

func (f *runsFlags) note() *cobra.Command {
	return &cobra.Command{
		Use:   "note RUN TEXT",
		Short: "Add a note to a run's log",
		Args:  arguments(cobra.ExactArgs(2), "a run and a text"),
		RunE: func(_ *cobra.Command, args []string) error {
			if strings.TrimSpace(args[1]) == "" {
				return usageError{errors.New("the note is empty")}
			}
			return f.annotate(args[0], "note", map[string]any{"text": args[1]})
		},
	}
}
