package cli

import (
	"context"
	"fmt"
	"strings"

	"tessera/segtrain/workflow"
)

// several tells whether a command line means more than one model.
func several(target, weights, combine string) bool {
	return workflow.IsEnsemble(target) || strings.Contains(weights, ",") || combine != ""
}

// members loads the models that a command line means.
func members(target string, s settings, weights, combine string) (*workflow.Members, error) {
	mo := workflow.MemberOptions{Combine: combine, Settings: s.all()}
	if weights != "" {
		mo.Weights = strings.Split(weights, ",")
	}
	return workflow.LoadMembers(target, mo)
}

func (a *app) predictEnsemble(args []string, s settings, o workflow.PredictOptions, combine string) error {
	m, err := members(args[0], s, o.Weights, combine)
	if err != nil {
		return err
	}
	o.Inputs = args[1:]
	out := a.logging()
	percent := out.counter("percent predicted")
	o.Progress = percent.part
	p, err := workflow.PredictEnsemble(context.Background(), m, o, out.options())
	percent.stop()
	if err != nil {
		return err
	}
	return a.printPrediction(p)
}

func (a *app) evalEnsemble(target string, s settings, o workflow.EvalOptions, combine string) error {
	m, err := members(target, s, o.Weights, combine)
	if err != nil {
		return err
	}
	e, err := workflow.EvaluateEnsemble(context.Background(), m, o, a.logging().options())
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(e)
	}
	fmt.Fprintf(a.stdout, "%d models (%s) on %d images, at the images' own sizes:\n\n%s", len(e.Weights), e.Combine, e.Images, e.Report)
	if e.Measures != nil {
		a.printMeasures(e.Measures, o.Reductions)
	}
	fmt.Fprintf(a.stdout, "\n%.1f images/s.\n", float64(e.Images)/e.Seconds)
	return nil
}
