package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
	"tessera/segtrain/workflow"
)

func (a *app) info() *cobra.Command {
	var s settings
	var file string
	cmd := &cobra.Command{
		Use:     "info",
		Short:   "Show this machine, and what a configuration asks of it",
		GroupID: "help",
		Args:    arguments(cobra.NoArgs, "no arguments; a configuration goes with --config"),
		RunE: func(*cobra.Command, []string) error {
			var cfg *config.Config
			if file != "" {
				var err error
				if cfg, err = s.load(file); err != nil {
					return err
				}
			}
			info, err := workflow.Describe(cfg)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(info)
			}
			return a.printTable(infoRows(info))
		},
	}
	s.flags(cmd)
	cmd.Flags().StringVar(&file, "config", "", "configuration or run to describe")
	return cmd
}

func infoRows(i *workflow.Info) [][2]string {
	rows := [][2]string{
		{"processor", fmt.Sprintf("%s, %d cores", i.CPU, i.Cores)},
		{"kernels", fmt.Sprintf("%s (SEGTRAIN_ISA may be %s)", i.ISA, strings.Join(i.Supported, ", "))},
	}
	for _, isa := range slices.Backward(i.Supported) {
		if names := i.Kernels[isa]; len(names) > 0 {
			rows = append(rows, [2]string{"  " + isa, strings.Join(names, " ")})
		}
	}
	rows = append(rows, [2]string{"threads", fmt.Sprint(i.Threads)})
	if i.MemoryMB > 0 {
		rows = append(rows, [2]string{"memory", fmt.Sprintf("%d MB, %d MB of it available", i.MemoryMB, i.FreeMB)})
	}
	rows = append(rows, [2]string{"program", fmt.Sprintf("segtrain %s, %s, %s", i.Version, i.Go, i.System)})
	if m := i.Model; m != nil {
		rows = append(rows,
			[2]string{"model", fmt.Sprintf("%s with %s, %d classes", m.Arch, m.Encoder, m.Classes)},
			[2]string{"parameters", fmt.Sprint(m.Parameters)},
			[2]string{"batch", fmt.Sprintf("%d images of %d×%d", m.Batch, m.Size[0], m.Size[1])},
			[2]string{"training", fmt.Sprintf("%d MB for a step, %d MB for weights and optimizer",
				m.Memory.Step>>20, m.Memory.Weights>>20)})
	}
	return rows
}
