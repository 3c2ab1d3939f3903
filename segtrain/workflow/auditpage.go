package workflow

import (
	"encoding/csv"
	"fmt"
	"image/color"
	"io"
	"path/filepath"

	"tessera/segtrain/config"
	"tessera/segtrain/oof"
	"tessera/segtrain/raster"
	"tessera/segtrain/refine"
	"tessera/segtrain/report"
)

type oofImage = oof.Image

// shownFindings is how many regions the page lists.
const shownFindings = 40

// writePage draws the most suspicious images.
func (x *audit) writePage() error {
	r := x.result
	page := report.Audit{
		Title: "Labels of " + filepath.Base(x.Dir), Names: r.Classes, Palette: x.palette(), Ignore: x.pageIgnore(),
		Subtitle:  fmt.Sprintf("%d images, judged by models that did not train on them; split %.12s", len(r.Images), r.Split),
		Suggested: r.Suggested, Headline: x.headline(),
		Next: []string{
			fmt.Sprintf("segtrain audit %s --action drop --top 10 --write actions.csv   # edit it", x.Dir),
			"segtrain train config.yaml --set data.audit=actions.csv",
		},
	}
	for _, n := range r.Noise {
		page.Noise = append(page.Noise, report.AuditNoise{Pixels: n.Pixels, Wrong: n.Wrong, Missed: n.Missed, Usual: float64(n.Usual)})
	}
	for _, f := range r.Findings[:min(shownFindings, len(r.Findings))] {
		page.Findings = append(page.Findings, report.AuditFinding{ID: f.ID, Given: r.Classes[f.Given], Suggested: r.Classes[f.Suggested],
			Box: boxText(f.Box), Area: f.Area, Confidence: f.Confidence, Score: f.Score})
	}
	for _, s := range x.top() {
		shown, err := x.picture(s)
		if err != nil {
			return err
		}
		page.Images = append(page.Images, shown)
	}
	return report.WriteAudit(filepath.Join(x.Out, AuditPageFile), filepath.Join(x.Out, AuditSheetFile), page)
}

// headline sums the audit up.
func (x *audit) headline() [][3]string {
	r := x.result
	pixels, wrong, images := int64(0), 0.0, 0
	for _, n := range r.Noise {
		pixels, wrong = pixels+n.Pixels, wrong+float64(n.Wrong*float64(n.Pixels))
	}
	for _, s := range r.Images {
		if s.Score > clearlyOdd {
			images++
		}
	}
	return [][3]string{
		{"Images", fmt.Sprint(len(r.Images)), "judged"},
		{"Clearly odd", fmt.Sprint(images), fmt.Sprintf("images with a score above %v", clearlyOdd)},
		{"Regions", fmt.Sprint(len(r.Findings)), "contradict their label"},
		{"Labels in doubt", fmt.Sprintf("%.1f %%", 100*wrong/float64(max(1, pixels))), "of all pixels, by estimate"},
	}
}

// clearlyOdd is a score that images with sound labels hardly reach: the sum of two numbers in deviations.
const clearlyOdd = 6

// picture returns what the page shows of an image.
func (x *audit) picture(s refine.Suspect) (report.AuditImage, error) {
	index, list, err := x.look(s.ID)
	if err != nil {
		return report.AuditImage{}, err
	}
	im, _, err := x.ds.Load(index)
	if err != nil {
		return report.AuditImage{}, err
	}
	shown := report.AuditImage{ID: s.ID, Score: s.Score, Note: x.summary(s), Image: im}
	if x.cfg.Task == config.Multilabel {
		masks, colors := raster.Combined(x.source.palette, flagsOf(list, func(c *refine.Contradiction) []uint8 { return c.Given }),
			flagsOf(list, func(c *refine.Contradiction) []uint8 { return c.Predicted }),
			flagsOf(list, func(c *refine.Contradiction) []uint8 { return c.Suggested }))
		shown.Given, shown.Predicted, shown.Suggested, shown.Palette = masks[0], masks[1], masks[2], colors
		return shown, nil
	}
	c := list[0]
	mask := func(pix []uint8) *raster.Mask { return &raster.Mask{H: c.H, W: c.W, Pix: pix} }
	shown.Given, shown.Predicted, shown.Suggested = mask(c.Given), mask(c.Predicted), mask(c.Suggested)
	return shown, nil
}

// flagIgnored is what an auditor's labels of flags are where they do not count.
const flagIgnored = raster.NoFlags

// flagsOf puts labels of the classes' contradictions, 2k and 2k+1, together. What does not count in Given counts nowhere.
func flagsOf(list []*refine.Contradiction, of func(*refine.Contradiction) []uint8) *raster.Flags {
	h, w := list[0].H, list[0].W
	labels := make([]uint8, h*w*len(list))
	for k, c := range list {
		for i, v := range of(c) {
			if labels[i*len(list)+k] = v & 1; c.Given[i] == flagIgnored {
				labels[i*len(list)+k] = flagIgnored
			}
		}
	}
	return raster.FlagsOf(h, w, len(list), labels, flagIgnored)
}

// anyContradicted returns 255 where a label of any class is contradicted and 0 elsewhere.
func anyContradicted(list []*refine.Contradiction) *raster.Mask {
	m := list[0].Mask()
	for _, c := range list[1:] {
		for i := range m.Pix {
			if c.Contradicted(i) {
				m.Pix[i] = 255
			}
		}
	}
	return m
}

// restoreIgnored gives what does not count the value that it has in the files.
func (x *audit) restoreIgnored(labels []uint8) {
	for i, v := range labels {
		if v == flagIgnored {
			labels[i] = uint8(ignored(x.cfg))
		}
	}
}

// palette returns the colors of the auditor's classes: of what is not there, none in pictures.
func (x *audit) palette() []color.RGBA {
	if !x.cfg.Flags() {
		return x.source.palette
	}
	var list []color.RGBA
	for _, c := range x.source.palette {
		list = append(list, color.RGBA{R: 0x55, G: 0x55, B: 0x55}, c)
	}
	return list
}

// pageIgnore returns the label that does not count in pictures, -1 for none.
func (x *audit) pageIgnore() int {
	if x.cfg.Flags() {
		return flagIgnored
	}
	return ignored(x.cfg)
}

// writeTable writes rows as CSV.
func writeTable(file string, rows [][]string) error {
	return raster.WriteFile(file, func(w io.Writer) error { return csv.NewWriter(w).WriteAll(rows) })
}
