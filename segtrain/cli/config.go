package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
)

// configIntro stands above the table of keys.
const configIntro = `# Configuration

A configuration is a YAML file. It writes only what differs from the defaults, which are those of
` + "`segtrain demo`" + `; ` + "`segtrain init`" + ` writes one for your images. A key is changed for one run with
` + "`--set key=value`" + `, as in ` + "`--set optim.lr=3e-4`" + ` or ` + "`--set 'data.size=[256, 320]'`" + `. Mistakes are
reported all at once, with line and column, before anything is created.

This page is what ` + "`segtrain config`" + ` prints.

`

func (a *app) config() *cobra.Command {
	return &cobra.Command{
		Use:     "config",
		Short:   "Show every key of a configuration, its default and what is allowed",
		GroupID: "help",
		Args:    arguments(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(a.stdout, configIntro+config.Reference())
			return err
		},
	}
}
