package raster

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
)

// WriteFile makes path hold what write writes, or leaves it as it was: the bytes go to a temporary file beside it,
// which is synced and renamed, and then the folder is synced. On an error or a panic of write the temporary file is
// removed. The folder must exist.
func WriteFile(path string, write func(io.Writer) error) error {
	if err := replace(path, write, (*os.File).Sync); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("write %s: sync the folder: %w", path, err)
	}
	return nil
}

// WriteUnsynced is WriteFile without the syncs, for many files that SyncFiles makes durable together.
func WriteUnsynced(path string, write func(io.Writer) error) error {
	return replace(path, write, func(*os.File) error { return nil })
}

// SyncFiles makes files and the folders they lie in durable, several at a time: far faster than one by one, since
// the first sync takes most of the others' work along.
func SyncFiles(paths []string) error {
	const together = 8
	errs := make([]error, together)
	var group sync.WaitGroup
	for i := range together {
		group.Go(func() {
			for k := i; k < len(paths) && errs[i] == nil; k += together {
				errs[i] = syncFile(paths[k])
			}
		})
	}
	group.Wait()
	folders := map[string]bool{}
	for _, path := range paths {
		folders[filepath.Dir(path)] = true
	}
	for _, dir := range slices.Sorted(maps.Keys(folders)) {
		if err := syncDir(dir); err != nil {
			errs = append(errs, fmt.Errorf("sync the folder: %w", err))
		}
	}
	return errors.Join(errs...)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}

// replace writes a temporary file, has it settled and renames it to path.
func replace(path string, write func(io.Writer) error, settle func(*os.File) error) error {
	tmp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".tmp-%016x", rand.Uint64()))
	if err := writeTemp(tmp, write, settle); err != nil {
		return fmt.Errorf("write %s: %w", path, cause(err, tmp))
	}
	if err := os.Rename(tmp, path); err != nil {
		os.Remove(tmp)
		return fmt.Errorf("write %s: %w", path, cause(err, tmp))
	}
	return nil
}

func writeTemp(tmp string, write func(io.Writer) error, settle func(*os.File) error) (err error) {
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		err = errors.Join(err, f.Close())
		if !done || err != nil {
			os.Remove(tmp)
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	done = true
	return settle(f)
}

// syncDir makes a rename durable, where the file system can: Windows and some network shares cannot sync a folder.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// WritePNG writes a picture of 1, 3 or 4 channels as WriteFile does.
func WritePNG(path string, im *Image) error {
	return WriteFile(path, func(w io.Writer) error { return EncodePNG(w, im) })
}

// WriteMask writes class indices as WriteFile does: an 8-bit grey PNG, or with a palette a paletted one.
// Classes beyond the palette, such as an ignore value, become further entries in black.
func WriteMask(path string, m *Mask, palette []color.RGBA) error {
	return WriteFile(path, func(w io.Writer) error { return EncodeMask(w, m, palette) })
}

// EncodePNG writes a picture of 1, 3 or 4 channels as PNG. One that is opaque everywhere is stored without alpha.
// It panics for other numbers of channels.
func EncodePNG(w io.Writer, im *Image) error {
	if im.C != 1 {
		im = im.Channels(4)
	}
	r := image.Rect(0, 0, im.W, im.H)
	switch {
	case im.C == 1 && im.Pix16 == nil:
		return pngEncoder.Encode(w, &image.Gray{Pix: im.Pix8, Stride: im.W, Rect: r})
	case im.C == 1:
		return pngEncoder.Encode(w, &image.Gray16{Pix: bigEndian(im.Pix16), Stride: 2 * im.W, Rect: r})
	case im.Pix16 == nil:
		return pngEncoder.Encode(w, &image.NRGBA{Pix: im.Pix8, Stride: 4 * im.W, Rect: r})
	}
	return pngEncoder.Encode(w, &image.NRGBA64{Pix: bigEndian(im.Pix16), Stride: 8 * im.W, Rect: r})
}

func bigEndian(pix []uint16) []uint8 {
	out := make([]uint8, 0, 2*len(pix))
	for _, v := range pix {
		out = binary.BigEndian.AppendUint16(out, v)
	}
	return out
}

// maskEncoder takes three fifths of the usual time for files an eighth larger: masks come by the thousand.
var (
	pngEncoder  = png.Encoder{BufferPool: &pngBuffers{}}
	maskEncoder = png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &pngBuffers{}}
)

// pngBuffers keeps what an encoder allocates, a megabyte for each picture, which is more than most masks take.
type pngBuffers struct{ pool sync.Pool }

func (b *pngBuffers) Get() *png.EncoderBuffer  { e, _ := b.pool.Get().(*png.EncoderBuffer); return e }
func (b *pngBuffers) Put(e *png.EncoderBuffer) { b.pool.Put(e) }

// EncodeMask writes class indices as PNG, as WriteMask describes. It panics if the palette has more than 256 colours.
func EncodeMask(w io.Writer, m *Mask, palette []color.RGBA) error {
	r := image.Rect(0, 0, m.W, m.H)
	if palette == nil {
		return maskEncoder.Encode(w, &image.Gray{Pix: m.Pix, Stride: m.W, Rect: r})
	}
	if len(palette) > 256 {
		panic(fmt.Sprintf("raster: EncodeMask: a palette of %d colours, more than 256", len(palette)))
	}
	var p color.Palette
	for _, c := range palette {
		p = append(p, color.NRGBA{c.R, c.G, c.B, 255})
	}
	for len(m.Pix) > 0 && len(p) <= int(slices.Max(m.Pix)) {
		p = append(p, color.NRGBA{A: 255})
	}
	return maskEncoder.Encode(w, &image.Paletted{Pix: m.Pix, Stride: m.W, Rect: r, Palette: p})
}
