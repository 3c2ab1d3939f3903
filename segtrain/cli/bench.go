package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tessera/bench"
	"tessera/internal/parallel"
	"tessera/kernels"
)

// benchmark is what the flags of bench ask for.
type benchmark struct {
	problems, filter string
	seconds          float64
	threads          int
	step             bool
}

func (a *app) bench() *cobra.Command {
	var b benchmark
	cmd := &cobra.Command{
		Use:     "bench",
		Short:   "Measure how fast this machine computes a model's layers, and how fast it could",
		GroupID: "help",
		Long: "bench runs the layers of a model one by one, forward and for both gradients, and compares each with what\n" +
			"the machine can do at most: its peak of fused multiply-adds and the speed of its memory, both measured\n" +
			"first. FLOPs are those really done: a convolution with a 3×3 window counts 4 products a pixel, and one after\n" +
			"an enlargement 2.25, where the definition has 9. The column folded counts 9 and 4 instead, as an implementation\n" +
			"would do that multiplies by each weight but folds enlargements into windows of 2×2: to compare with others. A\n" +
			"file of problems has one layer a line, such as\n\n" +
			"  conv n8 c64 o64 h64w64 k3 s1 p1 \"decoder.blocks.2.conv2\"\n\n" +
			"The fastest of the runs of each pass counts.",
		Args: arguments(cobra.NoArgs, "no arguments; a file of problems goes with --problems"),
		RunE: func(*cobra.Command, []string) error {
			report, err := b.run(a.logging().log)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(report)
			}
			return a.printBenchmark(report)
		},
	}
	f := cmd.Flags()
	f.StringVar(&b.problems, "problems", bench.Reference,
		"`file` of problems, or the name of one that comes with the program")
	f.StringVar(&b.filter, "filter", "", "measure the layers whose line matches this `regexp`")
	f.Float64Var(&b.seconds, "seconds", 0.1, "time for each pass of a layer")
	f.IntVar(&b.threads, "threads", 0, "threads to compute with; 0: one for each core")
	f.BoolVar(&b.step, "step", false, "measure training steps and inference of the reference model as a whole instead")
	return cmd
}

// run measures what the flags ask for.
func (b *benchmark) run(log *slog.Logger) (*bench.Report, error) {
	duration := time.Duration(b.seconds * float64(time.Second))
	if b.threads < 0 || !(b.seconds >= 0 && b.seconds <= 3600) {
		return nil, usageError{errors.New("bench wants --threads of at least 0, and --seconds from 0 to 3600")}
	}
	if err := kernels.EnvError(); err != nil {
		return nil, err
	}
	list, err := b.choose()
	if err != nil {
		return nil, err
	}
	parallel.SetWorkers(b.threads)
	if b.step {
		log.Info("measuring", "steps of", bench.Title)
		return bench.MeasureSteps(duration)
	}
	var last time.Time
	return bench.Measure(list, duration, func(done int) {
		if done == 0 || time.Since(last) > lineEvery {
			last = time.Now()
			log.Info("measuring", "layer", fmt.Sprintf("%d/%d", done+1, len(list)))
		}
	})
}

// choose returns the problems that the filter lets through.
func (b *benchmark) choose() ([]bench.Problem, error) {
	filter, err := regexp.Compile(b.filter)
	if err != nil {
		return nil, usageError{fmt.Errorf("--filter: %w", err)}
	}
	all, err := bench.Load(b.problems)
	if err != nil {
		return nil, err
	}
	var list []bench.Problem
	for _, p := range all {
		if filter.MatchString(p.String()) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("--filter %s matches none of the %d layers in %s", b.filter, len(all), b.problems)
	}
	return list, nil
}

// printBenchmark prints the report as tables.
func (a *app) printBenchmark(r *bench.Report) error {
	fmt.Fprintf(a.stdout, "%s, %d threads: peak %.0f GFLOP/s (%.0f a core), copies %.1f GB/s\n\n",
		r.Roof.ISA, r.Roof.Threads, r.Roof.Peak, r.Roof.Core, r.Roof.Copy)
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for i, s := range r.Steps {
		if i == 0 {
			fmt.Fprintf(a.stdout, "%s\n", bench.Title)
			fmt.Fprint(w, "work\tshape\tms\timages/s\tMB\t\n")
		}
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%.1f\t%d\t\n", s.Work, s.Shape, s.Milliseconds, s.ImagesPerSecond, s.ArenaMB)
	}
	if len(r.Layers) > 0 {
		fmt.Fprint(w, "ms\tGFLOP/s\tof peak\tfolded\tGB/s\tof copy\tbound by\tof roof\tdirection\t  layer\n")
	}
	for _, x := range r.Layers {
		printSpeed(w, x.Speed, string(x.Direction), x.Name+"  "+x.Problem)
	}
	for _, t := range r.Totals {
		if t.Kind == "" {
			t.Kind = "passes"
		}
		printSpeed(w, t.Speed, string(t.Direction), fmt.Sprintf("total of %d %s", t.Passes, t.Kind))
	}
	return w.Flush()
}

func printSpeed(w *tabwriter.Writer, s bench.Speed, direction, what string) {
	fmt.Fprintf(w, "%.3f\t%.1f\t%.0f %%\t%.0f %%\t%.1f\t%.0f %%\t%s\t%.0f %%\t%s\t  %s\n", s.Milliseconds, s.GFLOPS,
		100*s.PeakShare, 100*s.FoldedShare, s.GBs, 100*s.CopyShare, s.Bound, 100*s.RoofShare, direction, what)
}
