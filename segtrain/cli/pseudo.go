package cli

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
	"tessera/segtrain/refine"
	"tessera/segtrain/workflow"
)

func (a *app) pseudo() *cobra.Command {
	var o workflow.PseudoOptions
	var thresholds, clears []string
	cmd := &cobra.Command{
		Use:     "pseudo CV_DIR INPUT...",
		Short:   "Label images that have no labels by the models of a cross-validation",
		GroupID: "work",
		Long: "pseudo predicts images or folders of images with the best model of each fold and keeps the pixels that they are\n" +
			"sure of: a set of labels for each fold, by the models that saw none of its validation images, and one by all. Train\n" +
			"with them by pseudo.manifest; each fold takes its own set. Where task is binary or multilabel, a pixel has a label for\n" +
			"each class: it is there, or it is not (--clear).",
		Example: "  segtrain pseudo runs/cv photos --out pseudo --threshold 0.9,sky=0.97 --agreement 0.8\n" +
			"  segtrain pseudo runs/cv photos --out pseudo --threshold 0.9,car=0.7 --clear 0.1,car=0.02\n" +
			"  segtrain cv config.yaml --set pseudo.manifest=pseudo --out runs/cv2",
		Args: arguments(cobra.MinimumNArgs(2), "a cross-validation's directory, and images or folders of images"),
		RunE: func(_ *cobra.Command, args []string) error {
			o.Inputs = args[1:]
			var err error
			var threshold *float64
			if threshold, o.Thresholds, err = readThresholds("--threshold", thresholds); err != nil {
				return usageError{err}
			}
			if o.Threshold = 0.9; threshold != nil {
				o.Threshold = *threshold
			}
			if o.Clear, o.Clears, err = readThresholds("--clear", clears); err != nil {
				return usageError{err}
			}
			out := a.logging()
			ctx, release := interruptible(func() { out.log.Warn("stopping") })
			defer release()
			count := out.counter("images")
			o.Done = count.done
			r, err := workflow.PseudoLabel(ctx, args[0], o, out.options())
			count.stop()
			if err != nil {
				return stopped(err)
			}
			return a.printPseudo(r)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.Out, "out", "o", "pseudo", "folder to write to")
	f.StringSliceVar(&thresholds, "threshold", []string{"0.9"}, "least probability of a pixel, and `class=probability`; may be repeated")
	f.StringSliceVar(&clears, "clear", nil, "where task is binary or multilabel: most probability of a pixel that a class is not at, and\n"+
		"`class=probability` (default 1 less the threshold)")
	f.Float64Var(&o.Agreement, "agreement", 0.8, "least share of the models that choose the same class")
	f.Float64Var(&o.MinKept, "min-kept", 0.3, "least share of an image's pixels that have a label; images with fewer are left out")
	f.Float64Var(&o.MinMean, "min-confidence", 0, "least mean confidence of an image")
	f.BoolVar(&o.Soft, "soft", false, "write soft labels too: the two most probable classes of a pixel, and the share of the first;\n"+
		"where task is binary or multilabel the probability of each class")
	f.IntVar(&o.Batch, "batch", 0, "images a forward pass of each model; 0: as in training")
	f.IntVar(&o.Threads, "threads", 0, "threads to compute with; 0: as configured")
	return cmd
}

// readThresholds reads the words of a flag: a number, nil for none, and numbers of classes by class=number.
func readThresholds(flag string, words []string) (all *float64, of map[string]float64, err error) {
	of = map[string]float64{}
	for _, word := range words {
		name, text, named := "", word, false
		if i := strings.LastIndexByte(word, '='); i >= 0 {
			name, text, named = word[:i], word[i+1:], true
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0 && v <= 1) {
			return nil, nil, fmt.Errorf("%s %s: allowed: a number from 0 to 1, or class=number", flag, word)
		}
		if named {
			of[name] = v
		} else {
			all = &v
		}
	}
	return all, of, nil
}

// printPseudo prints what each set keeps, and the classes of the set of all models.
func (a *app) printPseudo(r *workflow.PseudoResult) error {
	if a.json {
		return a.printJSON(r)
	}
	flags, of := r.Task != config.Multiclass, "pixels"
	if r.Task == config.Multilabel {
		of = "pixels, class by class,"
	}
	fmt.Fprintf(a.stdout, "%d images by %d models, round %d, split %.12s. Share of the %s that have a label:\n\n",
		r.Images, r.Members, r.Round, r.Split, of)
	g := &grid{head: []string{"set", "models", "images", "labelled"}}
	if !flags {
		g.head = append(g.head, "of two classes")
	}
	for _, s := range r.Sets {
		row := []string{s.Name, strings.Trim(fmt.Sprint(s.Members), "[]"), fmt.Sprintf("%d of %d", s.Kept, r.Images), labelledShare(s.Classes...)}
		switch {
		case flags:
		case s.Kept > 0:
			row = append(row, fmt.Sprintf("%.3f", s.TopTwo))
		default:
			row = append(row, "–")
		}
		g.add(row...)
	}
	if err := g.print(a.stdout); err != nil {
		return err
	}
	all := r.Sets[len(r.Sets)-1]
	fmt.Fprintf(a.stdout, "\nClasses of %s:\n\n", all.Name)
	g = &grid{head: []string{"class", "pixels", "labelled", "confidence"}}
	if flags {
		g.head = append(g.head, "without it", "labelled")
	}
	for _, c := range all.Classes {
		row := []string{c.Name, strconv.FormatInt(c.Pixels, 10), share(c.Kept, c.Pixels), fmt.Sprintf("%.3f", c.Confidence)}
		if flags {
			row = append(row, strconv.FormatInt(c.Without, 10), share(c.Clear, c.Without))
		}
		g.add(row...)
	}
	if err := g.print(a.stdout); err != nil {
		return err
	}
	dir, soft := short(r.Out), ""
	if r.Soft {
		soft = " --set pseudo.soft=true"
	}
	_, err := fmt.Fprintf(a.stdout, "\nPictures  %s\nTrain     --set pseudo.manifest=%s%s\n",
		filepath.Join(dir, all.Name, workflow.PseudoSheet), dir, soft)
	return err
}

// labelledShare returns the part of the pixels of classes that have a label.
func labelledShare(classes ...refine.PseudoClass) string {
	var kept, pixels int64
	for _, c := range classes {
		kept, pixels = kept+c.Kept+c.Clear, pixels+c.Pixels+c.Without
	}
	return share(kept, pixels)
}

func share(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}
