package workflow

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/predict"
	"tessera/segtrain/raster"
	"tessera/segtrain/refine"
	"tessera/segtrain/report"
)

// PseudoSheet is the name of a set's contact sheet: picture, label and confidence of some images.
const PseudoSheet = "sheet.png"

// pseudoRows is how many images a contact sheet shows.
const pseudoRows = 8

// A pseudoSet is labels of the same models in the making.
type pseudoSet struct {
	refine.PseudoSet
	l       *labeller
	dir     string
	records []refine.PseudoRecord
	rows    []report.Row
}

func newPseudoSet(l *labeller, name string, by []int) *pseudoSet {
	s := &pseudoSet{l: l, dir: filepath.Join(l.Out, name)}
	s.Name, s.Members, s.Dropped = name, by, []string{}
	for _, class := range l.manifest.Classes {
		s.Classes = append(s.Classes, refine.PseudoClass{Name: class})
	}
	return s
}

// label predicts all images by all models, one image after the other, and writes the sets.
func (l *labeller) label(ctx context.Context) error {
	var members []predict.Member
	for _, m := range l.members {
		p := m.parts.newPredictor(m.cfg)
		p.Batch = l.batch()
		members = append(members, predict.Member{Name: m.cfg.Out, Predictor: p, Data: l.ds})
	}
	done := 0
	err := predict.InTurn(ctx, members, func(list []predict.Result) error {
		probabilities := make([]*raster.Float, len(list))
		for k, r := range list {
			probabilities[k] = r.Probabilities
		}
		for _, s := range l.sets {
			if err := s.add(done, probabilities); err != nil {
				return err
			}
		}
		done++
		if l.Done != nil {
			l.Done(done, l.ds.Len())
		}
		return nil
	})
	if err != nil {
		return err
	}
	return l.finish()
}

// add labels an image.
func (s *pseudoSet) add(index int, all []*raster.Float) error {
	var members []*raster.Float
	for _, fold := range s.Members {
		members = append(members, all[fold])
	}
	rule, r := s.l.manifest.Rule, s.l.ds.Record(index)
	label := refine.NewPseudoLabel(members, rule)
	kept := rule.Keeps(label)
	for k, c := range label.Classes {
		total := &s.Classes[k]
		total.Pixels += c.Pixels
		total.Confidence += c.Confidence // the mean is made of it in finish
		if kept {
			total.Kept += c.Kept
		}
	}
	if n := s.l.ds.Len(); len(s.rows) < pseudoRows && index == len(s.rows)*n/min(n, pseudoRows) {
		if err := s.show(index, label, kept); err != nil {
			return err
		}
	}
	if !kept {
		s.Dropped = append(s.Dropped, r.ID)
		return nil
	}
	mask := filepath.Join(s.dir, "masks", filepath.FromSlash(r.ID)+".png")
	s.TopTwo += label.TopTwo // the mean is made of it in finish
	s.Kept++
	s.records = append(s.records, refine.PseudoRecord{
		ID: r.ID, Image: r.Image, Mask: mask, Group: r.Group, Weight: label.Weight, Kept: label.Kept, Members: s.Members,
	})
	err := writeLabel(mask, label.Mask)
	if s.l.Soft {
		file1, file2 := refine.SoftFiles(s.dir, r.ID)
		second, share := label.Soft()
		err = errors.Join(err, writeLabel(file1, second), writeLabel(file2, share))
	}
	if err != nil {
		return fmt.Errorf("pseudo-labels: %w", err)
	}
	return nil
}

func writeLabel(file string, m *raster.Mask) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return raster.WriteFile(file, func(w io.Writer) error { return raster.EncodeMask(w, m, nil) })
}

// show adds a row to the contact sheet.
func (s *pseudoSet) show(index int, label *refine.PseudoLabel, kept bool) error {
	picture, _, err := s.l.ds.Load(index)
	if err != nil {
		return err
	}
	h, w := picture.H, picture.W
	if side := max(h, w); side > previewSide {
		h, w = max(1, h*previewSide/side), max(1, w*previewSide/side)
	}
	image := raster.ResizeFloat(picture.Float(), h, w).Image().Channels(3)
	mask := raster.ResizeMask(label.Mask, h, w)
	confidence := raster.ResizeFloat(&raster.Float{H: picture.H, W: picture.W, C: 1, Pix: label.Confidence}, h, w)
	what := "kept"
	if !kept {
		what = "left out"
	}
	row := report.Row{
		Title: fmt.Sprintf("%s: %s, %.0f %% labelled, confidence %.2f", s.l.ds.Record(index).ID, what, 100*label.Kept, label.Weight),
		Panels: []*raster.Image{
			image, raster.Overlay(report.Dimmed(image), mask, s.l.cv.source.palette, 0.8, refine.PseudoIgnore), report.Heat(confidence),
		},
	}
	if s.l.Soft {
		second, share := label.Soft()
		row.Panels = append(row.Panels, raster.ResizeFloat(softPicture(label.Mask, second, share, s.l.cv.source.palette), h, w).Image())
	}
	s.rows = append(s.rows, row)
	return nil
}

// softPicture shows soft labels: each pixel in the colours of its two classes, mixed by their shares, and black without a label.
func softPicture(first, second, share *raster.Mask, palette []color.RGBA) *raster.Float {
	f := raster.NewFloat(first.H, first.W, 3)
	for i, class := range first.Pix {
		if class == refine.PseudoIgnore {
			continue
		}
		a, b, part := palette[class], palette[second.Pix[i]], float32(share.Pix[i])/255
		for k, v := range [3][2]uint8{{a.R, b.R}, {a.G, b.G}, {a.B, b.B}} {
			f.Pix[3*i+k] = (float32(part*float32(v[0])) + float32((1-part)*float32(v[1]))) / 255
		}
	}
	return f
}

// finish writes the tables, the contact sheets and, last, the manifest.
func (l *labeller) finish() error {
	for _, s := range l.sets {
		for k := range s.Classes {
			if c := &s.Classes[k]; c.Pixels > 0 {
				c.Confidence /= float64(c.Pixels)
			}
		}
		var kept int64
		for _, c := range s.Classes {
			kept += c.Kept
		}
		s.TopTwo /= float64(max(kept, 1))
		if err := os.MkdirAll(s.dir, 0o777); err != nil {
			return fmt.Errorf("pseudo-labels: %w", err)
		}
		var err error
		if s.SHA256, err = refine.WritePseudoTable(filepath.Join(s.dir, refine.PseudoTable), s.records); err != nil {
			return err
		}
		if err := raster.WritePNG(filepath.Join(s.dir, PseudoSheet), report.Rows(s.rows)); err != nil {
			return fmt.Errorf("pseudo-labels: %w", err)
		}
		l.manifest.Sets = append(l.manifest.Sets, s.PseudoSet)
	}
	return l.manifest.Write(l.Out)
}

// groupInputs gives images the group that their names say, where the data has groups by names.
func groupInputs(cfg *config.Config, m data.Manifest) {
	if cfg.Data.Group == "" {
		return
	}
	pattern := regexp.MustCompile(cfg.Data.Group)
	for i := range m {
		if match := pattern.FindStringSubmatch(m[i].ID); match != nil {
			m[i].Group = match[1]
		}
	}
}
