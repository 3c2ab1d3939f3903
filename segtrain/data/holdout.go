package data

import "tessera/segtrain/split"

// keyShuffle is the purpose that random keys of the loader's order are drawn for, so that no two purposes share a stream.
const keyShuffle = 0x686f6c646f757401

// HoldOut parts a manifest into training and validation records, each in the manifest's order. About fraction
// of the records are held out; a group goes whole to one side, and a record without a group stands alone. The
// choice depends on the seed and the groups (or IDs) only, not on the manifest's order. See split.HoldOut.
//
// Errors: a fraction outside (0, 1), or fewer than two groups.
func HoldOut(m Manifest, fraction float64, seed uint64) (train, val Manifest, err error) {
	s, err := split.Make(m.SplitRecords(), split.Options{Kind: split.HoldOut, Fraction: fraction, Seed: seed})
	if err != nil {
		return nil, nil, err
	}
	train, val = m.Part(s, 0)
	return train, val, nil
}

// SplitRecords returns what a split may look at, without pixels.
func (m Manifest) SplitRecords() []split.Record {
	list := make([]split.Record, len(m))
	for i, r := range m {
		list[i] = split.Record{ID: r.ID, Group: r.Group, Label: r.Label}
	}
	return list
}

// Part returns the records that train and those that validate in a fold of a split, in the manifest's order.
func (m Manifest) Part(s *split.Split, fold int) (train, val Manifest) {
	held := map[string]bool{}
	for _, r := range s.Validation(fold) {
		held[r.ID] = true
	}
	for _, r := range m {
		if held[r.ID] {
			val = append(val, r)
		} else {
			train = append(train, r)
		}
	}
	return train, val
}
