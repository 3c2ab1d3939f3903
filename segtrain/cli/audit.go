package cli

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/workflow"
)

func (a *app) audit() *cobra.Command {
	var ao workflow.AuditOptions
	cmd := &cobra.Command{
		Use:     "audit DIR",
		Short:   "Rank images by how suspicious their labels are, after cv",
		GroupID: "work",
		Long: "audit compares the labels of a finished cross-validation with what the models that did not train on them predict:\n" +
			"the IoU of each class with what is usual for it, and pixels that the models confidently contradict. It writes\n" +
			"audit.csv, findings.csv, audit.json and a page with pictures. With --write it proposes actions on the most\n" +
			"suspicious images, a table to be edited, which training takes as data.audit.",
		Example: "  segtrain audit runs/cv\n" +
			"  segtrain audit runs/cv --action drop --top 10 --write actions.csv",
		Args: arguments(cobra.ExactArgs(1), "the directory of a finished cross-validation"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ao.Dir = args[0]
			if cmd.Flags().Changed("action") && ao.Write == "" {
				return usageError{errors.New("--action is for --write FILE, which the actions are written to")}
			}
			return a.runAudit(ao)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&ao.Out, "out", "o", "", "folder to write to (default: audit in DIR)")
	f.IntVar(&ao.Top, "top", 24, "how many images the page shows and --write proposes actions for")
	f.StringVar(&ao.Write, "write", "", "write proposed actions to this `file`, a CSV for data.audit")
	f.StringVar(&ao.Action, "action", "drop", "what to propose: drop, weight, relabel (with what the models say), ignore (contradicted pixels)")
	f.Float64Var(&ao.Weight, "weight", 0.25, "of --action weight: how likely an epoch shows the image")
	return cmd
}

func (a *app) runAudit(ao workflow.AuditOptions) error {
	out := a.logging()
	ctx, release := interruptible(func() { out.log.Warn("stopping") })
	defer release()
	r, err := workflow.Audit(ctx, ao, workflow.Options{Log: out.log})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(r)
	}
	return a.printAudit(r)
}

// shownSuspects is how many images the table lists.
const shownSuspects = 15

func (a *app) printAudit(r *workflow.AuditResult) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "rank\timage\tscore\tcontradicted\tmost doubtful class\tIoU\tusual\tsuggested")
	for _, s := range r.Images[:min(shownSuspects, len(r.Images))] {
		fmt.Fprintf(w, "%d\t%s\t%.1f\t%.1f %%\t", s.Rank, s.ID, s.Score, 100*s.Contradicted)
		if len(s.Classes) > 0 {
			d, suggested := s.Classes[0], "-"
			if d.Suggested >= 0 {
				suggested = r.Classes[d.Suggested]
			}
			fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%s", r.Classes[d.Class], d.IoU, d.Usual, suggested)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	dir := short(r.Out)
	fmt.Fprintf(a.stdout, "\n%d images, %d contradicted regions.\n\nPage     %s/audit.html\nTables   %s/audit.csv, findings.csv, audit.json\n",
		len(r.Images), len(r.Findings), dir, dir)
	if r.Proposed != "" {
		fmt.Fprintf(a.stdout, "Actions  %s: edit it, then train with --set data.audit=%s\n", short(r.Proposed), short(r.Proposed))
	}
	return nil
}
