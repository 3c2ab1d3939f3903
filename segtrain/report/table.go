package report

import (
	"fmt"
	"html/template"
	"math"

	"tessera/segtrain/metric"
)

// classRow is one line of the table of classes.
type classRow struct {
	Name    string
	Color   template.CSS
	Present bool
	Cells   []barCell // IoU, Dice, precision, recall
	Share   string    // of the validation pixels
	Pixels  string
}

// barCell is a score and the length of its bar, 0 to 1.
type barCell struct {
	Text string
	Bar  template.CSS
}

func classRows(r Report) []classRow {
	total := int64(0)
	for _, c := range r.Metrics.PerClass {
		total += c.Pixels
	}
	var rows []classRow
	for k, c := range r.Metrics.PerClass {
		row := classRow{Name: c.Name, Color: css(r.Palette, k), Present: c.Present, Pixels: thousands(c.Pixels)}
		row.Share = percent(float64(c.Pixels) / float64(total))
		for _, s := range []metric.Score{c.IoU, c.Dice, c.Precision, c.Recall} {
			row.Cells = append(row.Cells, bar(float64(s)))
		}
		rows = append(rows, row)
	}
	return rows
}

func bar(x float64) barCell {
	length := x
	if math.IsNaN(x) {
		length = 0
	}
	return barCell{score(x), template.CSS(fmt.Sprintf("%.3f", length))}
}

// heatTable is the confusion matrix, each row divided by its sum: where the pixels of a class went.
type heatTable struct {
	Names []string
	Rows  []heatRow
	Dense bool // too many classes for roomy cells
}

type heatRow struct {
	Name  string
	Color template.CSS
	Cells []heatCell
}

type heatCell struct {
	Text  string
	Title string
	Right bool // on the diagonal
	Heat  template.CSS
	Hot   bool // dark enough to need light text
}

func heat(r Report) *heatTable {
	m := r.Metrics
	if len(m.Confusion) == 0 {
		return nil
	}
	t := &heatTable{Dense: len(m.PerClass) > 14}
	for k, c := range m.PerClass {
		t.Names = append(t.Names, c.Name)
		t.Rows = append(t.Rows, heatLine(m, k, css(r.Palette, k)))
	}
	return t
}

func heatLine(m metric.Report, truth int, color template.CSS) heatRow {
	row := heatRow{Name: m.PerClass[truth].Name, Color: color}
	sum := int64(0)
	for _, n := range m.Confusion[truth] {
		sum += n
	}
	for k, n := range m.Confusion[truth] {
		cell := heatCell{Right: k == truth, Heat: "0%"}
		cell.Title = fmt.Sprintf("%s pixels of %s predicted as %s", thousands(n), row.Name, m.PerClass[k].Name)
		if sum > 0 {
			share := float64(n) / float64(sum)
			cell.Text = fmt.Sprintf("%.0f", 100*share)
			if share < 0.005 {
				cell.Text = "·"
			}
			// Errors are small where a model is any good: the square root keeps 2 % visible.
			cell.Heat = template.CSS(fmt.Sprintf("%.0f%%", 90*math.Sqrt(share)))
			cell.Hot = share > 0.4
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// thousands prints a count with thin spaces between groups of three digits.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
