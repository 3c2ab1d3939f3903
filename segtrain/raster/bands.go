package raster

import (
	"fmt"
	"io"
	"os"
)

// Bands reads a picture from the top down, some rows at a time, so that one that does not fit in memory can be worked on.
//
// A TIFF is read strip by strip, or row of tiles by row of tiles, whatever its compression; of one strip that holds the whole
// picture this is so without compression only. Everything else, and a TIFF of one compressed strip, is decoded whole, with the
// limits of Read.
type Bands struct {
	Info
	path string
	file io.Closer // nil for a picture in memory
	tiff *tiffBands
	rest *Image // of a picture in memory: nil once it is given out
}

// OpenBands opens an image file. The pixels that Next gives are those of Read.
//
// Errors name the path and what is wrong; damage further down shows when it is read.
func OpenBands(path string) (*Bands, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", path, cause(err, path))
	}
	b := &Bands{path: path, file: f}
	if b.tiff, err = openTIFF(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("image %s: %w", path, err)
	}
	if b.tiff != nil {
		b.Info = b.tiff.info
		return b, nil
	}
	f.Close()
	whole, err := Read(path)
	if err != nil {
		return nil, err
	}
	return BandsOf(whole), nil
}

// BandsOf gives out a picture that is in memory already, in one band.
func BandsOf(im *Image) *Bands {
	bits := 8
	if im.Pix16 != nil {
		bits = 16
	}
	return &Bands{Info: Info{H: im.H, W: im.W, C: im.C, Bits: bits}, rest: im}
}

// Next returns the next rows, as wide as the picture, or io.EOF after the last. They may be shared: do not write to them. The
// channels are those of the band, as Read would find them: 4 where any of its pixels is transparent.
func (b *Bands) Next() (*Image, error) {
	if b.tiff == nil {
		if b.rest == nil {
			return nil, io.EOF
		}
		im := b.rest
		b.rest = nil
		return im, nil
	}
	im, err := b.tiff.next()
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("image %s: %w", b.path, err)
	}
	return im, err
}

// Close closes the file.
func (b *Bands) Close() error {
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}
