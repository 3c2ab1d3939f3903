package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"tessera/segtrain/workflow"
)

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show the version",
		GroupID: "help",
		Args:    arguments(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			info, err := workflow.Describe(nil, 0)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]string{"version": info.Version, "go": info.Go, "system": info.System})
			}
			_, err = fmt.Fprintf(a.stdout, "segtrain %s (%s, %s)\n", info.Version, info.Go, info.System)
			return err
		},
	}
}
