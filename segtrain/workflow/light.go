package workflow

import (
	"math"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
)

// light returns the part of the records that scale.fraction leaves, at least one. As with splitSeed, runs with several
// seeds see the same.
func light(cfg *config.Config, m data.Manifest) data.Manifest {
	if !cfg.Light() || cfg.Scale.Fraction <= 0 {
		return m
	}
	n := int(math.Round(cfg.Scale.Fraction * float64(len(m))))
	return data.Sample(m, max(1, n), splitSeed)
}

// tellLight says, and notes in the record, that a run is light: what it comes to is not to be mixed with full runs.
func (s *session) tellLight() error {
	what := s.cfg.Lightness()
	if what == "" {
		return nil
	}
	s.Log.Info("light run", "scale", what, "full", "--full")
	return s.run.Append("note", map[string]any{"text": "a light run, by scale: " + what, "light": true})
}
