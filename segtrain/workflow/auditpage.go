package workflow

import (
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"

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
		Title: "Labels of " + filepath.Base(x.Dir), Names: r.Classes, Palette: x.source.palette, Ignore: ignored(x.cfg),
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
	index, c, err := x.look(s.ID)
	if err != nil {
		return report.AuditImage{}, err
	}
	im, _, err := x.ds.Load(index)
	if err != nil {
		return report.AuditImage{}, err
	}
	mask := func(pix []uint8) *raster.Mask { return &raster.Mask{H: c.H, W: c.W, Pix: pix} }
	return report.AuditImage{ID: s.ID, Score: s.Score, Note: x.summary(s), Image: im, Given: mask(c.Given), Predicted: mask(c.Predicted),
		Suggested: mask(c.Suggested)}, nil
}

// writeTable writes rows as CSV.
func writeTable(file string, rows [][]string) error {
	return raster.WriteFile(file, func(w io.Writer) error { return csv.NewWriter(w).WriteAll(rows) })
}
