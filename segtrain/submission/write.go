package submission

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"tessera/internal/parallel"
	"tessera/segtrain/disk"
	"tessera/segtrain/raster"
)

// Options say where a submission goes and what it is held to.
type Options struct {
	// Out is a CSV file or a zip with one (RLE), or else a folder of PNG files or a zip of them.
	Out      string
	Force    bool      // replace what is there
	Sample   *Sample   // of RLE; nil for none
	Pictures *Pictures // of other formats; nil for none
	Partial  bool      // what only the sample has is written empty, and what only the masks have left out
	Progress func(done, total int)

	room func(path string, bytes int64) error // disk.Room
}

// A Result is what was written.
type Result struct {
	Out      string   `json:"out"`
	Format   Format   `json:"format"`
	Images   int      `json:"images"`
	Rows     int      `json:"rows,omitempty"`  // of a table
	Files    int      `json:"files,omitempty"` // of other formats
	Empty    int      `json:"empty"`           // images and classes without a pixel
	Resized  int      `json:"resized"`         // images whose masks had another size
	Bytes    int64    `json:"bytes"`
	Classes  []string `json:"classes"` // that are written
	Warnings []string `json:"warnings"`
}

// Write writes the submission of a folder of masks. It is written beside Out under another name, read back, compared with the
// masks, and renamed, so that Out is there whole and right, or as it was.
//
// Errors: a description that makes no sense, an Out that is there unless it may be replaced, masks that do not fit the sample
// (*MismatchError), masks that cannot be read, a disk without room (*disk.FullError, where the need is known, before anything is
// written), the end of ctx.
func Write(ctx context.Context, m *Masks, s Spec, o Options) (*Result, error) {
	if o.room == nil {
		o.room = disk.Room
	}
	w := &writing{Spec: s, Options: o, ctx: ctx, masks: m}
	w.result = Result{Out: o.Out, Format: s.Format, Images: m.Len(), Classes: s.names()}
	if s.Format == PNG || s.Format == Palette {
		w.result.Classes = s.Classes
	}
	if err := w.prepare(); err != nil {
		return nil, err
	}
	run := w.writeFiles
	if s.Format == RLE {
		run = w.writeTable
	}
	if err := run(); err != nil {
		return nil, err
	}
	return &w.result, nil
}

// writing is one Write.
type writing struct {
	Spec
	Options
	ctx    context.Context
	masks  *Masks
	items  []item
	of     [][]int // items of each image
	result Result
	done   int
}

func (w *writing) prepare() error {
	if err := w.Check(); err != nil {
		return fmt.Errorf("submission: %w", err)
	}
	if err := w.checkOut(); err != nil {
		return err
	}
	var err error
	if w.Format == RLE {
		w.items, w.result.Warnings, err = w.tableItems(w.masks, w.Sample, w.Partial)
	} else {
		w.items, w.result.Warnings, err = w.fileItems(w.masks, w.Pictures, w.Partial)
	}
	if err != nil {
		return err
	}
	if len(w.items) == 0 {
		return errors.New("submission: nothing to write")
	}
	if w.result.Warnings == nil {
		w.result.Warnings = []string{}
	}
	w.of = make([][]int, w.masks.Len())
	for i, it := range w.items {
		if it.image >= 0 {
			w.of[it.image] = append(w.of[it.image], i)
		}
	}
	return nil
}

// checkOut: the name fits the format, and nothing is replaced unasked.
func (w *writing) checkOut() error {
	ext := strings.ToLower(filepath.Ext(w.Out))
	switch {
	case w.Out == "":
		return errors.New("submission: no file to write to")
	case w.Format == RLE && ext != ".csv" && ext != ".zip":
		return fmt.Errorf("submission: %s ends in neither .csv nor .zip, as a table does", w.Out)
	case w.Format != RLE && ext == ".csv":
		return fmt.Errorf("submission: %s is the name of a table, but format %s writes PNG files: name a folder or a .zip", w.Out, w.Format)
	}
	switch _, err := os.Lstat(w.Out); {
	case err == nil && !w.Force:
		return fmt.Errorf("submission: %s is there already: replace it with --force, or choose another --out", w.Out)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("submission: %w", err)
	}
	if inside(w.masks.dir, w.Out) || inside(w.Out, w.masks.dir) {
		return fmt.Errorf("submission: %s and the masks in %s lie in one another: choose another --out", w.Out, w.masks.dir)
	}
	return nil
}

// inside tells whether a path is a folder or lies below it.
func inside(dir, file string) bool {
	a, errA := filepath.Abs(dir)
	b, errB := filepath.Abs(file)
	if errA != nil || errB != nil {
		return false
	}
	rel, err := filepath.Rel(a, b)
	return err == nil && filepath.IsLocal(rel)
}

// each calls use with every picture of which something is written, at the size it is written in, on all cores. Use may only
// write to what belongs to the image. After, unless it is nil, is called now and then with how many images are done from the
// first on; not if something is wrong with one of them. The error is about the first images that something is wrong with.
func (w *writing) each(use func(image int, p picture) error, after func(images int) error) error {
	list := make([]error, len(w.of))
	group := 4 * parallel.Workers()
	for first := 0; first < len(w.of); first += group {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		n := min(group, len(w.of)-first)
		parallel.For(n, func(i, _ int) {
			if image := first + i; len(w.of[image]) > 0 {
				list[image] = w.open(image, use)
			}
		})
		if w.done += n; w.Progress != nil {
			w.Progress(w.done, 2*len(w.of)) // to write, and to compare
		}
		if wrong := errs(list); after != nil && wrong == nil {
			if err := after(first + n); err != nil {
				return err
			}
		}
	}
	return errs(list)
}

func (w *writing) open(image int, use func(image int, p picture) error) error {
	p, err := w.masks.read(image)
	if err != nil {
		return err
	}
	h, wide := w.size(image, p)
	if w.Keep && (p.h != h || p.w != wide) {
		return fmt.Errorf("the mask of %s is %d×%d, but %d×%d is asked, and masks are not to be resized",
			w.masks.ids[image], p.h, p.w, h, wide)
	}
	return use(image, p.resize(h, wide))
}

// size returns the height and width in which a picture is written.
func (w *writing) size(image int, p picture) (int, int) {
	if w.H > 0 {
		return w.H, w.W
	}
	if s := w.items[w.of[image][0]].size; s != [2]int{} {
		return s[0], s[1]
	}
	if s, ok := w.SizeOf[w.masks.ids[image]]; ok {
		return s[0], s[1]
	}
	return p.h, p.w
}

// hidden is a name beside Out that nothing has.
func (w *writing) hidden() string {
	return filepath.Join(filepath.Dir(w.Out), fmt.Sprintf(".%s-%08x", filepath.Base(w.Out), rand.Uint32()))
}

// settle compares what lies under a hidden name with the masks and gives it its own name; else it is removed.
func (w *writing) settle(name string, compare func() error) (err error) {
	defer func() {
		if err != nil {
			os.RemoveAll(name)
		}
	}()
	if err := compare(); err != nil {
		return fmt.Errorf("submission: what was written does not read back: %w", err)
	}
	if !w.Force {
		if _, err := os.Lstat(w.Out); err == nil {
			return fmt.Errorf("submission: %s has appeared meanwhile", w.Out)
		}
		return os.Rename(name, w.Out)
	}
	old := w.hidden()
	if err := os.Rename(w.Out, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(name, w.Out); err != nil {
		return errors.Join(err, os.Rename(old, w.Out))
	}
	return os.RemoveAll(old)
}

// writeTable writes run-lengths. They are put together in memory, so that their size is known before the disk is touched.
func (w *writing) writeTable() error {
	texts := make([][]string, len(w.items))
	seen := make([]look, w.masks.Len())
	err := w.each(func(image int, p picture) error {
		seen[image] = w.look(image, p)
		for _, i := range w.of[image] {
			m, value := p.region(w.items[i].class)
			texts[i] = w.Table.texts(m, value)
		}
		return nil
	}, nil)
	if err != nil {
		return err
	}
	for i, it := range w.items {
		if it.image < 0 && !w.Table.SkipEmpty {
			texts[i] = []string{w.Table.empty()}
		}
	}
	w.tell(seen)
	file, rows, err := w.encode(w.items, w.Sample, texts)
	if err != nil {
		return fmt.Errorf("submission: %w", err)
	}
	w.result.Rows = rows
	return w.store(file)
}

// store writes the table's file, alone or in a zip, and reads it back.
func (w *writing) store(file []byte) error {
	if err := os.MkdirAll(filepath.Dir(w.Out), 0o777); err != nil {
		return fmt.Errorf("submission: %w", err)
	}
	if err := w.room(w.Out, int64(len(file))); err != nil {
		return fmt.Errorf("submission: %w", err)
	}
	entry, name := "", w.hidden()
	if strings.ToLower(filepath.Ext(w.Out)) == ".zip" {
		base := filepath.Base(w.Out)
		entry = strings.TrimSuffix(base[:len(base)-len(".zip")], ".csv") + ".csv"
	}
	err := raster.WriteFile(name, func(to io.Writer) error {
		if entry == "" {
			_, err := to.Write(file)
			return err
		}
		z := zipSink{zip.NewWriter(to)}
		return errors.Join(z.put(entry, file), z.close())
	})
	if err != nil {
		return fmt.Errorf("submission: %s of %s: %w", disk.Bytes(int64(len(file))), w.Out, advise(err))
	}
	return w.settle(name, func() error { return w.compareTable(name, entry) })
}

// advise says what to do about a disk that filled up although there seemed to be room.
func advise(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w (free some space and repeat; what was written is removed)", err)
	}
	return err
}

// compareTable reads the table again and compares each row with its mask.
func (w *writing) compareTable(name, entry string) error {
	base := filepath.Base(name)
	files := os.DirFS(filepath.Dir(name))
	if entry != "" {
		z, err := zip.OpenReader(name)
		if err != nil {
			return err
		}
		defer z.Close()
		files, base = z, entry
	}
	if err := w.weigh(name); err != nil {
		return err
	}
	file, err := fs.ReadFile(files, base)
	if err != nil {
		return err
	}
	texts, err := w.decode(file, w.items, w.Sample)
	if err != nil {
		return err
	}
	for i, it := range w.items {
		if it.image >= 0 {
			continue
		}
		for _, text := range texts[i] {
			if !w.Table.Code.IsEmpty(text) {
				return fmt.Errorf("%s: has no mask, but its row is not empty", it.name)
			}
		}
	}
	return w.each(func(image int, p picture) error {
		for _, i := range w.of[image] {
			m, value := p.region(w.items[i].class)
			if err := w.Table.same(texts[i], m, value); err != nil {
				return fmt.Errorf("%s, class %s: %w", w.items[i].name, w.label(w.items[i].class), err)
			}
		}
		return nil
	}, nil)
}

// weigh notes the size of what was written.
func (w *writing) weigh(name string) error {
	info, err := os.Stat(name)
	if err == nil {
		w.result.Bytes = info.Size()
	}
	return err
}
