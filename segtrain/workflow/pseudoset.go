package workflow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
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
		total.Without += c.Without
		total.Confidence += c.Confidence // the mean is made of it in finish
		if kept {
			total.Kept, total.Clear = total.Kept+c.Kept, total.Clear+c.Clear
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
	mask := s.file("masks", r.ID)
	s.TopTwo += label.TopTwo // the mean is made of it in finish
	s.Kept++
	s.records = append(s.records, refine.PseudoRecord{
		ID: r.ID, Image: r.Image, Mask: mask, Group: r.Group, Weight: label.Weight, Kept: label.Kept, Members: s.Members,
	})
	var err error
	switch {
	case label.Flags != nil:
		err = s.writeFlags(mask, r.ID, label)
	case s.l.Soft:
		file1, file2 := refine.SoftFiles(s.dir, r.ID)
		second, share := label.Soft()
		err = errors.Join(writeLabel(mask, label.Mask), writeLabel(file1, second), writeLabel(file2, share))
	default:
		err = writeLabel(mask, label.Mask)
	}
	if err != nil {
		return fmt.Errorf("pseudo-labels: %w", err)
	}
	return nil
}

// file returns where the set has a kind of labels of an image: see refine.FlagFile.
func (s *pseudoSet) file(kind, id string) string {
	return refine.FlagFile(s.dir, kind, id, s.l.manifest.Task == string(metric.Multilabel))
}

// writeFlags writes the mask of each class, and of soft labels how probable it is.
func (s *pseudoSet) writeFlags(mask, id string, label *refine.PseudoLabel) (err error) {
	for k, file := range raster.ClassFiles(mask, s.l.manifest.Classes) {
		err = errors.Join(err, writeLabel(file, label.Flags.Class(k, refine.PseudoIgnore)))
	}
	if s.l.Soft {
		soft := label.SoftFlags()
		for k, file := range raster.ClassFiles(s.file("probability", id), s.l.manifest.Classes) {
			err = errors.Join(err, writeLabel(file, soft[k]))
		}
	}
	return err
}

func writeLabel(file string, m *raster.Mask) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return raster.WriteFile(file, func(w io.Writer) error { return raster.EncodeMask(w, m, nil) })
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
