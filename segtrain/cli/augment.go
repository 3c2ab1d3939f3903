package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
	"tessera/segtrain/workflow"
)

func (a *app) augment() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "augment",
		Short:   "Look at augmentation: what it draws, what training saw, what there is",
		GroupID: "help",
		Args:    unknownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.augmentPreview(), a.augmentReplay(), a.augmentList())
	return cmd
}

func (a *app) augmentPreview() *cobra.Command {
	var s settings
	var o workflow.PreviewOptions
	cmd := &cobra.Command{
		Use:     "preview CONFIG",
		Short:   "Draw a contact sheet of training samples, of each transform and of each mixer",
		Example: "  segtrain augment preview config.yaml --out sheet.png --samples 4 --draws 5",
		Args:    arguments(cobra.ExactArgs(1), "a configuration or a run"),
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, err := s.load(args[0])
			if err != nil {
				return err
			}
			p, err := workflow.PreviewAugment(cfg, o)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(p)
			}
			for i, title := range p.Rows {
				fmt.Fprintf(a.stdout, "row %d: %s\n", i+1, title)
			}
			_, err = fmt.Fprintf(a.stdout, "Wrote %s.\n", p.Out)
			return err
		},
	}
	s.flags(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.Out, "out", "o", "augment.png", "the `file` to draw to, a PNG")
	f.IntVar(&o.Samples, "samples", 4, "training samples, spread evenly")
	f.IntVar(&o.Draws, "draws", 5, "draws of each")
	f.IntVar(&o.Epoch, "epoch", 1, "first epoch to draw for")
	return cmd
}

func (a *app) augmentReplay() *cobra.Command {
	var s settings
	var id, out string
	var epoch int
	cmd := &cobra.Command{
		Use:     "replay RUN",
		Short:   "Write what the network saw of a sample in an epoch, image and mask",
		Example: "  segtrain augment replay runs/first --epoch 3 --sample 0001TP_006690",
		Args:    arguments(cobra.ExactArgs(1), "a run or a configuration"),
		RunE: func(_ *cobra.Command, args []string) error {
			if id == "" {
				return usageError{errors.New("replay wants --sample, the id of a training sample")}
			}
			cfg, err := s.load(args[0])
			if err != nil {
				return err
			}
			r, err := workflow.ReplayAugment(cfg, epoch, id, out)
			if err != nil {
				return err
			}
			if r.Ahead != "" {
				a.logging().log.Warn("the run did not get there: this is what the network would have seen", "took", r.Ahead)
			}
			if a.json {
				return a.printJSON(r)
			}
			rows := [][2]string{{"epoch", fmt.Sprint(r.Epoch)}, {"step", fmt.Sprint(r.Step)}, {"image", r.Image}, {"mask", r.Mask}}
			if r.Share != nil {
				rows = append(rows, [2]string{"mixed", r.Mixed}, [2]string{"share", fmt.Sprint(*r.Share)})
			}
			if r.Shares != "" {
				rows = append(rows, [2]string{"mixed", r.Mixed}, [2]string{"share", r.Shares})
			}
			return a.printTable(rows)
		},
	}
	s.flags(cmd)
	cmd.Flags().StringVar(&id, "sample", "", "its `ID`: the image's name without extension")
	cmd.Flags().IntVar(&epoch, "epoch", 1, "which epoch, counted from 1")
	cmd.Flags().StringVarP(&out, "out", "o", ".", "folder to write to")
	return cmd
}

// A listed choice is a transform or a mixer.
type listed struct {
	Name     string            `json:"name"`
	Doc      string            `json:"doc"`
	Defaults map[string]string `json:"defaults"`
}

func (a *app) augmentList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List every transform and mixer with its settings and defaults",
		Args:  arguments(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			lists := map[string][]listed{}
			for _, key := range []string{"augment", "mix"} {
				for _, c := range config.ChoicesOf(key) {
					l := listed{c.Name, c.Doc, map[string]string{}}
					var text []string
					for _, p := range c.Parameters() {
						l.Defaults[p[0]] = p[1]
						text = append(text, p[0]+": "+p[1])
					}
					lists[key] = append(lists[key], l)
					if !a.json {
						fmt.Fprintf(a.stdout, "%s.%s: %s\n    {%s}\n", key, c.Name, c.Doc, strings.Join(text, ", "))
					}
				}
			}
			if a.json {
				return a.printJSON(lists)
			}
			return nil
		},
	}
}
