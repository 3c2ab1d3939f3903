package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"tessera/segtrain/workflow"
)

func (a *app) predict() *cobra.Command {
	var s settings
	var v viewing
	var o workflow.PredictOptions
	var combine string
	cmd := &cobra.Command{
		Use:     "predict RUN|RUN,RUN...|CV|ENSEMBLE INPUT...",
		Short:   "Write masks for images or folders of images",
		GroupID: "work",
		Example: "  segtrain predict runs/a photos --out masks --overlays\n" +
			"  segtrain predict runs/cv photos --out masks\n" +
			"  segtrain predict runs/a large.tif --tile 512 --tta flips\n" +
			"  segtrain predict runs/a,runs/b photos --combine logits --weights best,swa",
		Args: arguments(cobra.MinimumNArgs(2), "a run, and images or folders of images"),
		RunE: func(_ *cobra.Command, args []string) error {
			more, err := v.settings()
			if err != nil {
				return err
			}
			s.set = append(s.set, more...)
			if several(args[0], o.Weights, combine) {
				return a.predictEnsemble(args, s, o, combine)
			}
			cfg, err := s.load(args[0])
			if err != nil {
				return err
			}
			o.Inputs = args[1:]
			out := a.logging()
			percent := out.counter("percent predicted")
			o.Progress = percent.part
			p, err := workflow.Predict(context.Background(), cfg, o, out.options())
			percent.stop()
			if err != nil {
				return err
			}
			return a.printPrediction(p)
		},
	}
	s.flags(cmd)
	v.flags(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.Out, "out", "o", "predictions", "folder to write to")
	f.StringVar(&o.Weights, "weights", "", "best, last, ema, swa, average, or a file (default best); several with commas between them")
	f.StringVar(&combine, "combine", "", "of several models: mean of probabilities, logits, or gmean (default mean)")
	f.IntVar(&o.Batch, "batch", 0, "images a forward pass; 0: as in training")
	f.BoolVar(&o.Overlays, "overlays", false, "write pictures with their classes in color, too")
	f.BoolVar(&o.Probabilities, "probabilities", false, "write the probability of each class, too (.npy)")
	return cmd
}

func (a *app) printPrediction(p *workflow.Prediction) error {
	if a.json {
		return a.printJSON(p)
	}
	var rows [][2]string
	for i, name := range p.Classes {
		rows = append(rows, [2]string{name, fmt.Sprintf("%5.1f %%", 100*float64(p.Pixels[i])/float64(max(1, p.TotalPixels)))})
	}
	fmt.Fprintf(a.stdout, "%d masks in %s/masks, %s images/s. Share of pixels:\n\n",
		p.Images, p.Out, figures(p.ImagesPerSecond))
	return a.printTable(rows)
}
