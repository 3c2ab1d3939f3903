package oof

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"tessera/segtrain/raster"
)

// perFile is how many classes a file of bits holds.
const perFile = 8

// bitsExt returns what follows an ID in the name of the n-th file of bits: .png, .2.png and so on.
func bitsExt(n int) string {
	if n == 0 {
		return ".png"
	}
	return fmt.Sprintf(".%d.png", n+1)
}

// WriteFlags is WriteImage for classes that may overlap: flags, chosen before the probabilities were rounded, as bits of
// grey pictures of eight classes each, the lowest bit the first class.
func WriteFlags(dir string, fold int, id string, p *raster.Float, flags *raster.Flags) error {
	if !filepath.IsLocal(filepath.FromSlash(id)) {
		return fmt.Errorf("out-of-fold: ID %q is not a path below the folder", id)
	}
	errs := []error{write(path(dir, fold, id, ".npy"), func(w io.Writer) error { return encode(w, p) })}
	for first := 0; first < flags.Classes; first += perFile {
		m := raster.NewMask(flags.H, flags.W)
		for k := first; k < min(first+perFile, flags.Classes); k++ {
			for i := range m.Pix {
				m.Pix[i] |= flags.At(i, k) & 1 << (k - first)
			}
		}
		errs = append(errs, write(path(dir, fold, id, bitsExt(first/perFile)), func(w io.Writer) error {
			return raster.EncodeMask(w, m, nil)
		}))
	}
	return errors.Join(errs...)
}

// Flags returns which classes each pixel of an image is of, H×W, as the first repeat's model chose them, where classes may
// overlap.
func (f *Folder) Flags(id string) (*raster.Flags, error) {
	fold, ok := f.Fold(id)
	if !ok {
		return nil, fmt.Errorf("out-of-fold: no image %q in %s", id, f.dir)
	}
	classes := len(f.Classes)
	labels := make([]uint8, f.Size[0]*f.Size[1]*classes)
	for first := 0; first < classes; first += perFile {
		file := path(f.dir, fold, id, bitsExt(first/perFile))
		m, err := raster.ReadMask(file, raster.MaskCode{Coding: raster.IndexCode, Classes: 256, Ignore: -1})
		if err != nil {
			return nil, err
		}
		if m.H != f.Size[0] || m.W != f.Size[1] {
			return nil, fmt.Errorf("out-of-fold: %s is %d×%d, and the manifest says %d×%d", file, m.H, m.W, f.Size[0], f.Size[1])
		}
		for i, bits := range m.Pix {
			for k := first; k < min(first+perFile, classes); k++ {
				labels[i*classes+k] = bits >> (k - first) & 1
			}
		}
	}
	return raster.FlagsOf(f.Size[0], f.Size[1], classes, labels, -1), nil
}
