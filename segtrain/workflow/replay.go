package workflow

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
)

// A Replayed sample is where it was written, and where it was in training.
type Replayed struct {
	ID    string   `json:"id"`
	Epoch int      `json:"epoch"` // counted from 1, as are steps within it
	Step  int      `json:"step"`
	Image string   `json:"image"`
	Mask  string   `json:"mask"`
	Mixed string   `json:"mixed,omitempty"` // the second labels, of a picture of two
	Share *float32 `json:"share,omitempty"` // of the first labels, where it is that of all pixels

	Shares string `json:"shares,omitempty"` // the picture of it where pixels differ, as those of soft labels do: 255 is all
	// Ahead says how far a run got that did not get there, which then shows what the network would have seen; "" if it did, and of a
	// configuration.
	Ahead string `json:"ahead,omitempty"`
}

// ReplayAugment writes what the network saw of a sample in an epoch, counted from 1, to a folder: the image with its
// normalisation undone, and the mask of class indices, both as PNG; of 0 and 1 where the task is binary, and where it is multilabel a file a class. A sample
// with two labels a pixel has a second mask and a share of the first.
func ReplayAugment(cfg *config.Config, epoch int, id, out string) (*Replayed, error) {
	if epoch < 1 {
		return nil, errors.New("epochs are counted from 1")
	}
	p, err := build(cfg)
	if err != nil {
		return nil, err
	}
	source, clean, err := openTraining(cfg)
	if err != nil {
		return nil, err
	}
	defer clean()
	ds, err := source.trainingSet(cfg, p.augment)
	if err != nil {
		return nil, err
	}
	seen, err := data.Replay(ds, p.loaderOptions(cfg, ds), epoch-1, id)
	if err != nil {
		return nil, err
	}
	r, err := writeSeen(cfg, ds, source, seen, id, out)
	if err == nil && cfg.Out != "" {
		r.Ahead, err = ahead(cfg.Out, seen)
	}
	return r, err
}

// ahead tells how far the run in dir got, if it did not take the step that a sample was seen in.
func ahead(dir string, seen *data.Seen) (string, error) {
	h, err := record.ReadHistory(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil // a configuration that names where its runs go
	}
	if err != nil || len(h.Steps) == 0 {
		return "no step", err
	}
	before := 0 // steps in the epochs before
	for _, s := range h.Steps {
		if s.Epoch <= seen.Epoch {
			before = s.Step
		}
	}
	last := h.Steps[len(h.Steps)-1]
	if last.Epoch > seen.Epoch && last.Step > before+seen.Step {
		return "", nil
	}
	return fmt.Sprintf("%d steps, to epoch %d", last.Step, last.Epoch), nil
}

func writeSeen(cfg *config.Config, ds *data.Dataset, s *source, seen *data.Seen, id, out string) (*Replayed, error) {
	h, w, _ := ds.Shape()
	base := filepath.Join(out, fmt.Sprintf("%s-epoch%d", filepath.FromSlash(id), seen.Epoch+1))
	if err := os.MkdirAll(filepath.Dir(base), 0o777); err != nil {
		return nil, err
	}
	r := &Replayed{ID: id, Epoch: seen.Epoch + 1, Step: seen.Step + 1, Image: base + ".png", Mask: labelsName(cfg, base, "mask")}
	err := raster.WritePNG(r.Image, ds.Picture(seen.Image))
	err = errors.Join(err, s.writeLabels(cfg, r.Mask, h, w, seen.Mask))
	if !slices.ContainsFunc(seen.Share, func(v float32) bool { return v != 1 }) {
		return r, err
	}
	r.Mixed = labelsName(cfg, base, "mixed")
	err = errors.Join(err, s.writeLabels(cfg, r.Mixed, h, w, seen.Mixed))
	if r.Share = &seen.Share[0]; slices.Min(seen.Share) != slices.Max(seen.Share) {
		r.Share, r.Shares = nil, base+"-share.png"
		if len(seen.Share) > h*w {
			r.Shares = labelsName(cfg, base, "share")
		}
		err = errors.Join(err, s.writeShares(r.Shares, h, w, seen.Share))
	}
	return r, err
}
