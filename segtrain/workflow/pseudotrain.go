package workflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/segtrain/refine"
)

// A pseudoUse is what a run's record.PseudoFile holds: the set that it trained with, and all that is known of those who made it.
type pseudoUse struct {
	SHA256   string                 `json:"sha256"` // of the manifest's file
	Set      string                 `json:"set"`
	Manifest *refine.PseudoManifest `json:"manifest"`
}

// pseudoLabels are labels of models that a run trains with.
type pseudoLabels struct {
	pseudoUse
	folder  string
	records data.Manifest
}

// list returns the records, none of nil.
func (p *pseudoLabels) list() data.Manifest {
	if p == nil {
		return nil
	}
	return p.records
}

// fingerprint returns the hash of the images and their masks, empty of nil.
func (p *pseudoLabels) fingerprint() (string, error) {
	if p == nil {
		return "", nil
	}
	print, err := p.records.Fingerprint()
	return print.SHA256, err
}

// origin returns what the record of a run says of the labels.
func (p *pseudoLabels) origin() *record.PseudoLabels {
	if p == nil {
		return nil
	}
	o := &record.PseudoLabels{
		Manifest: p.SHA256, Source: p.folder, Set: p.Set, Round: p.Manifest.Round, Images: len(p.records),
	}
	set, _ := p.Manifest.Set(p.Set)
	for _, fold := range set.Members {
		for _, m := range p.Manifest.Members {
			if m.Fold == fold {
				o.Makers = append(o.Makers, record.Link{ID: m.Run, Name: m.Name})
			}
		}
	}
	return o
}

// openPseudo opens the pseudo-labels that a configuration names, if any: the set that is for the source's split and fold. Which
// sets it may not be, see refine.PseudoManifest.Choose. Images of groups that validate are left out, and counted.
func (s *source) openPseudo(cfg *config.Config) (left int, err error) {
	if cfg.Pseudo.Manifest == "" {
		return 0, nil
	}
	m, sum, err := refine.ReadPseudo(cfg.Pseudo.Manifest)
	if err != nil {
		return 0, located(cfg, "pseudo.manifest", err)
	}
	run := refine.PseudoRun{Split: s.split.Hash(), Fold: s.fold, Task: manifestTask(cfg), Classes: s.classes}
	prefix := [2]string{}
	if splitKind(cfg) == "folders" {
		prefix = [2]string{"train/", "val/"} // as twoFolders has it
	}
	if run.Train, err = pseudoImages(prefix[0], s.train); err != nil {
		return 0, err
	}
	if run.Val, err = pseudoImages(prefix[1], s.val); err != nil {
		return 0, err
	}
	set, err := m.Choose(run)
	if err != nil {
		return 0, located(cfg, "pseudo.manifest", err)
	}
	if cfg.Pseudo.Soft && !m.Soft {
		return 0, cfg.Mistake("pseudo.soft", "%s has hard labels; for soft ones make them with segtrain pseudo --soft", cfg.Pseudo.Manifest)
	}
	folder := cfg.Pseudo.Manifest
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		folder = filepath.Dir(folder)
	}
	s.pseudo = &pseudoLabels{pseudoUse{sum, set.Name, m}, folder, nil}
	return s.listPseudo(cfg, filepath.Join(folder, set.Name, refine.PseudoTable), set)
}

// listPseudo reads the table of the set.
func (s *source) listPseudo(cfg *config.Config, table string, set refine.PseudoSet) (left int, err error) {
	list, err := refine.ReadPseudoTable(table, set.SHA256)
	if err != nil {
		return 0, located(cfg, "pseudo.manifest", err)
	}
	validates := map[string]bool{}
	for _, r := range s.val {
		validates[r.Group] = r.Group != ""
	}
	classes := len(s.classes)
	if cfg.Flags() {
		classes = 2 // it is there, or not
	}
	code := pseudoCode(classes, ignored(cfg))
	var records data.Manifest
	for _, r := range list {
		if validates[r.Group] {
			left++
			continue
		}
		record := data.Record{ID: r.ID, Image: r.Image, Mask: r.Mask, Group: r.Group, Fold: data.NoFold, Weight: r.Weight, Code: code}
		if cfg.Pseudo.Soft {
			record.Soft = new(data.Soft)
			if dir := filepath.Dir(table); cfg.Flags() {
				record.Soft.Share = refine.FlagFile(dir, "probability", r.ID, task(cfg) == metric.Multilabel)
			} else {
				record.Soft.Second, record.Soft.Share = refine.SoftFiles(dir, r.ID)
			}
		}
		records = append(records, record)
	}
	if len(list) == 0 {
		return 0, cfg.Mistake("pseudo.manifest", "%s keeps no image: make labels with lower thresholds, agreement or least share", table)
	}
	if len(records) == 0 {
		return left, cfg.Mistake("pseudo.manifest", "%s keeps no image but %d of groups that validate", table, left)
	}
	s.pseudo.records = light(cfg, records)
	return left, nil
}

// pseudoCode is how masks of pseudo-labels are coded.
func pseudoCode(classes, ignore int) *raster.MaskCode {
	code := &raster.MaskCode{
		Coding: raster.IndexCode, Classes: classes, Ignore: ignore, Map: map[int]uint8{refine.PseudoIgnore: uint8(ignore)},
	}
	for k := range classes {
		code.Map[k] = uint8(k)
	}
	return code
}

// pseudoImages names records, after a prefix, and what is in their files.
func pseudoImages(prefix string, m data.Manifest) ([]refine.PseudoImage, error) {
	sums, err := m.ImageSums()
	if err != nil {
		return nil, err
	}
	list := make([]refine.PseudoImage, len(m))
	for i, r := range m {
		list[i] = refine.PseudoImage{ID: prefix + r.ID, Sum: sums[i]}
	}
	return list, nil
}

// newBlend returns how a configuration takes labels of models into the batches of a data set that has some.
func newBlend(cfg *config.Config, ds *data.Dataset) data.Blend {
	if cfg.Pseudo.Manifest == "" || ds.Pseudo() == 0 {
		return data.Blend{}
	}
	return data.Blend{Rate: cfg.Pseudo.Rate, StartEpoch: cfg.Pseudo.StartEpoch, ByWeight: cfg.Pseudo.Sampling == "weight"}
}

// openPseudo opens the run's pseudo-labels and says what they are.
func (s *session) openPseudo() error {
	left, err := s.source.openPseudo(s.cfg)
	if p := s.source.pseudo; err == nil && p != nil {
		s.Log.Info("pseudo-labels", "images", len(p.records), "set", p.Set, "round", p.Manifest.Round, "rate", s.cfg.Pseudo.Rate,
			"soft", s.cfg.Pseudo.Soft)
	}
	if left > 0 {
		s.Log.Warn("images with pseudo-labels are of groups that validate, and are left out", "images", left)
	}
	return err
}

// recordPseudo writes what a run that begins knows of its pseudo-labels.
func (s *session) recordPseudo() error {
	p := s.source.pseudo
	if p == nil {
		return nil
	}
	note := fmt.Sprintf("trained with pseudo-labels: %s", p.origin())
	return errors.Join(s.run.WriteJSON(record.PseudoFile, p.pseudoUse), s.run.Append("note", record.Note{Text: note}))
}

// checkPseudo returns an error if the run began with other pseudo-labels.
func (s *session) checkPseudo() error {
	then, err := readPseudoUse(s.run.Dir())
	if err != nil || then == nil && s.source.pseudo == nil {
		return err
	}
	now := s.source.pseudo
	if then == nil || now == nil || then.SHA256 != now.SHA256 || then.Set != now.Set {
		return fmt.Errorf("%s began with other pseudo-labels: compare %s", s.run.Dir(), s.run.Path(record.PseudoFile))
	}
	return nil
}

// readPseudoUse returns what the run in dir trained with, nil for nothing.
func readPseudoUse(dir string) (*pseudoUse, error) {
	file := filepath.Join(dir, record.PseudoFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	use := &pseudoUse{}
	if err == nil {
		err = json.Unmarshal(text, use)
	}
	if err == nil && use.Manifest == nil {
		err = errors.New("has no manifest")
	}
	if err != nil {
		return nil, fmt.Errorf("pseudo-labels: %s: %w", file, err)
	}
	return use, nil
}
