package submission

import (
	"tessera/internal/parallel"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// PictureSizes returns height and width of the pictures in a folder by the ids of the masks that were predicted for them.
//
// Errors: a folder without pictures, pictures that cannot be read, and masks without a picture (*MismatchError). Pictures
// without a mask do not matter: it is the sample that says what is wanted.
func PictureSizes(m *Masks, dir string) (map[string][2]int, error) {
	list, err := data.Scan(dir, "", data.ScanOptions{})
	if err != nil {
		return nil, err
	}
	of := make([]string, len(list)) // the id of each picture's mask
	have := map[string]bool{}
	for i, r := range list {
		if k, ok := m.find(r.ID); ok && !have[m.ids[k]] {
			of[i], have[m.ids[k]] = m.ids[k], true
		}
	}
	mismatch := MismatchError{Of: dir, Masks: m.dir}
	for _, id := range m.ids {
		if !have[id] {
			mismatch.Extra = append(mismatch.Extra, id)
		}
	}
	if err := mismatch.err(); err != nil {
		return nil, err
	}
	sizes, wrong := make([][2]int, len(list)), make([]error, len(list))
	parallel.For(len(list), func(i, _ int) {
		if of[i] == "" {
			return
		}
		var info raster.Info
		info, wrong[i] = raster.Probe(list[i].Image)
		sizes[i] = [2]int{info.H, info.W}
	})
	if err := errs(wrong); err != nil {
		return nil, err
	}
	by := map[string][2]int{}
	for i, id := range of {
		if id != "" {
			by[id] = sizes[i]
		}
	}
	return by, nil
}
