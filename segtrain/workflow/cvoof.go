package workflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/oof"
	"tessera/segtrain/predict"
)

// chooseWeights settles which weights predict, and refuses those that the folds will not have, before they are trained.
func (c *crossValidation) chooseWeights() error {
	if c.Weights == "" {
		c.Weights = foldWeights(c.cfg.Out)
	}
	t := c.cfg.Train
	switch c.Weights {
	case "best", "last", "average":
	case "ema":
		if t.EMADecay == 0 {
			return c.cfg.Mistake("train.ema_decay", "out-of-fold predictions of weights ema need them: set it, as to 0.999")
		}
	case "swa":
		if !t.SWA {
			return c.cfg.Mistake("train.swa", "out-of-fold predictions of weights swa need them: set it to true")
		}
	default:
		return fmt.Errorf("no weights %q to predict with out of fold; allowed: best, last, ema, swa, average", c.Weights)
	}
	return nil
}

// foldWeights names the weights that predict out of fold in the directory of a cross-validation.
func foldWeights(dir string) string {
	if m, err := oof.ReadManifest(filepath.Join(dir, OOFFolder)); err == nil && m.Of != "" {
		return m.Of
	}
	return "best"
}

// predict writes a fold's out-of-fold predictions, unless they are written already.
func (c *crossValidation) predict(ctx context.Context, cfg *config.Config, fold int, o Options) error {
	dir := c.path(OOFFolder)
	weights, err := weightsFile(cfg.Out, c.Weights)
	if err != nil {
		return err
	}
	sum, err := fileSum(weights)
	if err != nil {
		return err
	}
	now := oof.Fold{Split: c.split.Hash(), Weights: sum, Images: len(c.validates(fold))}
	if cfg.Model.Aux.Weight > 0 {
		now.Labels = len(auxClasses(cfg))
	}
	if then, ok := oof.ReadFold(dir, fold); ok && then == now {
		return nil
	}
	p, _, err := trained(cfg, weights)
	if err != nil {
		return err
	}
	s, ds, err := evalData(cfg, EvalOptions{}, cfg.Out+"/"+DataFolder)
	if err != nil {
		return err
	}
	// What is there is of other weights: until all of it is replaced, nobody is to take it for whole.
	if err := os.Remove(filepath.Join(dir, oof.ManifestFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cross-validation: %w", err)
	}
	o.Log.Info("predicting out of fold", "weights", c.Weights, "images", ds.Len(), "classes", len(s.classes))
	if err := p.predictFold(ctx, cfg, ds, dir, fold); err != nil {
		return err
	}
	return oof.WriteFold(dir, fold, now)
}

// predictFold writes what the model says of the images of a fold below dir, at the network's size.
func (p *parts) predictFold(ctx context.Context, cfg *config.Config, ds *data.Dataset, dir string, fold int) error {
	run := p.newPredictor(cfg)
	run.Batch, run.Probabilities, run.NetworkSize = forwardBatch(cfg, cfg.Train.Batch, ds.Len()), true, true
	var said []oof.Said
	_, err := run.Run(ctx, ds, func(r predict.Result) error {
		if r.Said != nil {
			said = append(said, oof.Said{ID: r.ID, Labels: r.Said})
		}
		if r.Flags != nil {
			return oof.WriteFlags(dir, fold, r.ID, r.Probabilities, r.Flags)
		}
		return oof.WriteImage(dir, fold, r.ID, r.Probabilities, r.Classes)
	})
	if err == nil && cfg.Model.Aux.Weight > 0 {
		err = oof.WriteSaid(dir, fold, auxClasses(cfg), said)
	}
	return err
}

// writeManifest says that the predictions of all folds are there.
func (c *crossValidation) writeManifest() error {
	dir := c.path(OOFFolder)
	m := oof.Manifest{
		Of:    c.Weights,
		Split: c.split.Hash(), Folds: c.split.Folds(), Repeats: c.split.Repeats, Classes: classNames(&c.cfg),
		Size: c.cfg.Data.Size, Resize: c.cfg.Data.Resize, Task: manifestTask(&c.cfg),
	}
	if m.Of == "best" {
		m.Of = ""
	}
	if c.cfg.Model.Aux.Weight > 0 {
		m.Labels = auxClasses(&c.cfg)
	}
	for fold := range c.split.Folds() {
		f, ok := oof.ReadFold(dir, fold)
		if !ok {
			return fmt.Errorf("cross-validation: %s has no predictions of fold %d", dir, fold)
		}
		m.Weights = append(m.Weights, f.Weights)
	}
	folds := map[string][]int{}
	for fold := range c.split.Folds() {
		for _, r := range c.validates(fold) {
			folds[r.ID] = append(folds[r.ID], fold)
		}
	}
	for _, r := range c.split.Rows {
		if list := folds[r.ID]; len(list) > 0 { // and not one that always trains, or that a light run leaves out
			m.Images = append(m.Images, oof.Image{ID: r.ID, Folds: list})
		}
	}
	return oof.WriteManifest(dir, m)
}

// validates returns the IDs that a fold's run validates on: those of the split, or in a light run some of them.
func (c *crossValidation) validates(fold int) data.Manifest {
	var m data.Manifest
	for _, r := range c.split.Validation(fold) {
		m = append(m, data.Record{ID: r.ID})
	}
	return light(&c.cfg, m)
}

// manifestTask is the task as a manifest has it.
func manifestTask(cfg *config.Config) string {
	if cfg.Flags() {
		return cfg.Task
	}
	return ""
}

// fileSum returns the SHA-256 of a file.
func fileSum(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("cross-validation: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("cross-validation: %s: %w", file, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// writer returns what writes a text.
func writer(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}
