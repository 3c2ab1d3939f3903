package cli

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/workflow"
)

func (a *app) weights() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "weights",
		Short:   "Fetch, inspect, convert and export weights",
		GroupID: "work",
		Args:    unknownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(a.weightsList(), a.weightsFetch(), a.weightsImport(), a.weightsInspect(), a.weightsConvert(),
		a.weightsExport())
	return cmd
}

// mirrorFlag adds the flag for where downloads come from.
func mirrorFlag(cmd *cobra.Command, mirror *string) {
	cmd.Flags().StringVar(mirror, "mirror", "", "address or folder in the hub's place (default $SEGTRAIN_MIRROR)")
}

func (a *app) weightsList() *cobra.Command {
	var mirror string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the pretrained encoders, and which are on this machine",
		Args:  arguments(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			list, err := workflow.ListWeights(mirror)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(list)
			}
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			for _, p := range list {
				where := p.URL
				if p.Cached {
					where = short(p.File)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", p.Encoder, p.Weights, where)
			}
			return w.Flush()
		},
	}
	mirrorFlag(cmd, &mirror)
	return cmd
}

func (a *app) weightsFetch() *cobra.Command {
	var mirror, name string
	cmd := &cobra.Command{
		Use:     "fetch ENCODER",
		Short:   "Download a pretrained encoder, so that training needs no network",
		Example: "  segtrain weights fetch efficientnet-b0\n  segtrain weights fetch efficientnet-b0 --weights advprop",
		Args:    arguments(cobra.ExactArgs(1), "an encoder; see segtrain weights list"),
		RunE: func(_ *cobra.Command, args []string) error {
			out := a.logging()
			ctx, release := interruptible(func() {
				out.log.Warn("stopping; fetch again to go on with the download")
			})
			defer release()
			return a.fetched(ctx, args[0], name, mirror, out)
		},
	}
	mirrorFlag(cmd, &mirror)
	cmd.Flags().StringVar(&name, "weights", "imagenet", "what the encoder was trained on")
	return cmd
}

func (a *app) fetched(ctx context.Context, encoder, name, mirror string, out *output) error {
	file, err := workflow.FetchWeights(ctx, encoder, name, mirror, out.options())
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]string{"encoder": encoder, "weights": name, "file": file})
	}
	_, err = fmt.Fprintln(a.stdout, file)
	return err
}
