package workflow

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/segtrain/data"
	"tessera/segtrain/disk"
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
