package record

import (
	"fmt"
	"path/filepath"
)

// SplitFile is the table of which images validated, with its hash in a file beside it.
const SplitFile = "split.csv"

// Split is an event of kind "split": how a run's images were parted.
type Split struct {
	Hash  string `json:"hash"` // SHA-256 of the table of folds, as SplitFile holds it
	Kind  string `json:"way"`  // of parting
	Folds int    `json:"folds"`
	Fold  int    `json:"fold"` // that validates
	Train int    `json:"train"`
	Val   int    `json:"val"`
}

// CheckSplit returns an error if the run parted its images otherwise when it began.
func (r *Run) CheckSplit(now Split) error {
	for e, err := range r.Events() {
		var then Split
		if err != nil || e.Kind != "split" || e.Decode(&then) != nil {
			continue
		}
		if then.Hash != now.Hash || then.Fold != now.Fold {
			return fmt.Errorf("%s began with other images or folds: the hash of its split is %.12s…, fold %d, and now it is "+
				"%.12s…, fold %d; compare %s", r.dir, then.Hash, then.Fold, now.Hash, now.Fold, filepath.Join(r.dir, SplitFile))
		}
		return nil
	}
	return nil
}
