package report

import (
	"bytes"
	_ "embed" // for the page
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math"
	"strings"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/survey"
)

// Data is what the page of a data set shows.
type Data struct {
	Title   string
	Survey  *survey.Survey
	Palette []color.RGBA // one colour a class
}

//go:embed survey.html
var surveyText string

var surveyTemplate = template.Must(template.Must(template.New("page").Parse(pageText)).New("survey").Parse(surveyText))

const (
	sheetSide    = 260 // longest side of a picture on a contact sheet, in pixels
	sheetColumns = 4
	perClass     = 8  // pictures of a class
	shownPairs   = 12 // of pictures that are alike
	shownLines   = 200
)

// WriteSurvey writes the page to path: one HTML file that needs nothing beside it. Errors name the path.
func WriteSurvey(path string, d Data) error {
	p, err := newSurveyPage(d)
	if err != nil {
		return fmt.Errorf("page %s: %w", path, err)
	}
	if err := raster.WriteFile(path, func(w io.Writer) error { return surveyTemplate.Execute(w, p) }); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// surveyPage is the page as the template sees it.
type surveyPage struct {
	Title, Subtitle  string
	Style            template.CSS
	Headline         []figure
	Errors, Warnings data.Findings
	More             int // findings that are not shown
	Parts            []survey.PartCount
	Sizes            []survey.SizeCount
	Classes          []shareRow
	PartNames        []string
	Ignored          string
	Empty            int
	Together         *heatTable
	Values           []survey.ValueCount
	Labels           []survey.LabelCount
	Channels         []survey.Channel
	Stats            string // YAML
	Sheets           []sheet
	Pairs            []sheet
}

// shareRow is one line of the table of classes.
type shareRow struct {
	Name   string
	Color  template.CSS
	Share  barCell
	Pixels string
	Images barCell
	ByPart []int
}

// sheet is a contact sheet.
type sheet struct {
	Title, Note string
	H, W        int
	Data        template.URL
}

func newSurveyPage(d Data) (*surveyPage, error) {
	s := d.Survey
	p := &surveyPage{
		Title: d.Title, Style: template.CSS(styleText), Headline: surveyHeadline(s),
		Parts: s.Parts, Sizes: s.Sizes[:min(len(s.Sizes), shownLines)], Empty: s.Empty,
		Values: s.Values[:min(len(s.Values), shownLines)], Labels: s.Labels[:min(len(s.Labels), shownLines)], Channels: s.Channels, Stats: StatsYAML(s.Channels),
		Ignored: percent(s.Ignored.Share),
	}
	for _, f := range s.Findings {
		switch list := &p.Errors; {
		case len(p.Errors)+len(p.Warnings) == shownLines:
			p.More++
		case f.Warning:
			p.Warnings = append(p.Warnings, f)
		default:
			*list = append(*list, f)
		}
	}
	p.classes(d)
	p.Together = together(d)
	var err error
	if p.Sheets, err = classSheets(d); err != nil {
		return nil, err
	}
	p.Pairs, err = pairSheets(d)
	return p, err
}

func surveyHeadline(s *survey.Survey) []figure {
	images, labelled := 0, 0
	for _, p := range s.Parts {
		images, labelled = images+p.Images, labelled+p.Labelled
	}
	wrong := len(s.Findings) - len(s.Findings.Warnings())
	return []figure{
		{"Images", thousands(int64(images)), fmt.Sprintf("%d with a mask", labelled)},
		{"Classes", fmt.Sprint(len(s.Classes)), fmt.Sprintf("%d masks show the first alone", s.Empty)},
		{"Mistakes", fmt.Sprint(wrong), "that training cannot go on with"},
		{"Warnings", fmt.Sprint(len(s.Findings) - wrong), "to be looked at"},
		{"Alike", fmt.Sprint(len(s.Alike)), "sets of images"},
		{"Leaks", fmt.Sprint(len(s.Leaks)), "pairs alike but parted"},
	}
}

func (p *surveyPage) classes(d Data) {
	labelled := 0
	for _, part := range d.Survey.Parts {
		p.PartNames = append(p.PartNames, part.Name)
		labelled += part.Labelled
	}
	for k, c := range d.Survey.Classes {
		images := float64(c.Images) / float64(max(1, labelled))
		p.Classes = append(p.Classes, shareRow{
			Name: c.Name, Color: css(d.Palette, k), Pixels: thousands(c.Pixels), ByPart: c.ByPart,
			Share:  barCell{percent(c.Share), template.CSS(fmt.Sprintf("%.3f", c.Share))},
			Images: barCell{percent(images), template.CSS(fmt.Sprintf("%.3f", images))},
		})
	}
}

// together is the table of how often a class is beside another: in percent of the row's images.
func together(d Data) *heatTable {
	t := &heatTable{Dense: len(d.Survey.Classes) > 14}
	for k, c := range d.Survey.Classes {
		t.Names = append(t.Names, c.Name)
		row := heatRow{Name: c.Name, Color: css(d.Palette, k)}
		for j, n := range d.Survey.Together[k] {
			cell := heatCell{Right: true, Heat: "0%", Text: "·"}
			cell.Title = fmt.Sprintf("%d of %d images with %s show %s", n, c.Images, c.Name, d.Survey.Classes[j].Name)
			if n > 0 {
				share := float64(n) / float64(c.Images)
				cell.Text = fmt.Sprintf("%.0f", 100*share)
				cell.Heat, cell.Hot = template.CSS(fmt.Sprintf("%.0f%%", 80*share)), share > 0.5
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// StatsYAML returns channels as the lines of a configuration.
func StatsYAML(channels []survey.Channel) string {
	var mean, std []string
	for _, c := range channels {
		mean = append(mean, fmt.Sprintf("%.4f", c.Mean))
		std = append(std, fmt.Sprintf("%.4f", math.Max(c.Std, 1e-4))) // which must be above 0
	}
	return fmt.Sprintf("data:\n  mean: [%s]\n  std: [%s]\n", strings.Join(mean, ", "), strings.Join(std, ", "))
}

// classSheets shows some images of each class, with the class alone in colour.
func classSheets(d Data) ([]sheet, error) {
	var list []sheet
	for k, c := range d.Survey.Classes {
		places := d.Survey.Examples(k, perClass)
		if len(places) == 0 {
			continue
		}
		var panels []*raster.Image
		for _, p := range places {
			im, m, err := d.Survey.Picture(p, k, sheetSide)
			if err != nil {
				return nil, err
			}
			panels = append(panels, highlight(im, m, k, d.Palette))
		}
		var ids []string
		for _, p := range places {
			ids = append(ids, p.ID)
		}
		s, err := newSheet(c.Name, strings.Join(ids, " · "), panels, sheetColumns)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// highlight returns a picture with one class, which is where m is 1, in its colour and the rest as it is.
func highlight(im *raster.Image, m *raster.Mask, class int, palette []color.RGBA) *raster.Image {
	c := color.RGBA{R: 128, G: 128, B: 128, A: 255}
	if class < len(palette) {
		c = palette[class]
	}
	return raster.Overlay(im, m, []color.RGBA{{}, c}, overlayAlpha, 0)
}

// pairSheets shows images that look the same: pairs that are parted, and the largest sets.
func pairSheets(d Data) ([]sheet, error) {
	var pairs [][]survey.Place
	for _, l := range d.Survey.Leaks[:min(len(d.Survey.Leaks), shownPairs)] {
		pairs = append(pairs, []survey.Place{l.A, l.B})
	}
	leaks, err := rows(d, "Alike, but parted", pairs)
	if err != nil {
		return nil, err
	}
	var sets [][]survey.Place
	for _, c := range d.Survey.Alike[:min(len(d.Survey.Alike), shownPairs/2)] {
		sets = append(sets, c.Images[:min(len(c.Images), sheetColumns)])
	}
	alike, err := rows(d, "Sets of images that look the same", sets)
	return append(leaks, alike...), err
}

// rows makes a contact sheet with a row for each list, where there are any.
func rows(d Data, title string, lists [][]survey.Place) ([]sheet, error) {
	var sheets []sheet
	for _, list := range lists {
		var panels []*raster.Image
		var names []string
		for _, p := range list {
			im, _, err := d.Survey.Picture(p, -1, sheetSide)
			if err != nil { // of which there is a finding
				continue
			}
			panels = append(panels, im.RGB8())
			names = append(names, d.Survey.Parts[p.Part].Name+" "+p.ID)
		}
		if len(panels) < 2 {
			continue
		}
		s, err := newSheet(title, strings.Join(names, " · "), panels, sheetColumns)
		if err != nil {
			return nil, err
		}
		sheets = append(sheets, s)
		title = "" // once
	}
	return sheets, nil
}

func newSheet(title, note string, panels []*raster.Image, columns int) (sheet, error) {
	im := ContactSheet(panels, columns)
	var b bytes.Buffer
	err := jpeg.Encode(&b, rgba(im), &jpeg.Options{Quality: 85})
	url := "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
	return sheet{title, note, im.H, im.W, template.URL(url)}, err
}

// rgba returns an 8-bit RGB picture for encoders of the standard library.
func rgba(im *raster.Image) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, im.W, im.H))
	for i := range im.H * im.W {
		copy(out.Pix[4*i:], im.Pix8[3*i:][:3])
		out.Pix[4*i+3] = 255
	}
	return out
}
