package report

import (
	_ "embed" // for the page
	"fmt"
	"html/template"
	"io"
	"math"

	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// Ensemble is what the page of an ensemble shows.
type Ensemble struct {
	Title, Subtitle string
	Scores          []EnsembleScore // the headline
	Members         []EnsembleMember
	Correlation     [][]metric.Score // of the members' errors
	Folds           []EnsembleFold
	Notes           []string
	Next            []string
}

// EnsembleScore is a mean IoU and what it is of.
type EnsembleScore struct {
	Name, Note string
	MeanIoU    metric.Score
}

// EnsembleMember is one line of the table of members.
type EnsembleMember struct {
	Name            string
	Alone           metric.Score
	Weight          float64
	Gain, Low, High metric.Score // NaN for none
	Dropped         bool
}

// EnsembleFold is the weights that were found without a fold.
type EnsembleFold struct {
	Name    string
	Images  int
	MeanIoU metric.Score
	Weights []float64
}

//go:embed ensemble.html
var ensembleText string

var ensembleTemplate = template.Must(template.Must(template.New("page").Parse(pageText)).New("ensemble").Parse(ensembleText))

// ensemblePage is the page as the template sees it.
type ensemblePage struct {
	Title, Subtitle string
	Style           template.CSS
	Headline        []figure
	Notes           []string
	Members         []ensembleRow
	Correlation     *heatTable
	Names           []string
	Folds           []ensembleFoldRow
	Next            []string
}

type ensembleRow struct {
	Name          string
	Dropped       bool
	Alone, Weight barCell
	Gain, Range   string
}

type ensembleFoldRow struct {
	Name, Images, Score string
	Weights             []string
}

// WriteEnsemble writes the page to path. Errors name the path.
func WriteEnsemble(path string, e Ensemble) error {
	p := newEnsemblePage(e)
	if err := raster.WriteFile(path, func(w io.Writer) error { return ensembleTemplate.Execute(w, p) }); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func newEnsemblePage(e Ensemble) *ensemblePage {
	p := &ensemblePage{Title: e.Title, Subtitle: e.Subtitle, Style: template.CSS(styleText), Notes: e.Notes, Next: e.Next}
	for _, s := range e.Scores {
		p.Headline = append(p.Headline, figure{s.Name, fmt.Sprintf("%.4f", float64(s.MeanIoU)), s.Note})
	}
	for _, m := range e.Members {
		row := ensembleRow{Name: m.Name, Dropped: m.Dropped, Alone: bar(float64(m.Alone)), Weight: bar(m.Weight), Gain: "–"}
		if !math.IsNaN(float64(m.Gain)) {
			row.Gain, row.Range = fmt.Sprintf("%+.4f", float64(m.Gain)), fmt.Sprintf("%+.4f to %+.4f", float64(m.Low), float64(m.High))
		}
		p.Members, p.Names = append(p.Members, row), append(p.Names, m.Name)
	}
	p.Correlation = correlations(p.Names, e.Correlation)
	for _, f := range e.Folds {
		row := ensembleFoldRow{Name: f.Name, Images: fmt.Sprint(f.Images), Score: score(float64(f.MeanIoU))}
		for _, w := range f.Weights {
			row.Weights = append(row.Weights, fmt.Sprintf("%.3f", w))
		}
		p.Folds = append(p.Folds, row)
	}
	return p
}

// correlations is the matrix as a table whose cells are the warmer the more alike errors are.
func correlations(names []string, matrix [][]metric.Score) *heatTable {
	if len(matrix) < 2 {
		return nil
	}
	t := &heatTable{Names: names, Dense: len(names) > 14}
	for a, list := range matrix {
		row := heatRow{Name: names[a]}
		for b, v := range list {
			cell := heatCell{Text: "–", Heat: "0%", Right: a == b, Title: fmt.Sprintf("errors of %s and %s", names[a], names[b])}
			if x := float64(v); !math.IsNaN(x) {
				cell.Text = fmt.Sprintf("%.2f", x)
				cell.Heat = template.CSS(fmt.Sprintf("%.0f%%", 90*max(0, x)))
				cell.Hot = x > 0.5
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
