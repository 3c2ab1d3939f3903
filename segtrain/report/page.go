package report

import (
	"fmt"
	"html/template"
	"image/color"
	"math"
	"strings"
	"time"
)

// page is the report as the template sees it: text and geometry, nothing left to compute.
type page struct {
	Title, Subtitle, Date string
	Style                 template.CSS
	Headline              []figure
	Look, Notes           []string
	Charts                []chart
	Classes               []classRow
	Confusion             *heatTable
	Legend                []swatch
	Galleries             []gallery
	Config                string
	Env                   []Field
	Next                  []string
}

// figure is one number of the headline.
type figure struct{ Name, Value, Note string }

// swatch is a class and its colour.
type swatch struct {
	Name  string
	Color template.CSS
}

func newPage(r Report) (*page, error) {
	p := &page{
		Title: r.Title, Subtitle: r.Subtitle,
		Style:    template.CSS(styleText),
		Headline: headline(r), Look: lookAt(r), Notes: r.Notes,
		Charts:  charts(r),
		Classes: classRows(r), Confusion: heat(r), Legend: legend(r),
		Config: strings.TrimSpace(r.Config), Env: r.Env, Next: r.Next,
	}
	if !r.Finished.IsZero() {
		p.Date = r.Finished.Format("2 January 2006, 15:04")
	}
	for _, g := range []struct {
		title, note string
		samples     []Sample
	}{
		{"Worst images", "Where it fails, worst first. Wrong pixels are red.", r.Worst},
		{"Best images", "Where it works, best first.", r.Best},
	} {
		if len(g.samples) == 0 {
			continue
		}
		shown, err := newGallery(g.title, g.note, g.samples, r)
		if err != nil {
			return nil, err
		}
		p.Galleries = append(p.Galleries, shown)
	}
	return p, nil
}

func headline(r Report) []figure {
	m := r.Metrics
	present := 0
	for _, c := range m.PerClass {
		if c.Present {
			present++
		}
	}
	over := fmt.Sprintf("over %d of %d classes", present, len(m.PerClass))
	if present == len(m.PerClass) {
		over = fmt.Sprintf("over %d classes", present)
	}
	figures := []figure{
		{"Mean IoU", score(float64(m.MeanIoU)), over},
		{"Mean Dice", score(float64(m.MeanDice)), over},
		{"Pixel accuracy", score(float64(m.PixelAccuracy)), "of all that count"},
	}
	if r.BestEpoch > 0 {
		figures = append(figures, figure{"Best epoch", fmt.Sprint(r.BestEpoch), fmt.Sprintf("of %d", r.TotalEpochs)})
	}
	if r.ImagesPerSecond > 0 {
		figures = append(figures, figure{"Images a second", significant(r.ImagesPerSecond), "in training"})
	}
	if r.Seconds > 0 {
		figures = append(figures, figure{"Time", duration(r.Seconds), "in training"})
	}
	return figures
}

func legend(r Report) []swatch {
	var s []swatch
	for k, c := range r.Metrics.PerClass {
		s = append(s, swatch{c.Name, css(r.Palette, k)})
	}
	return s
}

// css returns the colour of a class for a style sheet, grey beyond the palette.
func css(palette []color.RGBA, class int) template.CSS {
	if class >= len(palette) {
		return "#888"
	}
	c := palette[class]
	return template.CSS(fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B))
}

// score prints a fraction with three decimals, an undefined one as a dash.
func score(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	return fmt.Sprintf("%.3f", x)
}

// significant prints a positive number with three digits or, above 100, none behind the point.
func significant(x float64) string {
	if x >= 100 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

// percent prints a share so that little is not nothing.
func percent(x float64) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case x == 0:
		return "0 %"
	case x > 0 && x < 0.001:
		return "< 0.1 %"
	case x < 0.0995:
		return fmt.Sprintf("%.1f %%", 100*x)
	}
	return fmt.Sprintf("%.0f %%", 100*x)
}

func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60; {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", seconds)
	case h > 0:
		return fmt.Sprintf("%d h %02d min", h, m)
	case m > 0:
		return fmt.Sprintf("%d min %02d s", m, s)
	default:
		return fmt.Sprintf("%d s", s)
	}
}
