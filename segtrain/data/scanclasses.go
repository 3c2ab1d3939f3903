package data

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/raster"
)

// scanClasses is Scan for a file a class. The class stands in the folder of masks (masks/{class}) or in their names
// ({stem}_{class}.png).
func scanClasses(imagesDir, masksDir string, opt ScanOptions) (Manifest, error) {
	if len(opt.Classes) == 0 {
		return nil, fmt.Errorf("masks %s, pattern %q: %s stands for names of classes, and there are none",
			masksDir, opt.MaskPattern, raster.ClassField)
	}
	images, masks, err := listClasses(imagesDir, masksDir, opt)
	if err != nil {
		return nil, err
	}
	m, lost := make(Manifest, 0, len(images)), make([][]string, len(opt.Classes))
	for _, id := range slices.Sorted(maps.Keys(images)) {
		r := Record{ID: id, Image: images[id], Fold: NoFold}
		found := 0
		for k := range opt.Classes {
			if _, ok := masks[k][id]; ok {
				found++
			}
		}
		if found > 0 || !opt.AllowUnlabelled {
			for k := range opt.Classes {
				if _, ok := masks[k][id]; !ok {
					lost[k] = append(lost[k], id)
				}
			}
			r.Mask = opt.field(masksDir, id, masks[0][id])
		}
		m = append(m, r)
	}
	for k, ids := range lost {
		if len(ids) > 0 {
			return nil, fmt.Errorf("no mask of class %q in %s for %s; every class needs a file, an empty one where it is not there",
				opt.Classes[k], opt.of(masksDir, k), few(ids, "image", "images"))
		}
	}
	if opt.Group != nil {
		if err := m.GroupBy(opt.Group); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// listClasses returns the images, and the masks of each class, by ID. What is a mask is not an image.
func listClasses(imagesDir, masksDir string, opt ScanOptions) (images map[string]string, masks []map[string]string, err error) {
	base, _, _ := strings.Cut(masksDir, raster.ClassField) // where the folders of the classes lie
	if base != masksDir {
		base = filepath.Dir(base + "x")
	}
	if images, err = walk(imagesDir, base, pattern{}); err != nil {
		return nil, nil, fmt.Errorf("images: %w", err)
	}
	isMask := map[string]bool{}
	for k := range opt.Classes {
		pat, err := parsePattern(opt.of(opt.MaskPattern, k))
		if err != nil {
			return nil, nil, err
		}
		files, err := walk(opt.of(masksDir, k), imagesDir, pat)
		if err != nil {
			return nil, nil, fmt.Errorf("masks of class %q: %w", opt.Classes[k], err)
		}
		masks = append(masks, files)
		for _, file := range files {
			isMask[file] = true
		}
	}
	maps.DeleteFunc(images, func(_, file string) bool { return isMask[file] })
	if len(images) == 0 {
		return nil, nil, fmt.Errorf("no images (%s) in %s", strings.Join(imageExt, " "), imagesDir)
	}
	return images, masks, nil
}

// of puts the name of class k in the place of the field.
func (o ScanOptions) of(text string, k int) string {
	return strings.ReplaceAll(text, raster.ClassField, o.Classes[k])
}

// field returns the path of an image's masks with the field in it, from that of its first class.
func (o ScanOptions) field(masksDir, id, first string) string {
	dir := filepath.Join(masksDir, filepath.FromSlash(filepath.Dir(filepath.FromSlash(id))))
	if o.MaskPattern == "" {
		return filepath.Join(dir, filepath.Base(first))
	}
	pat, _ := parsePattern(strings.ReplaceAll(o.MaskPattern, raster.ClassField, "x"))
	name := strings.Replace(o.MaskPattern, "{stem}", filepath.Base(filepath.FromSlash(id)), 1)
	if pat.ext == "" {
		name += filepath.Ext(first)
	}
	return filepath.Join(dir, name)
}
