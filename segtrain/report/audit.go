package report

import (
	"bytes"
	_ "embed" // for the page
	"encoding/base64"
	"fmt"
	"html/template"
	"image/color"
	"image/jpeg"
	"io"
	"math"

	"tessera/segtrain/raster"
)

// An Audit is everything the page of a label audit shows. Classes are indices.
type Audit struct {
	Title, Subtitle string
	Names           []string
	Palette         []color.RGBA // one colour a class
	Ignore          int          // label that does not count, -1 for none
	Headline        [][3]string  // name, value, note
	Suggested       [][]int64    // given × suggested: contradicted pixels
	Noise           []AuditNoise // by class
	Images          []AuditImage // the most suspicious first
	Findings        []AuditFinding
	Next            []string
}

// AuditNoise is what is estimated of a class's labels.
type AuditNoise struct {
	Pixels        int64
	Wrong, Missed float64 // shares
	Usual         float64 // IoU; NaN where it is not known
}

// An AuditImage is an image with its labels and what contradicts them, all of one size.
type AuditImage struct {
	ID, Note                    string
	Score                       float64
	Image                       *raster.Image
	Given, Predicted, Suggested *raster.Mask // Suggested is Given where nothing is contradicted
	Palette                     []color.RGBA // of their values; nil: the page's
}

// An AuditFinding is a region that is contradicted.
type AuditFinding struct {
	ID, Given, Suggested, Box string
	Area                      int
	Confidence, Score         float64
}

//go:embed audit.html
var auditText string

var auditTemplate = template.Must(template.Must(template.New("page").Parse(pageText)).New("audit").Parse(auditText))

// auditPage is the page as the template sees it.
type auditPage struct {
	Title, Subtitle string
	Style           template.CSS
	Headline        []figure
	Noise           []noiseRow
	Suggested       *heatTable
	Findings        []findingRow
	Legend          []swatch
	Items           []auditItem
	Next            []string
}

type noiseRow struct {
	Name          string
	Color         template.CSS
	Pixels        string
	Wrong, Missed barCell
	Usual         string
}

type findingRow struct {
	AuditFinding
	Confidence, Score string
}

type auditItem struct {
	ID, Score, Note string
	Panels          []panel
}

// WriteAudit writes the page to path, and the panels of its images below each other to sheet, a JPEG. Errors name the path, or the image
// whose pictures do not fit each other.
func WriteAudit(path, sheet string, a Audit) error {
	p, panels, err := newAuditPage(a)
	if err != nil {
		return fmt.Errorf("page %s: %w", path, err)
	}
	if err := raster.WriteFile(path, func(w io.Writer) error { return auditTemplate.Execute(w, p) }); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	if len(panels) == 0 {
		return nil
	}
	err = raster.WriteFile(sheet, func(w io.Writer) error {
		return jpeg.Encode(w, rgba(ContactSheet(panels, auditColumns)), &jpeg.Options{Quality: 85})
	})
	if err != nil {
		return fmt.Errorf("contact sheet: %w", err)
	}
	return nil
}

func newAuditPage(a Audit) (*auditPage, []*raster.Image, error) {
	p := &auditPage{Title: a.Title, Subtitle: a.Subtitle, Style: template.CSS(styleText), Next: a.Next, Suggested: a.heat()}
	for _, h := range a.Headline {
		p.Headline = append(p.Headline, figure{h[0], h[1], h[2]})
	}
	for k, n := range a.Noise {
		row := noiseRow{Name: a.Names[k], Color: css(a.Palette, k), Pixels: thousands(n.Pixels), Usual: score(n.Usual)}
		row.Wrong, row.Missed = shareBar(n.Wrong), shareBar(n.Missed)
		p.Noise = append(p.Noise, row)
		p.Legend = append(p.Legend, swatch{a.Names[k], css(a.Palette, k)})
	}
	for _, f := range a.Findings {
		p.Findings = append(p.Findings, findingRow{f, fmt.Sprintf("%.2f", f.Confidence), fmt.Sprintf("%.1f", f.Score)})
	}
	var all []*raster.Image
	for _, x := range a.Images {
		item, panels, err := a.item(x)
		if err != nil {
			return nil, nil, fmt.Errorf("image %q: %w", x.ID, err)
		}
		p.Items, all = append(p.Items, item), append(all, panels...)
	}
	return p, all, nil
}

func shareBar(x float64) barCell {
	return barCell{percent(x), template.CSS(fmt.Sprintf("%.3f", x))}
}

// auditNames are the panels of an image.
var auditNames = []string{"image", "label", "prediction", "contradicted"}

const (
	auditColumns = 4
	auditSide    = 360 // longest side of a panel, in pixels
)

func (a Audit) item(x AuditImage) (auditItem, []*raster.Image, error) {
	s := Sample{ID: x.ID, Image: x.Image, Truth: x.Given, Prediction: x.Predicted}
	suggested := Sample{ID: x.ID, Image: x.Image, Truth: x.Given, Prediction: x.Suggested}
	if x.Palette == nil {
		x.Palette = a.Palette
	}
	r := Report{Palette: x.Palette, Ignore: a.Ignore}
	for _, s := range []Sample{s, suggested} {
		if err := s.check(r); err != nil {
			return auditItem{}, nil, err
		}
	}
	s, suggested = s.fit(auditSide), suggested.fit(auditSide)
	panels := []*raster.Image{
		s.Image.RGB8(), raster.Overlay(s.Image, s.Truth, x.Palette, overlayAlpha, a.Ignore),
		raster.Overlay(s.Image, s.Prediction, x.Palette, overlayAlpha, a.Ignore),
		raster.ErrorPanel(s.Image, suggested.Truth, suggested.Prediction, a.Ignore),
	}
	item := auditItem{ID: x.ID, Score: fmt.Sprintf("%.1f", x.Score), Note: x.Note}
	for i, im := range panels {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, rgba(im), &jpeg.Options{Quality: 85}); err != nil {
			return item, nil, err
		}
		url := template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(b.Bytes()))
		item.Panels = append(item.Panels, panel{auditNames[i], im.H, im.W, url})
	}
	return item, panels, nil
}

// heat is the table of given and suggested classes, in percent of the contradicted pixels of the given class.
func (a Audit) heat() *heatTable {
	t := &heatTable{Names: a.Names, Dense: len(a.Names) > 14}
	for given, counts := range a.Suggested {
		row := heatRow{Name: a.Names[given], Color: css(a.Palette, given)}
		sum := int64(0)
		for _, n := range counts {
			sum += n
		}
		for k, n := range counts {
			cell := heatCell{Right: k == given, Heat: "0%", Text: "·"}
			cell.Title = fmt.Sprintf("%s pixels given as %s should be %s", thousands(n), row.Name, a.Names[k])
			if n > 0 {
				share := float64(n) / float64(sum)
				cell.Text = fmt.Sprintf("%.0f", 100*share)
				cell.Heat, cell.Hot = template.CSS(fmt.Sprintf("%.0f%%", 90*math.Sqrt(share))), share > 0.4
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
