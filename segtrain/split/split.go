// Package split parts a data set into folds: which images validate, and which train meanwhile.
//
// Make does it by hold-out, k-fold, stratified and group k-fold, once or several times; ReadFile reads what was
// parted elsewhere. A Split is a table of IDs and folds with a hash, so that two runs can be known to have
// validated on the same images. A Balance says how alike the folds are, and Leaks what they share.
//
// The package knows no files but its own: a Record is an ID and what a split may look at. Random numbers are keyed
// by the seed and the repeat, and records are sorted by ID first, so that a split depends neither on the machine
// nor on the order in which images were found.
package split

import (
	"cmp"
	"fmt"
	"slices"
)

// NoFold is the fold of a record that validates in none: it always trains.
const NoFold = -1

// Record is what a split may look at of an image.
type Record struct {
	ID     string
	Group  string  // images of one group stay together where the kind of split says so
	Label  string  // of the whole image
	Pixels []int64 // of each class in its mask; nil where that is not known
}

// Kind is a way to part.
type Kind string

// The kinds. Those with groups never part a group; HoldOut and StratifiedHoldOut keep groups together where there
// are any; KFold and Stratified do not look at them.
const (
	HoldOut           Kind = "holdout"
	StratifiedHoldOut Kind = "stratified_holdout"
	KFold             Kind = "kfold"
	Stratified        Kind = "stratified"
	Group             Kind = "group"
	StratifiedGroup   Kind = "stratified_group"
)

// By is what a stratified split makes alike in all folds.
type By string

// What there is to stratify by.
const (
	Classes By = "classes" // how many images have a class, and its pixels, for each class
	Label   By = "label"   // Record.Label
	Empty   By = "empty"   // whether there is anything but class 0
)

// Options say how to part.
type Options struct {
	Kind     Kind
	K        int     // folds; not looked at by hold-outs
	Fraction float64 // of the images that a hold-out holds out
	Repeats  int     // 0 is 1
	Seed     uint64
	By       By // of stratified kinds; empty is Classes
}

// Split is a table of folds, sorted by ID.
type Split struct {
	K       int // folds of a repeat
	Repeats int
	Rows    []Row
}

// Row is one image.
type Row struct {
	ID, Group string
	Folds     []int // one for each repeat: 0 to K-1, or NoFold
}

// Make parts records. Every record validates in exactly one fold of each repeat; hold-outs have one fold, and the
// records outside of it have NoFold.
//
// Errors: options that make no sense, IDs that are empty or occur twice, fewer images or groups than folds, a record
// without the group, the label or the mask that the split is made by.
func Make(records []Record, o Options) (*Split, error) {
	if o.Repeats == 0 {
		o.Repeats = 1
	}
	if o.By == "" {
		o.By = Classes
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	sorted := slices.SortedFunc(slices.Values(records), func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
	if err := o.checkRecords(sorted); err != nil {
		return nil, err
	}
	units, err := o.units(sorted)
	if err != nil {
		return nil, err
	}
	s := &Split{K: o.folds(), Repeats: o.Repeats}
	for _, r := range sorted {
		s.Rows = append(s.Rows, Row{ID: r.ID, Group: r.Group})
	}
	for repeat := range o.Repeats {
		folds := o.assign(units, repeat)
		for i, u := range units {
			for _, at := range u.records {
				s.Rows[at].Folds = append(s.Rows[at].Folds, folds[i])
			}
		}
	}
	return s, nil
}

func (o Options) holdsOut() bool { return o.Kind == HoldOut || o.Kind == StratifiedHoldOut }

// Stratifies tells whether the kind looks at what is in the images.
func (o Options) Stratifies() bool {
	return o.Kind == Stratified || o.Kind == StratifiedGroup || o.Kind == StratifiedHoldOut
}

// NeedsMasks tells whether the split needs Record.Pixels.
func (o Options) NeedsMasks() bool { return o.Stratifies() && o.By != Label }

func (o Options) folds() int {
	if o.holdsOut() {
		return 1
	}
	return o.K
}

func (o Options) check() error {
	kinds := []Kind{HoldOut, StratifiedHoldOut, KFold, Stratified, Group, StratifiedGroup}
	switch {
	case !slices.Contains(kinds, o.Kind):
		return fmt.Errorf("split: no kind %q; there are: %v", o.Kind, kinds)
	case !o.holdsOut() && o.K < 2:
		return fmt.Errorf("split: k is %d; allowed: 2 or more", o.K)
	case o.holdsOut() && !(o.Fraction > 0 && o.Fraction < 1):
		return fmt.Errorf("split: hold-out fraction must lie between 0 and 1, not %v", o.Fraction)
	case o.Repeats < 1:
		return fmt.Errorf("split: %d repeats; allowed: 1 or more", o.Repeats)
	case o.Stratifies() && o.By != Classes && o.By != Label && o.By != Empty:
		return fmt.Errorf("split: cannot stratify by %q; there are: %v", o.By, []By{Classes, Label, Empty})
	}
	return nil
}

// checkRecords looks at sorted records.
func (o Options) checkRecords(records []Record) error {
	for i, r := range records {
		switch {
		case r.ID == "":
			return fmt.Errorf("split: an image has no ID")
		case i > 0 && records[i-1].ID == r.ID:
			return fmt.Errorf("split: two images are %q", r.ID)
		case (o.Kind == Group || o.Kind == StratifiedGroup) && r.Group == "":
			return fmt.Errorf("split: image %q has no group, and kind %s parts by groups", r.ID, o.Kind)
		case o.Stratifies() && o.By == Label && r.Label == "":
			return fmt.Errorf("split: image %q has no label to stratify by", r.ID)
		case o.NeedsMasks() && r.Pixels == nil:
			return fmt.Errorf("split: image %q has no mask to stratify by %s", r.ID, o.By)
		case o.NeedsMasks() && len(r.Pixels) != len(records[0].Pixels):
			return fmt.Errorf("split: image %q has %d classes, and %q has %d",
				r.ID, len(r.Pixels), records[0].ID, len(records[0].Pixels))
		}
	}
	return nil
}

// Add puts an image into a split of one repeat.
func (s *Split) Add(id, group string, fold int) {
	row := Row{ID: id, Group: group, Folds: []int{fold}}
	at, _ := slices.BinarySearchFunc(s.Rows, id, byID)
	s.Rows = slices.Insert(s.Rows, at, row)
	s.K = max(s.K, fold+1)
}
