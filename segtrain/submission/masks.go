package submission

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// Masks is a folder of masks as predict.Writer makes it.
type Masks struct {
	dir     string
	task    metric.Task
	classes []string
	files   []string       // of each image, with raster.ClassField where there is a file a class
	ids     []string       // sorted
	byName  map[string]int // by id, and by file name where only one has it; -1 where several have
}

// Open lists the masks in a folder, or in the folder "masks" below it. A multilabel task has a folder a class.
//
// Errors: no such folder, no masks in it, an image that has no mask of a class.
func Open(dir string, task metric.Task, classes []string) (*Masks, error) {
	m := &Masks{dir: dir, task: task, classes: classes, byName: map[string]int{}}
	if info, err := os.Stat(filepath.Join(dir, "masks")); err == nil && info.IsDir() {
		m.dir = filepath.Join(dir, "masks")
	}
	if err := m.list(); err != nil {
		return nil, err
	}
	m.index()
	return m, nil
}

// list finds the files. With a folder a class, the first says which images there are.
func (m *Masks) list() error {
	if m.task != metric.Multilabel {
		list, err := listed(m.dir)
		for _, r := range list {
			m.ids, m.files = append(m.ids, r.ID), append(m.files, r.Image)
		}
		return err
	}
	if len(m.classes) == 0 {
		return errors.New("masks: a folder a class is named by the classes, and there are none")
	}
	var first map[string]bool
	for k, class := range m.classes {
		list, err := listed(filepath.Join(m.dir, class))
		if err != nil {
			return err
		}
		have := map[string]bool{}
		for _, r := range list {
			have[r.ID] = true
			if k == 0 {
				rel := filepath.FromSlash(r.ID) + filepath.Ext(r.Image)
				m.ids, m.files = append(m.ids, r.ID), append(m.files, filepath.Join(m.dir, raster.ClassField, rel))
			}
		}
		if k == 0 {
			first = have
		}
		if missing, extra := without(first, have), without(have, first); len(missing)+len(extra) > 0 {
			return &MismatchError{Of: "those of class " + m.classes[0], Masks: filepath.Join(m.dir, class),
				Missing: missing, Extra: extra}
		}
	}
	return nil
}

// without returns the names in a that b does not have, sorted.
func without(a, b map[string]bool) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if !b[name] {
			list = append(list, name)
		}
	}
	return list
}

// listed lists the masks below a folder.
func listed(dir string) (data.Manifest, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("masks: no folder %s", dir)
	case err != nil:
		return nil, fmt.Errorf("masks: %w", err)
	case !info.IsDir():
		return nil, fmt.Errorf("masks: %s is a file, not a folder", dir)
	}
	list, err := data.Scan(dir, "", data.ScanOptions{})
	if err != nil && strings.HasPrefix(err.Error(), "no images") {
		return nil, fmt.Errorf("no masks in %s: segtrain predict RUN IMAGES --out DIR writes them", dir)
	} else if err != nil {
		return nil, fmt.Errorf("masks: %w", err)
	}
	return list, nil
}

// Len is the number of images.
func (m *Masks) Len() int { return len(m.ids) }

// IDs returns those of the images, sorted.
func (m *Masks) IDs() []string { return slices.Clone(m.ids) }

// Dir is where the masks lie.
func (m *Masks) Dir() string { return m.dir }

// Files returns the files of all masks, image by image in the order of IDs, and of an image class by class where each has its own.
func (m *Masks) Files() (list []string) {
	for _, f := range m.files {
		list = append(list, raster.ClassFiles(f, m.classes)...)
	}
	return list
}

// bytes returns the size of the files.
func (m *Masks) bytes() (n int64) {
	for _, file := range m.Files() {
		if info, err := os.Stat(file); err == nil {
			n += info.Size()
		}
	}
	return n
}

// A picture is what was predicted for an image: a mask of its classes, or flags where they may overlap.
type picture struct {
	h, w  int
	own   [2]int // H, W of the file
	task  metric.Task
	mask  *raster.Mask
	flags *raster.Flags
}

// read decodes the masks of an image. Errors name the file: what cannot be read, and classes beyond the names.
func (m *Masks) read(i int) (picture, error) {
	p := picture{task: m.task}
	var err error
	if m.task == metric.Multilabel {
		code := raster.MaskCode{Coding: raster.BinaryCode, Ignore: -1}
		if p.flags, err = raster.ReadFlags(m.files[i], m.classes, code); err == nil {
			p.h, p.w, p.own = p.flags.H, p.flags.W, [2]int{p.flags.H, p.flags.W}
		}
		return p, err
	}
	code := raster.MaskCode{Coding: raster.IndexCode, Classes: len(m.classes), Ignore: -1}
	if m.task == metric.Binary {
		code = raster.MaskCode{Coding: raster.BinaryCode, Classes: 2, Ignore: -1}
	}
	if p.mask, err = raster.ReadMask(m.files[i], code); err == nil {
		p.h, p.w, p.own = p.mask.H, p.mask.W, [2]int{p.mask.H, p.mask.W}
	}
	return p, err
}

// resize returns the picture at a size, each pixel that of the nearest one.
func (p picture) resize(h, w int) picture {
	if p.h == h && p.w == w {
		return p
	}
	out := picture{h: h, w: w, own: p.own, task: p.task}
	if p.mask != nil {
		out.mask = raster.ResizeMask(p.mask, h, w)
	} else {
		out.flags = p.flags.Apply(func(m *raster.Mask) *raster.Mask { return raster.ResizeMask(m, h, w) })
	}
	return out
}

// region returns a mask and the value in it that stands for a class.
func (p picture) region(k int) (m *raster.Mask, value uint8) {
	switch p.task {
	case metric.Multilabel:
		return p.flags.Class(k, -1), 1
	case metric.Binary:
		return p.mask, 1
	}
	return p.mask, uint8(k)
}

// pictureExt are what names of pictures end in.
var pictureExt = []string{".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".npy", ".gif", ".dcm"}

// bare returns a picture's name without its extension.
func bare(name string) string {
	if ext := path.Ext(name); slices.Contains(pictureExt, strings.ToLower(ext)) {
		return strings.TrimSuffix(name, ext)
	}
	return name
}

// find returns the image that a name from elsewhere means: its id, with an extension or not, or its file name if only one has
// it. Another folder than the masks' is passed over.
func (m *Masks) find(name string) (index int, ok bool) {
	name = filepath.ToSlash(name)
	for _, n := range []string{name, bare(name), path.Base(name), bare(path.Base(name))} {
		if i, known := m.byName[n]; known {
			return i, i >= 0
		}
	}
	return 0, false
}
