package data

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tessera/segtrain/raster"
)

// ScanOptions says how file names become records. The zero value pairs a mask with the image of the same
// name.
type ScanOptions struct {
	// MaskPattern is the name of a mask, with {stem} for the name of its image without extension:
	// "{stem}_mask.png". Without an extension every image format is taken. Empty is "{stem}".
	MaskPattern string
	// Group, when set, gives each record its group: see Manifest.GroupBy.
	Group *regexp.Regexp
	// AllowUnlabelled lets images without a mask in, with an empty Mask.
	AllowUnlabelled bool
	// Classes are the names that raster.ClassField stands for in the folder of masks or in MaskPattern. A record's Mask holds
	// the field then, and every class needs its file.
	Classes []string
}

var imageExt = []string{".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".npy"}

// Scan is Pair, with its first findings but the warnings as an error.
func Scan(imagesDir, masksDir string, opt ScanOptions) (Manifest, error) {
	m, findings, err := Pair(imagesDir, masksDir, opt)
	if err == nil {
		err = findings.Err()
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Pair lists the images under a folder, sub-folders too, with their masks under another, sorted by ID. A
// record's ID is the image's path in its folder, without extension; a mask lies in the sub-folder of its
// image. An empty masksDir gives records without masks. Hidden files and folders are passed over.
//
// Findings: images without a mask, and as a warning masks without an image.
// Errors: a folder that cannot be read, no images, no pairs, two files for one ID.
func Pair(imagesDir, masksDir string, opt ScanOptions) (Manifest, Findings, error) {
	if strings.Contains(masksDir+opt.MaskPattern, raster.ClassField) {
		m, err := scanClasses(imagesDir, masksDir, opt)
		return m, nil, err
	}
	pat, err := parsePattern(opt.MaskPattern)
	if err != nil {
		return nil, nil, err
	}
	images, masks, err := list(imagesDir, masksDir, pat)
	if err != nil {
		return nil, nil, err
	}
	var findings Findings
	m := make(Manifest, 0, len(images))
	var unlabelled []string
	for _, id := range slices.Sorted(maps.Keys(images)) {
		mask, ok := masks[id]
		if !ok {
			unlabelled = append(unlabelled, id)
		}
		m = append(m, Record{ID: id, Image: images[id], Mask: mask, Fold: NoFold})
	}
	if masksDir != "" {
		if len(unlabelled) == len(m) {
			return nil, nil, noPairs(imagesDir, masksDir, pat, unlabelled, masks)
		}
		findings = unpaired(imagesDir, masksDir, images, masks, unlabelled, opt.AllowUnlabelled)
	}
	if opt.Group != nil {
		if err := m.GroupBy(opt.Group); err != nil {
			return nil, nil, err
		}
	}
	return m, findings, nil
}

// unpaired reports images without a mask, and masks without an image.
func unpaired(imagesDir, masksDir string, images, masks map[string]string, unlabelled []string, allowed bool) Findings {
	var findings Findings
	if n := len(unlabelled); n > 0 {
		findings = append(findings, Finding{Kind: "image without mask", Count: n, Warning: allowed,
			What: fmt.Sprintf("no mask in %s for %s", masksDir, few(unlabelled, "image", "images"))})
	}
	var alone []string
	for id := range masks {
		if _, ok := images[id]; !ok {
			alone = append(alone, id)
		}
	}
	if n := len(alone); n > 0 {
		slices.Sort(alone)
		findings = append(findings, Finding{Kind: "mask without image", Count: n, Warning: true,
			What: fmt.Sprintf("no image in %s for %s", imagesDir, few(alone, "mask", "masks"))})
	}
	return findings
}

// list returns the images and the masks by ID. Where both lie in one folder, what is a mask is not an image.
func list(imagesDir, masksDir string, pat pattern) (images, masks map[string]string, err error) {
	if masksDir != "" {
		if filepath.Clean(masksDir) == filepath.Clean(imagesDir) && pat.isStem() {
			return nil, nil, fmt.Errorf("images and masks both lie in %s: "+
				`say how a mask is named, with a pattern like "{stem}_mask.png"`, imagesDir)
		}
		if masks, err = walk(masksDir, imagesDir, pat); err != nil {
			return nil, nil, fmt.Errorf("masks: %w", err)
		}
	}
	if images, err = walk(imagesDir, masksDir, pattern{}); err != nil {
		return nil, nil, fmt.Errorf("images: %w", err)
	}
	if filepath.Clean(masksDir) == filepath.Clean(imagesDir) {
		isMask := map[string]bool{}
		for _, file := range masks {
			isMask[file] = true
		}
		maps.DeleteFunc(images, func(_, file string) bool { return isMask[file] })
	}
	if len(images) == 0 {
		return nil, nil, fmt.Errorf("no images (%s) in %s", strings.Join(imageExt, " "), imagesDir)
	}
	return images, masks, nil
}

// walk returns the files under dir that fit the pattern, by ID. The folder skip is passed over when it lies
// inside.
func walk(dir, skip string, pat pattern) (map[string]string, error) {
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no folder %s", dir)
	} else if err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file, not a folder", dir)
	}
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(rel string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		file := filepath.Join(dir, filepath.FromSlash(rel))
		if e.IsDir() {
			hidden := strings.HasPrefix(e.Name(), ".")
			if rel != "." && (hidden || skip != "" && file == filepath.Clean(skip)) {
				return fs.SkipDir
			}
			return nil
		}
		id, ok := pat.id(rel)
		if !ok {
			return nil
		}
		if other, twice := files[id]; twice {
			return fmt.Errorf("%s and %s are both %q", other, file, id)
		}
		files[id] = file
		return nil
	})
	return files, err
}

// noPairs says what was seen, so that the reader sees how the names differ.
func noPairs(imagesDir, masksDir string, pat pattern, images []string, masks map[string]string) error {
	seen := few(slices.Sorted(maps.Keys(masks)), "mask", "masks")
	if len(masks) == 0 {
		seen = fmt.Sprintf("no file named like %q", pat)
		if all, err := walk(masksDir, imagesDir, pattern{}); err == nil && len(all) > 0 {
			seen += fmt.Sprintf(" among %s", few(slices.Sorted(maps.Keys(all)), "file", "files"))
		}
	}
	return fmt.Errorf("no image has a mask: in %s %s; in %s %s; "+
		`if masks are named otherwise, give a pattern like "{stem}_mask.png"`,
		imagesDir, few(images, "image", "images"), masksDir, seen)
}

// pattern is a file name around {stem}. ext is empty where any image format will do.
type pattern struct{ prefix, suffix, ext string }

func parsePattern(s string) (pattern, error) {
	if s == "" {
		return pattern{}, nil
	}
	prefix, suffix, ok := strings.Cut(s, "{stem}")
	if !ok || strings.ContainsAny(s, `/\`) || strings.Contains(suffix, "{stem}") {
		return pattern{}, fmt.Errorf("mask pattern %q: must be a file name that holds {stem} once", s)
	}
	p := pattern{prefix: prefix, suffix: suffix}
	if ext := path.Ext(suffix); slices.Contains(imageExt, strings.ToLower(ext)) {
		p.suffix, p.ext = strings.TrimSuffix(suffix, ext), ext
	}
	return p, nil
}

func (p pattern) isStem() bool   { return p.prefix == "" && p.suffix == "" && p.ext == "" }
func (p pattern) String() string { return p.prefix + "{stem}" + p.suffix + p.ext }

// id returns the ID of a file from its path in the folder, if the file is an image that fits the pattern.
func (p pattern) id(rel string) (string, bool) {
	ext := path.Ext(rel)
	if !slices.Contains(imageExt, strings.ToLower(ext)) || p.ext != "" && !strings.EqualFold(ext, p.ext) {
		return "", false
	}
	dir, name := path.Split(strings.TrimSuffix(rel, ext))
	if strings.HasPrefix(name, ".") || len(name) <= len(p.prefix)+len(p.suffix) ||
		!strings.HasPrefix(name, p.prefix) || !strings.HasSuffix(name, p.suffix) {
		return "", false
	}
	return dir + name[len(p.prefix):len(name)-len(p.suffix)], true
}
