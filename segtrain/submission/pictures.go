package submission

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/raster"
)

// Pictures is a competition's example of a submission of PNG files: a folder or a zip of them, which says names and sizes.
type Pictures struct {
	file  string
	names []string // paths with slashes, sorted
	sizes [][2]int // H, W
}

// ReadPictures reads names and sizes of the pictures in a folder or a zip.
func ReadPictures(file string) (*Pictures, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	var files fs.FS = os.DirFS(file)
	if !info.IsDir() {
		z, err := zip.OpenReader(file)
		if err != nil {
			return nil, fmt.Errorf("sample %s is neither a folder nor a zip: %w", file, err)
		}
		defer z.Close()
		files = z
	}
	p := &Pictures{file: file}
	err = fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.ToLower(path.Ext(name)) != ".png" || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		in, err := files.Open(name)
		if err != nil {
			return err
		}
		defer in.Close()
		c, err := png.DecodeConfig(in)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		p.names, p.sizes = append(p.names, name), append(p.sizes, [2]int{c.Height, c.Width})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sample %s: %w", file, err)
	}
	if len(p.names) == 0 {
		return nil, fmt.Errorf("sample %s: no PNG files in it", file)
	}
	return p, nil
}

// fileItems returns the files of a submission in the order of images and classes.
func (s *Spec) fileItems(m *Masks, sample *Pictures, partial bool) ([]item, []string, error) {
	var items []item
	for i, id := range m.ids {
		if s.Format != Binary {
			items = append(items, item{image: i, class: -1, name: id + ".png"})
			continue
		}
		for _, k := range s.Written {
			items = append(items, item{image: i, class: k, name: s.folder(k) + id + ".png"})
		}
	}
	if sample == nil {
		return items, nil, nil
	}
	mismatch := MismatchError{Of: sample.file, Masks: m.dir}
	place := map[string]int{}
	for i, it := range items {
		place[it.name] = i
	}
	used := make([]bool, len(items))
	for n, name := range sample.names {
		i, ok := place[name]
		if !ok {
			mismatch.Missing = append(mismatch.Missing, name)
			continue
		}
		used[i], items[i].size = true, sample.sizes[n]
	}
	var both []item
	for i, it := range items {
		if used[i] {
			both = append(both, it)
		} else {
			mismatch.Extra = append(mismatch.Extra, it.name)
		}
	}
	if err := mismatch.err(); err != nil && (!partial || len(mismatch.Missing) > 0) {
		return nil, nil, err // empty files are never wanted: whoever predicted has forgotten pictures
	}
	return both, mismatch.lines("", "left out"), nil
}

// folder returns the one of a class, with a slash; "" if there is one class alone.
func (s *Spec) folder(k int) string {
	if len(s.Written) == 1 {
		return ""
	}
	return s.Classes[k] + "/"
}

// shown returns what an item's file holds, and the colours it is written in: nil for grey.
func (s *Spec) shown(p picture, it item) (*raster.Mask, []color.RGBA) {
	switch s.Format {
	case Palette:
		return p.mask, s.Colors
	case PNG:
		if len(s.Values) == 0 {
			return p.mask, nil
		}
		out := raster.NewMask(p.h, p.w)
		for i, v := range p.mask.Pix {
			out.Pix[i] = uint8(s.Values[v])
		}
		return out, nil
	}
	m, value := p.region(it.class)
	out := raster.NewMask(p.h, p.w)
	for i, v := range m.Pix {
		if v == value {
			out.Pix[i] = 255
		}
	}
	return out, nil
}

// encodePicture returns an item's file.
func (s *Spec) encodePicture(p picture, it item) ([]byte, error) {
	m, colors := s.shown(p, it)
	var b bytes.Buffer
	err := raster.EncodeMask(&b, m, colors)
	return b.Bytes(), err
}

// samePicture reads an item's file as a mask of the competition would be read, and compares it with the picture.
func (s *Spec) samePicture(file []byte, p picture, it item) error {
	code := raster.MaskCode{Coding: raster.IndexCode, Classes: s.values(), Ignore: -1}
	want := p.mask
	switch s.Format {
	case Palette:
		code.Coding, code.Palette = raster.PaletteCode, s.Colors
	case PNG:
		if len(s.Values) > 0 {
			code.Map = map[int]uint8{}
			for k, v := range s.Values {
				code.Map[v] = uint8(k)
			}
		}
	case Binary:
		code.Coding, code.Classes = raster.BinaryCode, 2
		m, value := p.region(it.class)
		want = raster.NewMask(m.H, m.W)
		for i, v := range m.Pix {
			if v == value {
				want.Pix[i] = 1
			}
		}
	}
	got, err := raster.DecodeMask(file, code)
	if err != nil {
		return err
	}
	if got.H != want.H || got.W != want.W {
		return fmt.Errorf("reads back as %d×%d, not %d×%d", got.H, got.W, want.H, want.W)
	}
	for i, v := range want.Pix {
		if v != got.Pix[i] {
			return fmt.Errorf("the pixel x %d, y %d reads back otherwise", i%want.W, i/want.W)
		}
	}
	return nil
}

// A sink takes the files of a submission: a folder, or a zip.
type sink interface {
	put(name string, file []byte) error
	close() error
}

// folderSink writes below a folder.
type folderSink struct {
	dir   string
	files []string
}

func (f *folderSink) put(name string, file []byte) error {
	to := filepath.Join(f.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	f.files = append(f.files, to)
	return raster.WriteUnsynced(to, func(w io.Writer) error {
		_, err := w.Write(file)
		return err
	})
}

func (f *folderSink) close() error { return raster.SyncFiles(f.files) }

// zipSink writes an archive. PNG files are stored as they are, others deflated. There are no times in it, so equal masks make
// equal archives.
type zipSink struct{ zip *zip.Writer }

func (z zipSink) put(name string, file []byte) error {
	method := zip.Deflate
	if path.Ext(name) == ".png" {
		method = zip.Store
	}
	w, err := z.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method})
	if err != nil {
		return err
	}
	_, err = w.Write(file)
	return err
}

func (z zipSink) close() error { return z.zip.Close() }

// names returns the paths of all files in a folder or an archive, sorted.
func names(files fs.FS) ([]string, error) {
	var list []string
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			list = append(list, name)
		}
		return err
	})
	slices.Sort(list)
	return list, err
}
