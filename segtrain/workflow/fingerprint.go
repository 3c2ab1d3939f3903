package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"

	"tessera/segtrain/config"
)

// fingerprint identifies what a debug run tests: data, transforms, model and loss of a configuration, without what
// only places or speeds things: caches, workers, the split.
func fingerprint(cfg *config.Config) string {
	part := config.Default()
	part.Data, part.Augment, part.Model, part.Loss = cfg.Data, cfg.Augment, cfg.Model, cfg.Loss
	usual := config.Default()
	part.Data.Val, part.Data.CacheMB, part.Data.Workers = usual.Data.Val, usual.Data.CacheMB, usual.Data.Workers
	part.Model.Mirror = ""
	sum := sha256.Sum256(part.Marshal())
	return hex.EncodeToString(sum[:8])
}

// hint says, before a full run, that no debug run beside it has passed with its data, model and loss. Drawn pictures need
// none.
func (s *session) hint() {
	if s.Tested || s.cfg.Data.Kind == "synth" || debugged(filepath.Dir(s.cfg.Out), fingerprint(s.cfg)) {
		return
	}
	s.Log.Info("hint: no debug run has passed with this data, model and loss; --set debug=true tests them in a few minutes")
}

// debugged tells whether a run below a folder is a debug run that passed with this fingerprint.
func debugged(runs, print string) bool {
	files, err := filepath.Glob(filepath.Join(runs, "*", DebugFile))
	if err != nil {
		return false
	}
	for _, file := range files {
		var r DebugResult
		text, err := os.ReadFile(file)
		if err == nil && json.Unmarshal(text, &r) == nil && r.Passed && r.Fingerprint == print {
			return true
		}
	}
	return false
}
