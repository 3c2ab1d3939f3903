package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tessera/segtrain/workflow"
)

// planRows is how many plans are printed unless all are asked for.
const planRows = 12

func (a *app) plan() *cobra.Command {
	var o workflow.PlanTimeOptions
	var images string
	var hours float64
	var tiles []string
	var all bool
	cmd := &cobra.Command{
		Use:     "plan RUN|CV...",
		Short:   "Choose models and views that predict so many pictures in so much time",
		GroupID: "work",
		Long: "plan measures how fast models predict on this machine, and says which of them, with which test-time views, fit a time.\n" +
			"What views and ensembles gain is taken from files that segtrain tta --json and segtrain ensemble --json wrote; where\n" +
			"it is not known, more models are preferred, then better ones, then more views.",
		Example: "  segtrain plan runs/cv --images 5000 --hours 4\n" +
			"  segtrain plan runs/a runs/b --images test --hours 0.5 --gains tta.json --views hflip --tile 512",
		Args: arguments(cobra.MinimumNArgs(1), "runs or cross-validations"),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, arg := range args {
				o.Targets = append(o.Targets, strings.Split(arg, ",")...)
			}
			if err := planned(&o, images, hours, tiles); err != nil {
				return err
			}
			t, err := workflow.PlanTime(context.Background(), o, a.logging().options())
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(t)
			}
			return a.printTimePlan(t, all)
		},
	}
	f := cmd.Flags()
	f.StringVar(&images, "images", "", "how many pictures, or a folder of them, which are measured with then")
	f.Float64Var(&hours, "hours", 0, "time that there is; fractions allowed")
	f.Float64Var(&o.Reserve, "reserve", 0.1, "part of the time that is left alone, since speeds vary")
	f.StringArrayVar(&o.Views, "views", nil, "a set of views to try, as predict --tta has it; may be repeated\n(default "+
		strings.Join(workflow.DefaultPlanViews, " | ")+")")
	f.StringArrayVar(&tiles, "tile", nil, "a size of tiles to try, 512 or 384x512; may be repeated")
	f.Float64Var(&o.Overlap, "overlap", 0.5, "of neighbouring tiles, as a part of a side")
	f.StringArrayVar(&o.Gains, "gains", nil, "`file` of what views or models gain; may be repeated")
	f.BoolVar(&all, "all", false, "print all plans")
	return cmd
}

// planned reads the flags that say what has to be done.
func planned(o *workflow.PlanTimeOptions, images string, hours float64, tiles []string) error {
	n, err := strconv.Atoi(images)
	switch {
	case images == "" || !(hours > 0) || hours > 1e5:
		return usageError{errors.New("plan wants --images, how many or a folder of them, and --hours, above 0")}
	case err == nil && n > 0:
		o.Images = n
	case err == nil:
		return usageError{fmt.Errorf("--images %d; allowed: 1 or more", n)}
	default:
		if _, err := os.Stat(images); err != nil {
			return usageError{fmt.Errorf("--images %s is neither a number nor a folder", images)}
		}
		o.Folder = images
	}
	if !(o.Reserve >= 0 && o.Reserve < 1) {
		return usageError{fmt.Errorf("--reserve %v; allowed: 0 or more and below 1", o.Reserve)}
	}
	if !(o.Overlap >= 0 && o.Overlap <= 0.9) {
		return usageError{fmt.Errorf("--overlap %v; allowed: 0 to 0.9", o.Overlap)}
	}
	for _, text := range tiles {
		high, wide, two := strings.Cut(text, "x")
		if !two {
			wide = high
		}
		h, errH := strconv.Atoi(high)
		w, errW := strconv.Atoi(wide)
		if errH != nil || errW != nil || h < 1 || w < 1 {
			return usageError{fmt.Errorf("--tile %s is no size, such as 512 or 384x512", text)}
		}
		o.Tiles = append(o.Tiles, [2]int{h, w})
	}
	o.Budget = time.Duration(hours * float64(time.Hour))
	return nil
}

func (a *app) printTimePlan(t *workflow.TimePlan, all bool) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\tmodel\tsize\tmean IoU\tforward\taround\n")
	for i, m := range t.Members {
		fmt.Fprintf(w, "%d\t%s\t%d×%d\t%s\t%.1f ms\t%.1f ms\n", i+1, short(m.Dir), m.Size[0], m.Size[1], known(float64(m.MeanIoU)),
			1e3*m.Forward, 1e3*m.Around)
	}
	fmt.Fprint(w, "\n\tmodels\tviews\ttile\timages/s\ttime\tfits\texpected mean IoU\n")
	for i, p := range t.Plans {
		if i == planRows && !all {
			fmt.Fprintf(w, "\tand %d more: --all\n", len(t.Plans)-planRows)
			break
		}
		var models []string
		for _, m := range p.Members {
			models = append(models, fmt.Sprint(m+1))
		}
		mark := map[bool]string{true: "→"}[i == 0 && t.Command != ""]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.2f\t%s\t%s\t%s\n", mark, strings.Join(models, ","), orDash(p.Views), orDash(p.Tile), p.PerSecond,
			duration(p.Seconds), map[bool]string{true: "yes", false: "no"}[p.Fits], known(float64(p.Expected)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	budget := fmt.Sprintf("%d images in %s, of which %.0f %% are left alone", t.Images, duration(t.BudgetSeconds), 100*t.Reserve)
	if t.Command == "" {
		_, err := fmt.Fprintf(a.stdout, "\nNothing fits: %s.\n", budget)
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "\n%s:\n\n  %s\n", budget, t.Command)
	return err
}

// known prints a score, or a dash for one that is not known.
func known(score float64) string {
	if math.IsNaN(score) {
		return "–"
	}
	return fmt.Sprintf("%.3f", score)
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// duration prints seconds as a reader wants them.
func duration(seconds float64) string {
	switch {
	case seconds < 120:
		return fmt.Sprintf("%.3g s", seconds)
	case seconds < 7200:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.1f h", seconds/3600)
}
