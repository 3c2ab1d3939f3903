package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tessera/segtrain/workflow"
)

func (a *app) eval() *cobra.Command {
	var s settings
	var v viewing
	var o workflow.EvalOptions
	var finish func() error
	var combine string
	cmd := &cobra.Command{
		Use:     "eval RUN|CONFIG|RUN,RUN...|CV|ENSEMBLE",
		Short:   "Measure weights on the validation images, or on others",
		GroupID: "work",
		Example: "  segtrain eval runs/a --full-size\n" +
			"  segtrain eval runs/a --images test/images --masks test/masks\n" +
			"  segtrain eval runs/a --metrics f1,f2,recall --reduction micro,macro --boundary 0.0075\n" +
			"  segtrain eval config.yaml --weights model.safetensors",
		Args: arguments(cobra.ExactArgs(1), "a run or a configuration"),
		RunE: func(_ *cobra.Command, args []string) error {
			if (o.Images == "") != (o.Masks == "") {
				return usageError{errors.New("--images and --masks belong together")}
			}
			if err := finish(); err != nil {
				return err
			}
			more, err := v.settings()
			if err != nil {
				return err
			}
			s.set, o.FullSize = append(s.set, more...), o.FullSize || v.given()
			if several(args[0], o.Weights, combine) {
				return a.evalEnsemble(args[0], s, o, combine)
			}
			cfg, err := s.load(args[0])
			if err != nil {
				return err
			}
			e, err := workflow.Evaluate(context.Background(), cfg, o, a.logging().options())
			if err != nil {
				return err
			}
			return a.printEvaluation(e, o.Reductions)
		},
	}
	s.flags(cmd)
	v.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&o.Weights, "weights", "", "best, last, ema, swa, average, or a file (default best); several with commas between them")
	f.StringVar(&combine, "combine", "", "of several models: mean of probabilities, logits, or gmean (default mean)")
	f.StringVar(&o.Images, "images", "", "folder of images to measure on instead of the validation images")
	f.StringVar(&o.Masks, "masks", "", "folder of their masks")
	f.BoolVar(&o.FullSize, "full-size", false, "measure at each image's own size too, with --tta and --tile, which ask for it")
	finish = measureFlags(cmd, &o.MeasureOptions)
	return cmd
}

func (a *app) printEvaluation(e *workflow.Evaluation, reductions []string) error {
	if a.json {
		return a.printJSON(e)
	}
	fmt.Fprintf(a.stdout, "%s on %d images, at the network's size:\n\n%s", e.Weights, e.Images, e.Report)
	if e.FullSize != nil {
		fmt.Fprintf(a.stdout, "\nAt the images' own sizes:\n\n%s", e.FullSize)
	}
	if e.Labels != nil {
		fmt.Fprintf(a.stdout, "\nWhich classes an image shows: %s", e.Labels)
	}
	if e.Measures != nil {
		a.printMeasures(e.Measures, reductions)
	}
	fmt.Fprintf(a.stdout, "\nLoss %.4f, %.1f images/s.\n", e.Loss, float64(e.Images)/e.Seconds)
	return nil
}
