package report

import (
	_ "embed" // for the page
	"fmt"
	"html/template"
	"image/color"
	"io"
	"strings"
	"time"

	"tessera/segtrain/raster"
)

// A Story is the page of work that went through several stages: chapters of text, tables, curves and pictures.
type Story struct {
	Title, Subtitle string
	Finished        time.Time
	Headline        [][3]string // name, value, note
	Names           []string    // of the classes
	Palette         []color.RGBA
	Chapters        []Chapter
}

// A Chapter is a part of a story. What is empty is left out.
type Chapter struct {
	Title    string
	Text     []string // paragraphs
	Warnings []string
	Table    *Table
	Folds    []CVFold // whose curves are drawn over each other
	Pictures []Shown
	Commands []string
	Links    []string // files beside the page
}

// A Table has a head and rows of as many cells; the first of a row is its name.
type Table struct {
	Head  []string
	Rows  [][]string
	Words bool // cells are sentences
}

// Shown is a row of pictures, next to each other.
type Shown struct {
	ID, Note string
	Panels   []ShownPanel
}

// ShownPanel is one of them.
type ShownPanel struct {
	Name  string
	Image *raster.Image
}

//go:embed story.html
var storyText string

var storyTemplate = template.Must(template.Must(template.New("page").Parse(pageText)).New("story").Parse(storyText))

// storyPage is a Story as the template sees it.
type storyPage struct {
	Title, Subtitle, Date string
	Style                 template.CSS
	Headline              []figure
	Legend                []swatch
	Chapters              []storyChapter
}

type storyChapter struct {
	Chapter
	Charts []chart
	Items  []galleryItem
}

// WriteStory writes the page, and the same without curves and pictures as Markdown. Errors name the file, or the picture.
func WriteStory(page, text string, s Story) error {
	p := storyPage{Title: s.Title, Subtitle: s.Subtitle, Style: template.CSS(styleText)}
	if !s.Finished.IsZero() {
		p.Date = s.Finished.Format("2 January 2006, 15:04")
	}
	for _, h := range s.Headline {
		p.Headline = append(p.Headline, figure{h[0], h[1], h[2]})
	}
	for k, name := range s.Names {
		p.Legend = append(p.Legend, swatch{name, css(s.Palette, k)})
	}
	for _, c := range s.Chapters {
		items, err := shownItems(c.Pictures)
		if err != nil {
			return fmt.Errorf("report %s: %w", page, err)
		}
		p.Chapters = append(p.Chapters, storyChapter{Chapter: c, Charts: cvCharts(c.Folds), Items: items})
	}
	if err := raster.WriteFile(page, func(w io.Writer) error { return storyTemplate.Execute(w, p) }); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	err := raster.WriteFile(text, func(w io.Writer) error {
		_, err := io.WriteString(w, s.Markdown())
		return err
	})
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// shownItems returns pictures as parts of a page.
func shownItems(list []Shown) (items []galleryItem, err error) {
	for _, x := range list {
		item := galleryItem{ID: x.ID, Score: x.Note}
		for _, p := range x.Panels {
			if p.Image == nil {
				return nil, fmt.Errorf("picture %q: %s is missing", x.ID, p.Name)
			}
			data, err := dataURL(p.Image)
			if err != nil {
				return nil, fmt.Errorf("picture %q: %w", x.ID, err)
			}
			item.Panels = append(item.Panels, panel{p.Name, p.Image.H, p.Image.W, data})
		}
		items = append(items, item)
	}
	return items, nil
}

// Markdown returns the story as text.
func (s Story) Markdown() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# %s\n\n%s", s.Title, s.Subtitle)
	if len(s.Headline) > 0 {
		line("")
	}
	for _, h := range s.Headline {
		line("- %s: **%s** %s", h[0], h[1], h[2])
	}
	for _, c := range s.Chapters {
		if len(c.Pictures) > 0 {
			continue // there is nothing to say without them
		}
		line("\n## %s", c.Title)
		for _, t := range c.Text {
			line("\n%s", t)
		}
		if len(c.Warnings) > 0 {
			line("")
		}
		for _, w := range c.Warnings {
			line("- warning: %s", w)
		}
		if c.Table != nil {
			line("\n%s", c.Table.markdown())
		}
		if len(c.Commands) > 0 {
			line("\n```sh\n%s\n```", strings.Join(c.Commands, "\n"))
		}
		if len(c.Links) > 0 {
			line("\nFiles: %s", strings.Join(c.Links, ", "))
		}
	}
	return b.String()
}

// markdown returns the table without a newline at its end.
func (t *Table) markdown() string {
	row := func(cells []string) string {
		escaped := make([]string, len(cells))
		for i, c := range cells {
			escaped[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		return "| " + strings.Join(escaped, " | ") + " |"
	}
	lines := []string{row(t.Head), "|" + strings.Repeat("---|", len(t.Head))}
	for _, r := range t.Rows {
		lines = append(lines, row(r))
	}
	return strings.Join(lines, "\n")
}
