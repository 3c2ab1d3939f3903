package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

const (
	maxSamples   = 1 << 28 // of one picture: 16384×16384 grey, 9459×9459 RGB
	maxFileBytes = 1 << 30
)

// Info is what an image file's header says.
type Info struct {
	Format  string // "PNG", "JPEG", "TIFF", "BMP", "WebP" or "NPY"
	H, W, C int    // C is 1, 3 or 4, of NPY 1 to 32; a palette counts as the RGB it expands to
	Bits    int    // of a decoded sample: 8 or 16
}

// Probe reads the header of an image file: its size and sample format, without decoding pixels.
// It agrees with Read, but for a TIFF with premultiplied alpha: Probe cannot see that alpha and says 3 channels.
func Probe(path string) (Info, error) {
	data, err := load(path)
	if err != nil {
		return Info{}, fmt.Errorf("image %s: %w", path, err)
	}
	info, err := probe(data)
	if err != nil {
		return Info{}, fmt.Errorf("image %s: %w", path, err)
	}
	return info, nil
}

func probe(data []byte) (Info, error) {
	if isNPY(data) {
		n, err := parseNPY(data)
		if err != nil {
			return Info{}, err
		}
		return n.info, nil
	}
	_, info, err := header(data)
	return info, err
}

type format struct {
	name   string
	match  func(data []byte) bool
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	alpha  func(data []byte, model color.Model) bool
}

// formats returns the readable formats. They are not looked up in package image, whose table any import can change.
func formats() []format {
	return []format{
		{"PNG", prefix("\x89PNG\r\n\x1a\n"), png.DecodeConfig, png.Decode, modelAlpha},
		{"JPEG", prefix("\xff\xd8\xff"), jpeg.DecodeConfig, jpeg.Decode, modelAlpha},
		{"TIFF", prefix("II*\x00", "MM\x00*"), tiff.DecodeConfig, tiff.Decode, modelAlpha},
		{"BMP", prefix("BM"), bmp.DecodeConfig, bmp.Decode, bmpAlpha},
		{"WebP", isWebP, webp.DecodeConfig, webp.Decode, webpAlpha},
	}
}

func prefix(magics ...string) func([]byte) bool {
	return func(data []byte) bool {
		for _, m := range magics {
			if bytes.HasPrefix(data, []byte(m)) {
				return true
			}
		}
		return false
	}
}

func isWebP(data []byte) bool {
	return len(data) >= 16 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

func modelAlpha(_ []byte, model color.Model) bool {
	return model == color.NRGBAModel || model == color.NRGBA64Model
}

// bmpAlpha says whether a bitmap declares an alpha channel: 32 bits a pixel and a header of version 4 or 5.
func bmpAlpha(data []byte, _ color.Model) bool {
	const v4 = 108
	return len(data) >= 30 && binary.LittleEndian.Uint32(data[14:]) >= v4 && binary.LittleEndian.Uint16(data[28:]) == 32
}

// webpAlpha reads the alpha flag of the container, or of the lossless bit stream when there is no container header.
func webpAlpha(data []byte, _ color.Model) bool {
	if len(data) < 25 {
		return false
	}
	const flag = 0x10
	switch string(data[12:16]) {
	case "VP8X":
		return data[20]&flag != 0
	case "VP8L":
		return data[24]&flag != 0
	}
	return false
}

// load returns the bytes of a regular file, and errors that do not repeat its path.
// Check returns the error of a file that Read would refuse without opening it: one that is missing, no file, empty,
// or too large.
func Check(path string) error {
	if err := check(path); err != nil {
		return fmt.Errorf("image %s: %w", path, err)
	}
	return nil
}

func check(path string) error {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return cause(err, path)
	case !st.Mode().IsRegular():
		return errors.New("not a file")
	case st.Size() == 0:
		return errors.New("the file is empty")
	case st.Size() > maxFileBytes:
		return fmt.Errorf("the file has %d bytes, more than the allowed %d", st.Size(), maxFileBytes)
	}
	return nil
}

func load(path string) ([]byte, error) {
	if err := check(path); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	return data, cause(err, path)
}

// cause strips the operation and the path from a file system error about path, and leaves others as they are.
func cause(err error, path string) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok && pe.Path == path {
		return pe.Err
	}
	if le, ok := errors.AsType[*os.LinkError](err); ok && le.Old == path {
		return le.Err
	}
	return err
}

// sniff finds the format of data by its first bytes.
func sniff(data []byte) (format, error) {
	for _, f := range formats() {
		if f.match(data) {
			return f, nil
		}
	}
	return format{}, errors.New("not an image of a known format; allowed: PNG, JPEG, TIFF, BMP, WebP, NPY")
}

// header returns the format of data and the size it declares, checked.
func header(data []byte) (f format, info Info, err error) { return headerWithin(data, maxSamples) }

// headerWithin is header for pictures of at most limit samples.
func headerWithin(data []byte, limit int64) (f format, info Info, err error) {
	if f, err = sniff(data); err != nil {
		return f, info, err
	}
	defer recoverTo(&err, f.name)
	cfg, err := f.config(bytes.NewReader(data))
	if err != nil {
		return f, info, explain(f.name, err)
	}
	info = describe(f, data, cfg)
	return f, info, info.checkWithin(limit)
}

func describe(f format, data []byte, cfg image.Config) Info {
	info := Info{Format: f.name, H: cfg.Height, W: cfg.Width, C: 3, Bits: 8}
	if _, ok := cfg.ColorModel.(color.Palette); ok {
		return info
	}
	switch cfg.ColorModel {
	case color.Gray16Model, color.RGBA64Model, color.NRGBA64Model:
		info.Bits = 16
	}
	switch {
	case cfg.ColorModel == color.GrayModel || cfg.ColorModel == color.Gray16Model:
		info.C = 1
	case f.alpha(data, cfg.ColorModel):
		info.C = 4
	}
	return info
}

func (i Info) check() error { return i.checkWithin(maxSamples) }

func (i Info) checkWithin(limit int64) error {
	if i.H < 1 || i.W < 1 {
		return fmt.Errorf("the %s is %d×%d pixels: nothing to read", i.Format, i.W, i.H)
	}
	if int64(i.W) > limit/int64(i.C)/int64(i.H) {
		return fmt.Errorf("the %s is %d×%d pixels with %d channels, more than the allowed %d samples",
			i.Format, i.W, i.H, i.C, limit)
	}
	return nil
}

// decode returns the picture in data as its decoder gives it.
func decode(data []byte) (img image.Image, info Info, err error) {
	return decodeWithin(data, maxSamples)
}

// decodeWithin is decode for pictures of at most limit samples.
func decodeWithin(data []byte, limit int64) (img image.Image, info Info, err error) {
	f, info, err := headerWithin(data, limit)
	if err != nil {
		return nil, info, err
	}
	defer recoverTo(&err, f.name)
	if img, err = f.decode(bytes.NewReader(data)); err != nil {
		return nil, info, explain(f.name, err)
	}
	if b := img.Bounds(); b.Dx() != info.W || b.Dy() != info.H {
		return nil, info, fmt.Errorf("damaged %s: %d×%d pixels where the header says %d×%d",
			f.name, b.Dx(), b.Dy(), info.W, info.H)
	}
	return img, info, nil
}

// recoverTo turns a decoder's panic into an error: what is wrong is the file, not the program.
func recoverTo(err *error, name string) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("damaged %s: the decoder failed: %v", name, r)
	}
}

// explain tells a file that was cut short from other damage. PNG and JPEG have words of their own for it.
func explain(name string, err error) error {
	short := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		err == error(png.FormatError("not enough pixel data")) || err == error(jpeg.FormatError("short Huffman data"))
	if short {
		return fmt.Errorf("truncated %s: the file ends too early: %w", name, err)
	}
	return fmt.Errorf("damaged or unsupported %s: %w", name, err)
}
