package workflow

import (
	"fmt"
	"os"

	"tessera/internal/parallel"
	"tessera/segtrain/data"
	"tessera/segtrain/disk"
	"tessera/segtrain/oof"
	"tessera/segtrain/predict"
	"tessera/segtrain/raster"
)

// predictionRoom returns an error if the disk has no room for the probabilities of pictures, which are known to the byte before
// anything is computed. Masks take little beside them, and what they take depends on what they show.
func predictionRoom(po PredictOptions, inputs data.Manifest, classes int) error {
	if !po.Probabilities {
		return nil
	}
	sizes, wrong := make([]int64, len(inputs)), make([]error, len(inputs))
	parallel.For(len(inputs), func(i, _ int) {
		var info raster.Info
		if info, wrong[i] = raster.Probe(inputs[i].Image); wrong[i] == nil {
			sizes[i] = predict.ProbabilityBytes(info.H, info.W, classes)
		}
	})
	var need int64
	for i, err := range wrong {
		if err != nil {
			return err
		}
		need += sizes[i]
	}
	if err := disk.Room(po.Out, need); err != nil {
		return fmt.Errorf("the probabilities of %d pictures in %d classes: %w", len(inputs), classes, err)
	}
	return nil
}

// room returns an error if the disk has no room for what the folds that are not there yet will write: weights, a snapshot, and
// predictions at the network's size.
func (c *crossValidation) room() error {
	const files, word = 5, 4 // best and last weights, and a snapshot of weights and two moments
	t, h, w := c.cfg.Train, int64(c.cfg.Data.Size[0]), int64(c.cfg.Data.Size[1])
	var need, folds int64
	for fold := range c.split.Folds() {
		_, missing := os.Stat(c.dir(fold))
		if missing != nil {
			need += c.count * word * int64(files+t.KeepLast+t.KeepBest)
		}
		_, predicted := oof.ReadFold(c.path(OOFFolder), fold)
		if !predicted {
			need += int64(len(c.validates(fold))) * h * w * int64(len(classNames(&c.cfg))+1)
		}
		if missing != nil || !predicted {
			folds++
		}
	}
	if err := disk.Room(c.cfg.Out, need); err != nil {
		what := fmt.Sprintf("%d folds", folds)
		if folds == 1 {
			what = "a fold"
		}
		return fmt.Errorf("weights and out-of-fold predictions of %s: %w; then the same command goes on", what, err)
	}
	return nil
}
