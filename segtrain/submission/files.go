package submission

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/raster"
)

// writeFiles writes PNG files to a folder or a zip.
func (w *writing) writeFiles() error {
	if err := os.MkdirAll(filepath.Dir(w.Out), 0o777); err != nil {
		return fmt.Errorf("submission: %w", err)
	}
	if err := w.room(w.Out, w.masks.bytes()); err != nil { // about: the masks are such files themselves
		return fmt.Errorf("submission: %w", err)
	}
	name := w.hidden()
	err := w.fill(name)
	if err != nil {
		os.RemoveAll(name)
		return fmt.Errorf("submission: %w", advise(err))
	}
	return w.settle(name, func() error { return w.compareFiles(name) })
}

// fill writes the files under a hidden name.
func (w *writing) fill(name string) error {
	if strings.ToLower(filepath.Ext(w.Out)) == ".zip" {
		return raster.WriteFile(name, func(to io.Writer) error { return w.pour(zipSink{zip.NewWriter(to)}) })
	}
	if err := os.Mkdir(name, 0o777); err != nil {
		return err
	}
	return w.pour(&folderSink{dir: name})
}

// pour encodes the files on all cores, some images at a time, and puts them to the sink in order.
func (w *writing) pour(to sink) error {
	seen, files, next := make([]look, w.masks.Len()), make([][]byte, len(w.items)), 0
	err := w.each(func(image int, p picture) (err error) {
		seen[image] = w.look(image, p)
		for _, i := range w.of[image] {
			if files[i], err = w.encodePicture(p, w.items[i]); err != nil {
				return err
			}
		}
		return nil
	}, func(images int) error {
		for ; next < images; next++ {
			for _, i := range w.of[next] {
				if err := to.put(w.items[i].name, files[i]); err != nil {
					return err
				}
				files[i], w.result.Files = nil, w.result.Files+1
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.tell(seen)
	return to.close()
}

// compareFiles reads the files again and compares each with its mask.
func (w *writing) compareFiles(name string) error {
	var files fs.FS = os.DirFS(name)
	if info, err := os.Stat(name); err != nil {
		return err
	} else if !info.IsDir() {
		z, err := zip.OpenReader(name)
		if err != nil {
			return err
		}
		defer z.Close()
		files, w.result.Bytes = z, info.Size()
	}
	have, err := names(files)
	if err != nil {
		return err
	}
	var want []string
	for _, it := range w.items {
		want = append(want, it.name)
	}
	slices.Sort(want)
	if !slices.Equal(have, want) {
		return fmt.Errorf("%d files, not %d, or of other names", len(have), len(want))
	}
	sizes := make([]int64, len(w.items))
	err = w.each(func(image int, p picture) error {
		for _, i := range w.of[image] {
			file, err := fs.ReadFile(files, w.items[i].name)
			if err == nil {
				sizes[i], err = int64(len(file)), w.samePicture(file, p, w.items[i])
			}
			if err != nil {
				return fmt.Errorf("%s: %w", w.items[i].name, err)
			}
		}
		return nil
	}, nil)
	if w.result.Bytes == 0 {
		for _, n := range sizes {
			w.result.Bytes += n
		}
	}
	return err
}

// A look is what is told about an image that is written.
type look struct {
	empty     int // items without a pixel
	resized   bool
	stretched string // from and to, where the shape changes
}

// look looks at a picture that has the size in which it is written.
func (w *writing) look(image int, p picture) (l look) {
	l.resized = p.own != [2]int{p.h, p.w}
	was, is := float64(p.own[1])/float64(p.own[0]), float64(p.w)/float64(p.h)
	if math.Abs(was-is) > 0.02*was {
		l.stretched = fmt.Sprintf("%s from %d×%d to %d×%d", w.masks.ids[image], p.own[0], p.own[1], p.h, p.w)
	}
	for _, i := range w.of[image] {
		if k := w.items[i].class; k >= 0 {
			if m, value := p.region(k); !slices.Contains(m.Pix, value) {
				l.empty++
			}
		}
	}
	return l
}

// tell counts what was seen.
func (w *writing) tell(seen []look) {
	var stretched []string
	for _, l := range seen {
		w.result.Empty += l.empty
		if l.resized {
			w.result.Resized++
		}
		if l.stretched != "" {
			stretched = append(stretched, l.stretched)
		}
	}
	if len(stretched) > 0 {
		w.result.Warnings = append(w.result.Warnings, "masks change their shape, height by width: "+few(stretched))
	}
}
