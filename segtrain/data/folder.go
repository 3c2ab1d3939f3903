package data

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A folder finds pictures by the names that tables give them.
type folder struct {
	dir   string
	files []string            // paths in dir, with slashes, sorted
	named map[string][]string // by path and name, each with and without extension
	used  map[string]bool
}

// openFolder lists the pictures below a folder.
func openFolder(dir string) (*folder, error) {
	f := &folder{dir: dir, named: map[string][]string{}, used: map[string]bool{}}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("images: no folder %s", dir)
	}
	err := fs.WalkDir(os.DirFS(dir), ".", func(rel string, e fs.DirEntry, err error) error {
		hidden := rel != "." && strings.HasPrefix(e.Name(), ".")
		switch {
		case err != nil:
			return err
		case hidden && e.IsDir():
			return fs.SkipDir
		case !hidden && !e.IsDir() && slices.Contains(imageExt, strings.ToLower(path.Ext(rel))):
			f.add(rel)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("images: %w", err)
	}
	if len(f.files) == 0 {
		return nil, fmt.Errorf("no images (%s) in %s", strings.Join(imageExt, " "), dir)
	}
	return f, nil
}

func (f *folder) add(rel string) {
	f.files = append(f.files, rel)
	names := []string{rel, stem(rel), path.Base(rel), stem(path.Base(rel))}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		f.named[n] = append(f.named[n], rel)
	}
}

func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// find returns the path in the folder of the picture with a name: its path or its file name, with extension or not.
func (f *folder) find(name string) (string, error) {
	name = path.Clean(filepath.ToSlash(name))
	list := f.named[name]
	if len(list) == 0 && strings.Contains(name, "/") { // a path from elsewhere
		name = path.Base(name)
		list = f.named[name]
	}
	if len(list) > 1 && slices.Contains(list, name) {
		list = []string{name}
	}
	switch len(list) {
	case 0:
		return "", fmt.Errorf("no image %q in %s", name, f.dir)
	case 1:
		f.used[list[0]] = true
		return list[0], nil
	}
	return "", fmt.Errorf("%q may be %s in %s", name, few(list, "image", "images"), f.dir)
}

// record returns a record without a mask for a picture.
func (f *folder) record(rel string) Record {
	return Record{ID: stem(rel), Image: filepath.Join(f.dir, filepath.FromSlash(rel)), Fold: NoFold}
}

// rest returns the pictures that find never returned.
func (f *folder) rest() []string {
	return slices.DeleteFunc(slices.Clone(f.files), func(rel string) bool { return f.used[rel] })
}
