package workflow

import (
	"context"
	"fmt"
	"path/filepath"

	"tessera/segtrain/config"
	"tessera/segtrain/synth"
)

// newPictures is how many pictures PredictNew draws.
const newPictures = 12

// PredictNew draws pictures of the procedural set that the run cfg.Out has never seen, and predicts their masks:
// RUN/new holds the pictures, RUN/predictions what the best weights see in them.
func PredictNew(ctx context.Context, cfg *config.Config, o Options) (*Prediction, error) {
	drawn := filepath.Join(cfg.Out, "new")
	size := cfg.Data.Size
	if err := synth.Write(drawn, newPictures, size[0], size[1], cfg.Data.Synth.Seed+1, nil); err != nil {
		return nil, fmt.Errorf("new pictures: %w", err)
	}
	return Predict(ctx, cfg, PredictOptions{
		Inputs: []string{filepath.Join(drawn, "images")}, Out: filepath.Join(cfg.Out, "predictions"), Overlays: true,
	}, o)
}
