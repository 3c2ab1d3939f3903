package raster

import (
	"fmt"
	"image"
	"io"
	"os"
)

// maxBandSamples bounds a picture that is read in bands and decoded whole: 26754×26754 RGB.
const maxBandSamples = 1 << 31

// Bands reads a picture from the top down, some rows at a time, so that one that does not fit in memory can be worked on.
//
// A TIFF is read strip by strip, or row of tiles by row of tiles, whatever its compression; of one strip that holds the whole
// picture this is so without compression only. Everything else, and a TIFF of one compressed strip, is decoded whole, as bytes, up
// to 2³¹ samples; an NPY with the limit of Read.
type Bands struct {
	Info
	path string
	file io.Closer // of tiff
	tiff *tiffBands
	img  image.Image // decoded, nil for none
	row  int         // of img, that is next
	rest *Image      // of a picture in memory: nil once it is given out
}

// OpenBands opens an image file. The pixels that Next gives are those of Read.
//
// Errors name the path and what is wrong; damage further down shows when it is read.
func OpenBands(path string) (*Bands, error) {
	b := &Bands{path: path}
	err := b.open()
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", path, err)
	}
	return b, nil
}

func (b *Bands) open() error {
	f, err := os.Open(b.path)
	if err != nil {
		return cause(err, b.path)
	}
	if b.tiff, err = openTIFF(f); b.tiff != nil && err == nil {
		b.file, b.Info = f, b.tiff.info
		return nil
	}
	f.Close()
	if err != nil {
		return err
	}
	data, err := load(b.path)
	if err != nil {
		return err
	}
	if !isNPY(data) {
		b.img, b.Info, err = decodeWithin(data, maxBandSamples)
		return err
	}
	im, err := decodeImage(data)
	if err == nil {
		*b = *BandsOf(im)
	}
	return err
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
	im, err := b.next()
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("image %s: %w", b.path, err)
	}
	return im, err
}

func (b *Bands) next() (*Image, error) {
	switch im := b.rest; {
	case b.tiff != nil:
		return b.tiff.next()
	case b.img != nil && b.row < b.H:
		return b.cut()
	case im != nil:
		b.rest = nil
		return im, nil
	}
	return nil, io.EOF
}

// cut converts the next rows of a decoded picture.
func (b *Bands) cut() (*Image, error) {
	part, ok := b.img.(interface {
		SubImage(image.Rectangle) image.Image
	})
	if !ok {
		return nil, fmt.Errorf("unsupported %s: pixels of type %T", b.Format, b.img)
	}
	at := b.img.Bounds()
	rows := min(bandRows, b.H-b.row)
	r := image.Rect(at.Min.X, at.Min.Y+b.row, at.Max.X, at.Min.Y+b.row+rows)
	info := b.Info
	info.H = rows
	b.row += rows
	return convert(part.SubImage(r), info)
}

// Close closes the file.
func (b *Bands) Close() error {
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}
