package workflow

import (
	"tessera/segtrain/config"
	"tessera/segtrain/predict"
)

// tiling returns how pictures are cut into tiles; nil for not at all.
func tiling(cfg *config.Config) *predict.Tiling {
	c := cfg.Predict
	if c.Tile == nil {
		return nil
	}
	return &predict.Tiling{H: c.Tile[0], W: c.Tile[1], Overlap: c.Overlap, Blend: predict.Weighting(c.Blend), Factor: c.TileScale}
}

// forwardBatch returns how many pictures a forward pass has: no more than there are, but of tiles there are always more.
func forwardBatch(cfg *config.Config, batch, images int) int {
	if cfg.Predict.Tile != nil {
		return batch
	}
	return min(batch, images)
}

// ViewNames returns what predict.tta may hold.
func ViewNames() []string {
	var names []string
	for _, n := range predict.ViewNames() {
		names = append(names, n[0])
	}
	return names
}
