package report

import (
	_ "embed" // for the page
	"fmt"
	"html/template"
	"image/color"
	"io"
	"time"

	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// CV is everything the page of a cross-validation shows: its folds side by side.
type CV struct {
	Title, Subtitle string
	Finished        time.Time
	Rows            []CVRow // scores first, then classes
	Folds           []CVFold
	Pooled          metric.Report // over the pixels of all folds
	Palette         []color.RGBA
	Notes           []string
	Config          string // YAML
	Next            []string
}

// CVRow is a score in each fold.
type CVRow struct {
	Name     string
	Class    bool // it is the IoU of a class
	Mean, SD metric.Score
	Values   []metric.Score
}

// CVFold is one fold.
type CVFold struct {
	Name, Link string
	Images     int // that validate
	BestEpoch  int
	Seconds    float64
	Epochs     []Epoch
}

//go:embed cv.html
var cvText string

var cvTemplate = template.Must(template.Must(template.New("page").Parse(pageText)).New("cv").Parse(cvText))

// cvPage is the page as the template sees it.
type cvPage struct {
	Title, Subtitle, Date string
	Style                 template.CSS
	Headline              []figure
	Notes                 []string
	Charts                []chart
	Folds                 []cvColumn
	Rows                  []cvRow
	Confusion             *heatTable
	Config                string
	Next                  []string
}

type cvColumn struct{ Name, Link, Images, BestEpoch, Time string }

type cvRow struct {
	Name     string
	Color    template.CSS // empty for what is no class
	Mean, SD string
	Cells    []barCell
}

// WriteCV writes the page to path. Errors name the path.
func WriteCV(path string, c CV) error {
	p := newCVPage(c)
	if err := raster.WriteFile(path, func(w io.Writer) error { return cvTemplate.Execute(w, p) }); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func newCVPage(c CV) *cvPage {
	p := &cvPage{
		Title: c.Title, Subtitle: c.Subtitle, Style: template.CSS(styleText), Notes: c.Notes, Config: c.Config,
		Next: c.Next, Confusion: heat(Report{Metrics: c.Pooled, Palette: c.Palette}),
	}
	if !c.Finished.IsZero() {
		p.Date = c.Finished.Format("2 January 2006, 15:04")
	}
	class := 0
	for _, r := range c.Rows {
		row := cvRow{Name: r.Name, Mean: score(float64(r.Mean)), SD: score(float64(r.SD))}
		if r.Class {
			row.Color = css(c.Palette, class)
			class++
		} else {
			p.Headline = append(p.Headline, figure{r.Name, row.Mean, "± " + row.SD + " over folds"})
		}
		for _, v := range r.Values {
			row.Cells = append(row.Cells, bar(float64(v)))
		}
		p.Rows = append(p.Rows, row)
	}
	p.Headline = append(p.Headline, figure{"Pooled mean IoU", score(float64(c.Pooled.MeanIoU)), "all pixels together"})
	for _, f := range c.Folds {
		p.Folds = append(p.Folds, cvColumn{f.Name, f.Link, fmt.Sprint(f.Images), fmt.Sprint(f.BestEpoch), duration(f.Seconds)})
	}
	p.Charts = cvCharts(c.Folds)
	return p
}

// cvCharts draws the curves of the folds over each other.
func cvCharts(folds []CVFold) []chart {
	var iou, loss []series
	for i, f := range folds {
		class := []string{"main", "other"}[i%2]
		a := epochSeries(Report{Epochs: f.Epochs}, f.Name+": mean IoU", func(e Epoch) float64 { return e.MeanIoU })
		b := epochSeries(Report{Epochs: f.Epochs}, f.Name+": validation loss", func(e Epoch) float64 { return e.ValLoss })
		for k, e := range f.Epochs { // folds have other numbers of steps
			a.x[k], b.x[k] = float64(e.Epoch), float64(e.Epoch)
			if e.Epoch == f.BestEpoch {
				a.mark = k
			}
		}
		iou, loss = append(iou, named(a, "", class)), append(loss, named(b, "", class))
	}
	var all []chart
	for _, d := range []drawing{
		{"Mean IoU of each fold", "epoch", iou, 1}, {"Validation loss of each fold", "epoch", loss, ceiling(loss)},
	} {
		if c, ok := newChart(d); ok {
			all = append(all, c)
		}
	}
	return all
}
