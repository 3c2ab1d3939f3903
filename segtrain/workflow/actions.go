package workflow

import (
	"fmt"
	"os"
	"path/filepath"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/record"
)

// ActionsEvent is an event of kind "actions": what data.audit did to a run's training images.
type ActionsEvent struct {
	File   string `json:"file"`   // its name
	SHA256 string `json:"sha256"` // of its bytes
	data.Applied
}

// amend does to the training records what data.audit says; nil actions where it says nothing.
func (s *source) amend(cfg *config.Config) (*data.Actions, data.Applied, error) {
	if cfg.Data.Audit == "" {
		return nil, data.Applied{}, nil
	}
	a, err := data.ReadActions(cfg.Data.Audit)
	if err != nil {
		return nil, data.Applied{}, located(cfg, "data.audit", err)
	}
	train, done, err := a.Apply(s.train, s.val, s.all, ignored(cfg))
	if err != nil {
		return nil, done, located(cfg, "data.audit", err)
	}
	s.train = train
	return a, done, nil
}

// amend does it for a run, and says what was done.
func (s *session) amend() (err error) {
	s.actions, s.applied, err = s.source.amend(s.cfg)
	if err != nil || s.actions == nil {
		return err
	}
	d := s.applied
	s.Log.Info("actions on training labels", "file", filepath.Base(s.actions.File), "images", d.Images, "dropped", d.Dropped,
		"weighted", d.Weighted, "relabeled", d.Relabeled, "ignored", d.Ignored)
	if n := len(d.Validation); n > 0 {
		s.Log.Info("validation images keep their labels, whatever data.audit says", "images", n, "ids", listed(d.Validation))
	}
	if n := len(d.Unknown); n > 0 {
		s.Log.Warn("data.audit has IDs of no image", "ids", listed(d.Unknown), "count", n)
	}
	return nil
}

// recordActions notes what was done in a run that begins.
func (s *session) recordActions() error {
	if s.actions == nil {
		return nil
	}
	return s.run.Append("actions", ActionsEvent{filepath.Base(s.actions.File), s.actions.SHA256, s.applied})
}

// sameActions returns an error if a run began with another list of actions.
func (s *session) sameActions() error {
	now := ""
	if s.actions != nil {
		now = s.actions.SHA256
	}
	return sameActions(s.run.Dir(), now)
}

// sameActions returns an error if a fold that was begun had another list of actions than the next would have.
func (c *crossValidation) sameActions() error {
	now := ""
	if c.cfg.Data.Audit != "" {
		a, err := data.ReadActions(c.cfg.Data.Audit)
		if err != nil {
			return located(&c.cfg, "data.audit", err)
		}
		now = a.SHA256
	}
	for fold := 0; record.Is(c.dir(fold)); fold++ {
		if _, err := os.Stat(filepath.Join(c.dir(fold), record.EnvFile)); err != nil {
			continue // killed before it noted anything
		}
		if err := sameActions(c.dir(fold), now); err != nil {
			return err
		}
	}
	return nil
}

// sameActions returns an error unless the run in dir began with the list of this SHA-256, empty for none.
func sameActions(dir, now string) error {
	then := ""
	for e, err := range record.Events(dir) {
		var a ActionsEvent
		if err == nil && e.Kind == "actions" && e.Decode(&a) == nil {
			then = a.SHA256
		}
	}
	if now != then {
		return fmt.Errorf("%s began with another data.audit: the SHA-256 of the file was %s, and now it is %s", dir, digest(then), digest(now))
	}
	return nil
}

// digest shortens a SHA-256.
func digest(sum string) string {
	if sum == "" {
		return "none"
	}
	return sum[:12] + "…"
}
