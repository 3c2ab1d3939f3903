package data

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tessera/segtrain/raster"
)

// Applied is what actions did to the training images.
type Applied struct {
	Images    int `json:"images"` // touched
	Dropped   int `json:"dropped"`
	Weighted  int `json:"weighted"`
	Relabeled int `json:"relabeled"`
	Ignored   int `json:"ignored"` // images with parts that do not count

	Validation []string `json:"-"` // IDs that have actions but validate, and so keep their labels
	Unknown    []string `json:"-"` // IDs that no image has
}

// Apply returns the training records as the actions want them. Those of val keep their labels, since a score on labels that a model
// chose is worth nothing, and those of known, which are neither, do nothing. Files are opened for the images that are touched
// only.
//
// Errors: none of the IDs is known, so that the list is of another data set; parts to be ignored without an ignore value; a box
// outside of its image, a file of another size or none; nothing left to train on.
func (a *Actions) Apply(train, val, known Manifest, ignore int) (Manifest, Applied, error) {
	var done Applied
	validates, elsewhere := idsOf(val), idsOf(known)
	out := slices.Clone(train)
	index := map[string]int{}
	for i, r := range out {
		index[r.ID] = i
	}
	var mistakes []error
	dropped, touched := map[int]bool{}, map[int]bool{}
	for _, x := range a.List {
		i, ok := index[x.ID]
		switch {
		case ok:
			touched[i] = true
			dropped[i] = dropped[i] || x.Action == Drop
			if err := done.one(&out[i], x, ignore); err != nil {
				mistakes = append(mistakes, fmt.Errorf("%s %q: %w", x.Action, x.ID, err))
			}
		case validates[x.ID]:
			done.Validation = once(done.Validation, x.ID)
		case elsewhere[x.ID]:
		default:
			done.Unknown = once(done.Unknown, x.ID)
		}
	}
	done.Images = len(touched)
	switch {
	case len(mistakes) > 0:
	case a.foreign(done):
		mistakes = append(mistakes, fmt.Errorf("is of another data set: none of its IDs, such as %q, is among those of the images, such as %q",
			a.List[0].ID, train[0].ID))
	case len(dropped) > 0 && done.Dropped == len(train):
		mistakes = append(mistakes, errors.New("drops all training images"))
	}
	if len(mistakes) > 0 {
		return nil, done, fmt.Errorf("actions %s: %w", a.File, firstErrors(mistakes))
	}
	left := out[:0]
	for i, r := range out {
		if !dropped[i] {
			left = append(left, r)
		}
	}
	return left, done, nil
}

// foreign tells whether no image has any of the IDs.
func (a *Actions) foreign(done Applied) bool {
	ids := map[string]bool{}
	for _, x := range a.List {
		ids[x.ID] = true
	}
	return len(ids) > 0 && len(done.Unknown) == len(ids)
}

func idsOf(m Manifest) map[string]bool {
	ids := map[string]bool{}
	for _, r := range m {
		ids[r.ID] = true
	}
	return ids
}

// once appends an ID that is not there.
func once(ids []string, id string) []string {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(ids, id)
}

// one does what an action says to a record.
func (done *Applied) one(r *Record, x Action, ignore int) error {
	switch x.Action {
	case Drop:
		done.Dropped++
	case Weight:
		done.Weighted++
		r.Weight = x.Weight
	case Relabel:
		done.Relabeled++
		if err := sameSize(r.Image, x.Mask); err != nil {
			return err
		}
		r.Mask, r.Drawn = x.Mask, nil
	case Ignore:
		if ignore < 0 {
			return errors.New("needs an ignore value: set data.ignore")
		}
		if r.Hidden == nil {
			done.Ignored++
		}
		return r.conceal(x)
	}
	return nil
}

// conceal adds a part that does not count.
func (r *Record) conceal(x Action) error {
	h := Hidden{Pixels: x.Pixels}
	if x.Pixels != "" {
		r.Hidden = append(slices.Clip(r.Hidden), h)
		return sameSize(r.Image, x.Pixels)
	}
	info, err := raster.Probe(r.Image)
	if err != nil {
		return err
	}
	if x.Box[2] > info.W || x.Box[3] > info.H {
		return fmt.Errorf("box %v reaches out of the image, which is %d pixels wide and %d high", x.Box, info.W, info.H)
	}
	h.Box = [4]int(x.Box)
	r.Hidden = append(slices.Clip(r.Hidden), h)
	return nil
}

// sameSize returns an error unless a mask has the size of its image. One that is a file a class is seen when it is read.
func sameSize(image, mask string) error {
	if strings.Contains(mask, raster.ClassField) {
		return nil
	}
	i, err := raster.Probe(image)
	if err != nil {
		return err
	}
	m, err := raster.Probe(mask)
	if err != nil {
		return err
	}
	if i.H != m.H || i.W != m.W {
		return fmt.Errorf("%s has %d×%d pixels, but its image %d×%d", mask, m.H, m.W, i.H, i.W)
	}
	return nil
}
