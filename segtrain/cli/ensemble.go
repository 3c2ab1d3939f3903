package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/metric"
	"tessera/segtrain/workflow"
)

func (a *app) ensemble() *cobra.Command {
	var o workflow.EnsembleOptions
	var f workflow.FolderOptions
	var folders bool
	cmd := &cobra.Command{
		Use:     "ensemble CV...|RUN...",
		Short:   "Combine cross-validations or runs, and say what each member is worth, out of fold",
		GroupID: "work",
		Long: "ensemble combines the out-of-fold predictions of cross-validations of one split, or what single runs say of the images\n" +
			"that all of them held out, and writes an ensemble to predict with. With --fit it finds weights, and measures them on folds that they were not found on. With\n" +
			"--folders it combines folders of probabilities to masks.",
		Example: "  segtrain ensemble runs/a runs/b runs/c --fit --drop --out ensemble.yaml\n" +
			"  segtrain predict ensemble.yaml photos --out masks\n" +
			"  segtrain ensemble --folders one two --weights 0.7,0.3 --out masks",
		Args: arguments(cobra.MinimumNArgs(1), "directories of cross-validations, or of runs that validated on the same images"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if folders {
				if o.Fit || o.Drop {
					return usageError{errors.New("--fit and --drop need the truth: they are for cross-validations, not for --folders")}
				}
				f.Dirs, f.Combine, f.Weights, f.Out = args, o.Combine, o.Weights, o.Out
				return a.combineFolders(f)
			}
			for _, name := range []string{"task", "threshold", "probabilities"} {
				if cmd.Flags().Changed(name) {
					return usageError{fmt.Errorf("--%s is for --folders", name)}
				}
			}
			o.Dirs = args
			return a.blend(o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Combine, "combine", "mean", "mean of probabilities, logits, or gmean")
	flags.Float64SliceVar(&o.Weights, "weights", nil, "of the members, instead of equal ones")
	flags.BoolVar(&o.Fit, "fit", false, "find weights")
	flags.BoolVar(&o.Drop, "drop", false, "leave out members that do not help beyond noise")
	flags.StringVarP(&o.Out, "out", "o", "", "file of the ensemble to write (.yaml), with a page beside it; with --folders the folder of masks")
	flags.BoolVar(&folders, "folders", false, "combine folders of probabilities (.npy), as segtrain predict --probabilities writes them")
	flags.StringVar(&f.Task, "task", "", "of the folders: multiclass, binary, multilabel (default: binary for one class, else multiclass)")
	flags.Float64SliceVar(&f.Thresholds, "threshold", nil, "of binary and multilabel folders (default 0.5)")
	flags.BoolVar(&f.Probabilities, "probabilities", false, "write the combined probabilities of folders, too")
	return cmd
}

func (a *app) blend(o workflow.EnsembleOptions) error {
	out := a.logging()
	if o.Out != "" && !strings.HasSuffix(o.Out, ".yaml") && !strings.HasSuffix(o.Out, ".yml") {
		return usageError{fmt.Errorf("--out %s: the file of an ensemble is called .yaml", o.Out)}
	}
	ctx, release := interruptible(func() { out.log.Warn("stopping") })
	defer release()
	count := out.counter("images")
	o.Progress = count.done
	r, err := workflow.Blend(ctx, o, out.options())
	count.stop()
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(r)
	}
	a.printBlended(r)
	return nil
}

func (a *app) combineFolders(f workflow.FolderOptions) error {
	if f.Out == "" {
		return usageError{errors.New("--folders wants --out, the folder to write masks to")}
	}
	out := a.logging()
	r, err := workflow.CombineFolders(context.Background(), f, out.options())
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(r)
	}
	fmt.Fprintf(a.stdout, "%d masks of %d folders in %s/masks.\n", r.Images, len(r.Folders), r.Out)
	return nil
}

// printBlended prints members, the correlation of their errors, and what they are worth together.
func (a *app) printBlended(r *workflow.Blended) {
	on := "Out of fold on"
	if r.HeldOut {
		on = "On the held-out"
	}
	fmt.Fprintf(a.stdout, on+" %d images at their own sizes, split %.12s, combined by %s.\n", r.Images, r.Split, r.Combine)
	rows := [][]string{{"member", "size", "mean IoU", "weight", "gain", "95 % interval"}}
	for _, m := range r.Members {
		row := []string{m.Name, fmt.Sprintf("%d×%d", m.Size[0], m.Size[1]), score4(m.MeanIoU), fmt.Sprintf("%.3f", m.Weight), "-", ""}
		if m.Dropped {
			row[3] = "dropped"
		}
		if m.Gain != nil {
			row[4], row[5] = signed(m.Gain.Mean), signed(m.Gain.Low)+" to "+signed(m.Gain.High)
		}
		rows = append(rows, row)
	}
	a.printRows(rows)
	fmt.Fprintln(a.stdout, "\nGain: mean IoU of all with equal weights, less that of all but the member.")
	if len(r.Members) > 1 {
		names := []string{"errors"}
		for _, m := range r.Members {
			names = append(names, m.Name)
		}
		rows = [][]string{names}
		for i, m := range r.Members {
			row := []string{m.Name}
			for _, v := range r.Correlation[i] {
				row = append(row, v.String())
			}
			rows = append(rows, row)
		}
		a.printRows(rows)
	}
	rows = [][]string{{"together", "mean IoU", "over equal", "95 % interval"}, {"equal weights", score4(r.Equal), "", ""}}
	add := func(name string, s *workflow.BlendedScore) {
		if s != nil {
			rows = append(rows, []string{name, score4(s.MeanIoU), signed(s.Gain.Mean), signed(s.Gain.Low) + " to " + signed(s.Gain.High)})
		}
	}
	add("these weights", r.Naive)
	add("nested", r.Nested)
	a.printRows(rows)
	fmt.Fprintln(a.stdout)
	for _, n := range r.Notes {
		fmt.Fprintln(a.stdout, n)
	}
	if r.Out != "" {
		fmt.Fprintf(a.stdout, "\nEnsemble  %s\nPage      %s\n", short(r.Out), short(r.Page))
	}
}

func score4(s metric.Score) string { return fmt.Sprintf("%.4f", float64(s)) }

func signed(s metric.Score) string { return fmt.Sprintf("%+.4f", float64(s)) }
