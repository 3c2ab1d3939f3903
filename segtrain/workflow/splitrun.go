package workflow

import (
	"errors"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/record"
)

// SplitKey is the name under which weights hold the hash of the split that they were trained on.
const SplitKey = "tessera.split"

// splitEvent is what a run records of its split.
func (s *session) splitEvent() record.Split {
	return record.Split{
		Hash: s.source.split.Hash(), Kind: splitKind(s.cfg), Folds: s.source.split.Folds(), Fold: s.source.fold,
		Train: s.train.Len(), Val: s.val.Len(),
	}
}

// splitKind names how a configuration parts its samples.
func splitKind(cfg *config.Config) string {
	d := cfg.Data
	switch {
	case d.Val.Images != "":
		return "folders"
	case d.Split.Kind != config.NoSplit:
		return d.Split.Kind
	case d.Val.Fold != nil:
		return "manifest"
	}
	return "holdout"
}

// recordSplit writes the split of a run that begins.
func (s *session) recordSplit() error {
	return errors.Join(writeSplit(s.run.Path(record.SplitFile), s.source.split), s.run.Append("split", s.splitEvent()))
}

// warnLeaks says which groups train and validate.
func (s *session) warnLeaks() {
	if leaks := s.source.split.Leaks(); len(leaks) > 0 {
		s.Log.Warn("groups train in one image and validate in another", "groups", listed(leaks))
	}
}

// listed joins the first of some names.
func listed(names []string) string {
	const shown = 5
	text := strings.Join(names[:min(shown, len(names))], ", ")
	if len(names) > shown {
		text += ", …"
	}
	return text
}
