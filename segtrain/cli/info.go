package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tessera/kernels"
	"tessera/segtrain/config"
	"tessera/segtrain/workflow"
)

func (a *app) info() *cobra.Command {
	var s settings
	var file string
	var seconds float64
	cmd := &cobra.Command{
		Use:     "info",
		Short:   "Show this machine, and what a configuration asks of it",
		GroupID: "help",
		Args:    arguments(cobra.NoArgs, "no arguments; a configuration goes with --config"),
		RunE: func(*cobra.Command, []string) error {
			if !(seconds >= 0 && seconds <= 3600) || seconds > 0 && file == "" {
				return usageError{errors.New("info wants --measure from 0 to 3600 seconds, with --config")}
			}
			var cfg *config.Config
			if file != "" {
				var err error
				if cfg, err = s.load(file); err != nil {
					return err
				}
			}
			info, err := workflow.Describe(cfg, time.Duration(seconds*float64(time.Second)))
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
	cmd.Flags().Float64Var(&seconds, "measure", 0, "with --config, measure a step in each precision for so many seconds")
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
	rows = append(rows, [2]string{"16 bits", units(i.Units)}, [2]string{"threads", fmt.Sprint(i.Threads)})
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
		for _, p := range m.Precisions {
			rows = append(rows, [2]string{"  in " + p.Precision, precisionCost(p, m.Batch)})
		}
	}
	return rows
}

// units says what there is for numbers of 16 bits.
func units(u workflow.Units) string {
	has := "nothing"
	if len(u.Has) > 0 {
		has = strings.Join(u.Has, ", ")
	}
	if u.Bfloat16 == kernels.AMX.String() {
		return has + "; bf16 and bf16x3 are multiplied by AMX"
	}
	if u.Reason != "" {
		has += "; " + u.Reason
	}
	return fmt.Sprintf("%s; bf16 and bf16x3 are imitated with %s", has, u.Bfloat16)
}

func precisionCost(p workflow.PrecisionCost, batch int) string {
	text := fmt.Sprintf("%d MB for a step", p.Memory.Step>>20)
	if p.StepMS > 0 {
		text += fmt.Sprintf(", %.0f ms, %.1f images/s", p.StepMS, float64(batch)*1e3/p.StepMS)
	}
	if p.Slowness > 0 {
		text += fmt.Sprintf(", imitated: products take about %d times as long", p.Slowness)
	}
	return text
}
