package cli

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
	"tessera/segtrain/workflow"
)

// folding are the flags of data.split.
type folding struct {
	kind, by, file string
	k, repeats     int
	fraction       float64
	seed           uint64
}

// flags adds the flags to a command.
func (f *folding) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.kind, "kind", "", "way to part: "+strings.Join(config.Choices("data.split.kind"), ", "))
	flags.IntVar(&f.k, "k", 0, "number of folds")
	flags.IntVar(&f.repeats, "repeats", 0, "how often to part anew")
	flags.Uint64Var(&f.seed, "seed", 0, "another seed parts otherwise")
	flags.StringVar(&f.by, "by", "", "what stratified kinds make alike: classes, label, empty")
	flags.Float64Var(&f.fraction, "fraction", 0, "part of the samples that a holdout holds out")
	flags.StringVar(&f.file, "file", "", "a table of folds instead; sets --kind file")
}

// settings returns the flags that were given as settings of a configuration. What its data.val says gives way.
func (f *folding) settings(cmd *cobra.Command) []string {
	var list []string
	add := func(flag, key string, value any) {
		if cmd.Flags().Changed(flag) {
			list = append(list, fmt.Sprintf("%s=%v", key, value))
		}
	}
	if f.file != "" && f.kind == "" {
		list = append(list, "data.split.kind="+config.FileSplit)
	}
	add("kind", "data.split.kind", f.kind)
	add("k", "data.split.k", f.k)
	add("repeats", "data.split.repeats", f.repeats)
	add("seed", "data.split.seed", f.seed)
	add("by", "data.split.by", f.by)
	add("file", "data.split.file", f.file)
	switch {
	case f.fraction != 0:
		add("fraction", "data.val.fraction", f.fraction)
	case strings.Contains(f.kind, "holdout"), f.kind == config.NoSplit:
		list = append(list, "data.val.fraction=0.2")
	case len(list) > 0:
		list = append(list, "data.val.fold=0")
	}
	return list
}

func (a *app) split() *cobra.Command {
	var s settings
	var f folding
	var out, plot string
	var alike bool
	cmd := &cobra.Command{
		Use:     "split CONFIG",
		Short:   "Part the images into folds, and show how alike they are",
		GroupID: "work",
		Long: "split parts the images as data.split and data.val say, or as its flags do, and compares the classes of\n" +
			"the folds. It warns of what they should not share: groups, and images that look the same. With --out it\n" +
			"writes the table of folds, which data.split takes: {kind: file, file: …}.",
		Example: "  segtrain split config.yaml --kind stratified --k 5 --out split.csv --plot split.png\n" +
			"  segtrain split config.yaml --kind group --k 3 --set 'data.group=^([^_]+)_'",
		Args: arguments(cobra.ExactArgs(1), "a configuration"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.set = append(s.set, f.settings(cmd)...)
			cfg, err := s.load(args[0])
			if err != nil {
				return err
			}
			o := a.logging()
			folds, err := workflow.Split(cfg, o.options())
			if err != nil {
				return err
			}
			if alike {
				if err := o.findAlike(folds); err != nil {
					return err
				}
			}
			if out != "" {
				if err := folds.Write(out); err != nil {
					return err
				}
			}
			if plot != "" {
				if err := folds.Plot(plot); err != nil {
					return err
				}
			}
			return a.printFolds(folds, out, plot)
		},
	}
	s.flags(cmd)
	f.flags(cmd)
	cmd.Flags().StringVarP(&out, "out", "o", "", "write the table of folds to this `file`, a CSV, and its hash beside it")
	cmd.Flags().StringVar(&plot, "plot", "", "draw the shares to this `file`, a PNG")
	cmd.Flags().BoolVar(&alike, "alike", true, "open all images and say which look the same in different folds")
	return cmd
}

// findAlike looks for images that folds part although they look the same.
func (o *output) findAlike(folds *workflow.Folds) error {
	ctx, release := interruptible(func() { o.log.Warn("stopping") })
	defer release()
	count := o.counter("images")
	defer count.stop()
	return stopped(folds.FindAlike(ctx, count.done))
}

// printFolds prints the share of each class in all images and in each fold, and the farthest of the latter.
func (a *app) printFolds(f *workflow.Folds, out, plot string) error {
	if a.json {
		return a.printJSON(f)
	}
	b := f.Balance
	fmt.Fprintf(a.stdout, "%s: %d images in %d folds, split %.12s\n\n", f.Kind, b.All.Images, len(b.Folds), f.Hash)
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, cell func(fold int) string, last string) {
		fmt.Fprintf(w, "%s\t", name)
		for fold := -1; fold < len(b.Folds); fold++ {
			fmt.Fprintf(w, "%s\t", cell(fold))
		}
		fmt.Fprintf(w, "%s\t\n", last)
	}
	part := func(fold int) (images, groups int, shares []float64) {
		p := b.All
		if fold >= 0 {
			p = b.Folds[fold]
		}
		return p.Images, p.Groups, p.Shares
	}
	row("", func(fold int) string {
		if fold < 0 {
			return "all"
		}
		return fmt.Sprintf("fold %d", fold)
	}, "farthest")
	row("images", func(fold int) string { n, _, _ := part(fold); return fmt.Sprint(n) }, "")
	if b.All.Groups > 0 {
		row("groups", func(fold int) string { _, n, _ := part(fold); return fmt.Sprint(n) }, "")
	}
	for c, name := range f.Classes {
		row(name, func(fold int) string {
			_, _, shares := part(fold)
			return fmt.Sprintf("%.2f %%", 100*shares[c])
		}, farthest(f, c))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "\nShares of pixels differ from those of all by %.1f %% in the mean and %.1f %% at most, images that have\n"+
		"a class by %.1f %% and %.1f %%.\n", 100*b.Deviation, 100*b.Worst, 100*b.WithDeviation, 100*b.WithWorst)
	for _, text := range f.Warnings {
		fmt.Fprintf(a.stdout, "Warning: %s.\n", text)
	}
	for _, file := range []string{out, plot} {
		if file != "" {
			fmt.Fprintf(a.stdout, "Wrote %s.\n", file)
		}
	}
	return nil
}

// farthest returns the largest distance of a class's share in a fold from that in all, as a part of the latter.
func farthest(f *workflow.Folds, class int) string {
	all, worst := f.Balance.All.Shares[class], 0.0
	for _, p := range f.Balance.Folds {
		if d := p.Shares[class]/all - 1; math.Abs(d) > math.Abs(worst) {
			worst = d
		}
	}
	if all == 0 {
		return "–"
	}
	return fmt.Sprintf("%+.1f %%", 100*worst)
}
