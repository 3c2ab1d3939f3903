package workflow

import (
	"tessera/segtrain/augment"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/predict"
)

// tiling returns how pictures are cut into tiles to be predicted; nil for not at all. What was trained on tiles is predicted in
// tiles of the same size and scale unless the configuration says otherwise.
func tiling(cfg *config.Config) *predict.Tiling {
	c, train := cfg.Predict, cfg.Data.Tiles.Size
	t := &predict.Tiling{Overlap: c.Overlap, Blend: predict.Weighting(c.Blend), Factor: c.TileScale}
	switch {
	case c.Tile != nil:
		t.H, t.W = c.Tile[0], c.Tile[1]
	case train != nil:
		t.H, t.W = cfg.Data.Size[0], cfg.Data.Size[1]
	default:
		return nil
	}
	if train != nil {
		t.Factor *= float64(cfg.Data.Size[0]) / float64(train[0])
	}
	return t
}

// tiled returns the tiles of records that are samples; the records themselves where pictures are not cut. Tiles to validate on
// are all there are, with no more overlap than their size makes necessary.
func (s *source) tiled(cfg *config.Config, m data.Manifest, training bool) (data.Manifest, error) {
	c := cfg.Data.Tiles
	if c.Size == nil || len(m) == 0 {
		return m, nil
	}
	o := data.TileOptions{H: c.Size[0], W: c.Size[1], Foreground: data.AllTiles}
	if training {
		o.Overlap, o.Foreground, o.Share = c.Overlap, data.Foreground(c.Foreground), c.Share
		o.Background, o.Seed = cfg.Data.Background, splitSeed
	}
	ds, err := s.dataset(cfg, m, nil)
	if err != nil {
		return nil, err
	}
	return ds.Tiles(o)
}

// count returns how many samples records are; where their files cannot be read, which training reports, how many records.
func (s *source) count(cfg *config.Config, m data.Manifest, training bool) int {
	tiles, err := s.tiled(cfg, m, training)
	if err != nil {
		return len(m)
	}
	return len(tiles)
}

// samples makes samples of records, or of their tiles.
func (s *source) samples(cfg *config.Config, m data.Manifest, t augment.Transform, training bool) (*data.Dataset, error) {
	m, err := s.tiled(cfg, m, training)
	if err != nil {
		return nil, err
	}
	return s.dataset(cfg, m, t)
}

// forwardBatch returns how many pictures a forward pass has: no more than there are, but of tiles there are always more.
func forwardBatch(cfg *config.Config, batch, images int) int {
	if tiling(cfg) != nil {
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
