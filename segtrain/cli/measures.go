package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/metric"
	"tessera/segtrain/workflow"
)

// measureFlags adds the flags for what eval measures beside its report. The function that is returned finishes the options
// after the flags are read.
func measureFlags(cmd *cobra.Command, o *workflow.MeasureOptions) func() error {
	f := cmd.Flags()
	var zero string
	f.StringSliceVar(&o.Metrics, "metrics", nil, "more metrics, by class and reduced: "+strings.Join(metric.Names(), ", ")+", fβ (f2)")
	f.StringSliceVar(&o.Reductions, "reduction", nil, "how they become one number: "+
		strings.Join(metric.Reductions, ", ")+", none for every image (default macro)")
	f.Float64SliceVar(&o.Weights, "class-weights", nil, "of the classes in means over them (default 1 each; weighted: true pixels)")
	f.StringVar(&zero, "zero-division", "", "`number` for a score whose denominator is zero; 1 as in segmentation_models_pytorch "+
		"(default: left out)")
	f.Float64SliceVar(&o.Thresholds, "thresholds", nil, "thresholds to measure IoU and Dice at (binary, multilabel)")
	f.Float64Var(&o.Boundary, "boundary", 0, "measure outlines with this `tolerance`: pixels, or below 1 a share of the diagonal (0.0075)")
	return func() error {
		if zero == "" {
			return nil
		}
		v, err := strconv.ParseFloat(zero, 64)
		if err != nil {
			return usageError{fmt.Errorf("--zero-division: %q is no number", zero)}
		}
		o.ZeroDivision = &v
		return nil
	}
}

// printMeasures prints them as tables.
func (a *app) printMeasures(m *workflow.Measures, reductions []string) {
	if len(m.Metrics) > 0 {
		a.printMetrics(m, reductions)
	}
	if b := m.Boundary; b != nil {
		rows := [][]string{{"outline", fmt.Sprintf("F1 within %v", b.Tolerance)}}
		for k, name := range m.Classes {
			rows = append(rows, []string{name, b.PerClass[k].String()})
		}
		a.printRows(append(rows, []string{"mean", b.Mean.String()}))
	}
	if c := m.Curve; c != nil {
		rows := [][]string{append([]string{"threshold", "mean IoU", "mean Dice"}, m.Classes...)}
		for _, p := range c.Points {
			rows = append(rows, append([]string{fmt.Sprint(p.Threshold), p.MeanIoU.String(), p.MeanDice.String()}, cells(p.IoU)...))
		}
		best := []string{"best", "", ""}
		for _, t := range c.Best {
			best = append(best, fmt.Sprint(t))
		}
		a.printRows(append(rows, best))
	}
}

// printRows prints an empty line and a table with its columns to the right.
func (a *app) printRows(rows [][]string) {
	fmt.Fprintln(a.stdout)
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, cells := range rows {
		fmt.Fprintln(w, strings.Join(cells, "\t")+"\t")
	}
	w.Flush()
}

// printMetrics prints a row for each metric: its classes, then its means; and one for each image if those are wanted.
func (a *app) printMetrics(m *workflow.Measures, reductions []string) {
	if len(reductions) == 0 {
		reductions = []string{"macro"}
	}
	reductions = slices.DeleteFunc(slices.Clone(reductions), func(r string) bool { return r == "none" })
	rows := [][]string{slices.Concat([]string{"metric"}, m.Classes, reductions)}
	for _, x := range m.Metrics {
		line := append([]string{x.Name}, cells(x.PerClass)...)
		for _, r := range reductions {
			line = append(line, x.Reduced[r].String())
		}
		rows = append(rows, line)
	}
	a.printRows(rows)
	for _, x := range m.Metrics {
		if len(x.Images) == 0 {
			continue
		}
		rows := [][]string{append([]string{x.Name}, m.Classes...)}
		for _, image := range x.Images {
			rows = append(rows, append([]string{image.ID}, cells(image.PerClass)...))
		}
		a.printRows(rows)
	}
}

func cells(scores []metric.Score) []string {
	list := make([]string, len(scores))
	for i, s := range scores {
		list[i] = s.String()
	}
	return list
}
