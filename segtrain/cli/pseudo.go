package cli

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/refine"
	"tessera/segtrain/workflow"
)

func (a *app) pseudo() *cobra.Command {
	var o workflow.PseudoOptions
	var thresholds []string
	cmd := &cobra.Command{
		Use:     "pseudo CV_DIR INPUT...",
		Short:   "Label images that have no labels by the models of a cross-validation",
		GroupID: "work",
		Long: "pseudo predicts images or folders of images with the best model of each fold and keeps the pixels that they are\n" +
			"sure of: a set of labels for each fold, by the models that saw none of its validation images, and one by all. Train\n" +
			"with them by pseudo.manifest; each fold takes its own set.",
		Example: "  segtrain pseudo runs/cv photos --out pseudo --threshold 0.9,sky=0.97 --agreement 0.8\n" +
			"  segtrain cv config.yaml --set pseudo.manifest=pseudo --out runs/cv2",
		Args: arguments(cobra.MinimumNArgs(2), "a cross-validation's directory, and images or folders of images"),
		RunE: func(_ *cobra.Command, args []string) error {
			o.Inputs = args[1:]
			if err := readThresholds(&o, thresholds); err != nil {
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
	f.Float64Var(&o.Agreement, "agreement", 0.8, "least share of the models that choose the same class")
	f.Float64Var(&o.MinKept, "min-kept", 0.3, "least share of an image's pixels that have a label; images with fewer are left out")
	f.Float64Var(&o.MinMean, "min-confidence", 0, "least mean confidence of an image")
	f.BoolVar(&o.Soft, "soft", false, "write soft labels too: the two most probable classes of a pixel, and the share of the first")
	f.IntVar(&o.Batch, "batch", 0, "images a forward pass of each model; 0: as in training")
	f.IntVar(&o.Threads, "threads", 0, "threads to compute with; 0: as configured")
	return cmd
}

// readThresholds reads numbers and class=number.
func readThresholds(o *workflow.PseudoOptions, words []string) error {
	o.Threshold, o.Thresholds = 0.9, map[string]float64{}
	for _, word := range words {
		name, text, named := "", word, false
		if i := strings.LastIndexByte(word, '='); i >= 0 {
			name, text, named = word[:i], word[i+1:], true
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0 && v <= 1) {
			return fmt.Errorf("--threshold %s: allowed: a number from 0 to 1, or class=number", word)
		}
		if named {
			o.Thresholds[name] = v
		} else {
			o.Threshold = v
		}
	}
	return nil
}

// printPseudo prints what each set keeps, and the classes of the set of all models.
func (a *app) printPseudo(r *workflow.PseudoResult) error {
	if a.json {
		return a.printJSON(r)
	}
	fmt.Fprintf(a.stdout, "%d images by %d models, round %d, split %.12s. Share of the pixels that have a label:\n\n",
		r.Images, r.Members, r.Round, r.Split)
	g := &grid{head: []string{"set", "models", "images", "labelled", "of two classes"}}
	for _, s := range r.Sets {
		two := "–"
		if s.Kept > 0 {
			two = fmt.Sprintf("%.3f", s.TopTwo)
		}
		g.add(s.Name, strings.Trim(fmt.Sprint(s.Members), "[]"), fmt.Sprintf("%d of %d", s.Kept, r.Images), keptShare(s.Classes...), two)
	}
	if err := g.print(a.stdout); err != nil {
		return err
	}
	all := r.Sets[len(r.Sets)-1]
	fmt.Fprintf(a.stdout, "\nClasses of %s:\n\n", all.Name)
	g = &grid{head: []string{"class", "pixels", "labelled", "confidence"}}
	for _, c := range all.Classes {
		g.add(c.Name, strconv.FormatInt(c.Pixels, 10), keptShare(c), fmt.Sprintf("%.3f", c.Confidence))
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

// keptShare returns the part of the pixels that have a label.
func keptShare(classes ...refine.PseudoClass) string {
	var kept, pixels int64
	for _, c := range classes {
		kept, pixels = kept+c.Kept, pixels+c.Pixels
	}
	if pixels == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(kept)/float64(pixels))
}
