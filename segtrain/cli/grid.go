package cli

import (
	"encoding/csv"
	"io"
	"strings"
	"text/tabwriter"

	"tessera/segtrain/runs"
)

// A grid is a table of texts.
type grid struct {
	head []string
	rows [][]string
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// print writes the grid in columns.
func (g *grid) print(to io.Writer) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{g.head}, g.rows...) {
		line := strings.TrimRight(strings.Join(row, "\t"), "\t") + "\n"
		if _, err := io.WriteString(w, line); err != nil {
			return err
		}
	}
	return w.Flush()
}

// csv writes the grid as comma-separated values (RFC 4180).
func (g *grid) csv(to io.Writer) error {
	w := csv.NewWriter(to)
	if err := w.WriteAll(append([][]string{g.head}, g.rows...)); err != nil {
		return err
	}
	return w.Error()
}

// markdown returns the grid as a Markdown table.
func (g *grid) markdown() string {
	var b strings.Builder
	line := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| " + strings.NewReplacer("|", `\|`, "\n", " ").Replace(c) + " ")
		}
		b.WriteString("|\n")
	}
	line(g.head)
	b.WriteString(strings.Repeat("|---", len(g.head)) + "|\n")
	for _, row := range g.rows {
		line(row)
	}
	return b.String()
}

// metricText prints a metric with four decimals; nothing for none.
func metricText(r runs.Run, metric string) string {
	v, ok := r.Metrics[metric]
	if !ok {
		return ""
	}
	return decimals(v)
}
