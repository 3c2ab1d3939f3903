package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/image/tiff"
)

// Tags of a TIFF that say where its pixels are (TIFF 6.0, 1992).
const (
	tagWidth       = 256
	tagHeight      = 257
	tagCompression = 259
	tagOffsets     = 273 // of strips
	tagPerStrip    = 278
	tagCounts      = 279 // bytes of strips
	tagTileWidth   = 322
	tagTileHeight  = 323
	tagTileOffsets = 324
	tagTileCounts  = 325

	tiffShort, tiffLong = 3, 4
	tiffEntry           = 12 // bytes of an entry
)

// bandRows is how many rows a band has at least, where strips are lower.
const bandRows = 64

// A tiffBands reads bands of a TIFF. Each is decoded as a file of its own: the file as it is, with a directory behind its end that
// names the band's strips or tiles alone.
type tiffBands struct {
	file  *os.File
	size  int64
	order binary.ByteOrder
	info  Info

	entries     []tiffField
	tiled       bool
	offsets     []uint32
	counts      []uint32
	per         int // rows of a strip or a tile
	across      int // strips or tiles beside each other
	row, height int // next row; of the picture
}

type tiffField struct {
	tag  uint16
	data [tiffEntry]byte
}

// openTIFF returns nil for what is no TIFF, or cannot be read in bands.
func openTIFF(f *os.File) (*tiffBands, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var head [8]byte
	if _, err := f.ReadAt(head[:], 0); err != nil || !prefix("II*\x00", "MM\x00*")(head[:]) || !st.Mode().IsRegular() {
		return nil, nil
	}
	t := &tiffBands{file: f, size: st.Size(), order: binary.LittleEndian}
	if head[0] == 'M' {
		t.order = binary.BigEndian
	}
	if t.size >= 1<<32-1<<20 {
		return nil, fmt.Errorf("the TIFF has %d bytes, more than 32 bits can address", t.size)
	}
	ok, err := t.directory(int64(t.order.Uint32(head[4:])))
	if err != nil || !ok {
		return nil, err
	}
	return t, t.describe()
}

// directory reads the first directory, and tells whether bands can be made of it.
func (t *tiffBands) directory(at int64) (bool, error) {
	var n [2]byte
	if _, err := t.file.ReadAt(n[:], at); err != nil {
		return false, explain("TIFF", err)
	}
	text := make([]byte, tiffEntry*int(t.order.Uint16(n[:])))
	if _, err := t.file.ReadAt(text, at+2); err != nil {
		return false, explain("TIFF", err)
	}
	for ; len(text) > 0; text = text[tiffEntry:] {
		t.entries = append(t.entries, tiffField{t.order.Uint16(text), [tiffEntry]byte(text)})
	}
	width, height := t.number(tagWidth, 0), t.number(tagHeight, 0)
	if width < 1 || height < 1 || width > 1<<20 || height > 1<<20 {
		return false, nil // which Read explains
	}
	t.height, t.across = height, 1
	offsets, counts := uint16(tagOffsets), uint16(tagCounts)
	t.per = min(t.number(tagPerStrip, height), height)
	if tile := t.number(tagTileWidth, 0); tile > 0 {
		t.tiled, offsets, counts = true, tagTileOffsets, tagTileCounts
		t.across, t.per = (width+tile-1)/tile, t.number(tagTileHeight, 0)
	}
	if t.per < 1 {
		return false, nil
	}
	parts := t.across * ((height + t.per - 1) / t.per)
	var err error
	if t.offsets, err = t.list(offsets, parts); err != nil {
		return false, err
	}
	if t.counts, err = t.list(counts, parts); err != nil {
		return false, err
	}
	if len(t.offsets) != parts || len(t.counts) != parts {
		return false, nil
	}
	if t.number(tagCompression, 1) == 1 && !t.tiled {
		t.cut()
	}
	return parts > 1 || len(t.offsets) > 1 || height <= bandRows, nil
}

// cut parts strips without compression into lower ones.
func (t *tiffBands) cut() {
	var offsets, counts []uint32
	per := min(bandRows, t.per)
	for len(t.offsets) > 1 && t.per%per != 0 {
		per-- // all but the last are of one height
	}
	for i, offset := range t.offsets {
		rows := min(t.per, t.height-i*t.per)
		if int(t.counts[i])%rows != 0 {
			return // rows that are no whole number of bytes
		}
		line := t.counts[i] / uint32(rows)
		for top := 0; top < rows; top += per {
			offsets = append(offsets, offset+uint32(top)*line)
			counts = append(counts, uint32(min(per, rows-top))*line)
		}
	}
	t.offsets, t.counts, t.per = offsets, counts, per
}

// field returns a directory entry; nil if there is none.
func (t *tiffBands) field(tag uint16) []byte {
	for i := range t.entries {
		if t.entries[i].tag == tag {
			return t.entries[i].data[:]
		}
	}
	return nil
}

// number returns the first number of an entry, or another if there is no such entry.
func (t *tiffBands) number(tag uint16, other int) int {
	list, err := t.list(tag, 1)
	if err != nil || len(list) == 0 {
		return other
	}
	return int(list[0])
}

// list returns the numbers of an entry, at most so many.
func (t *tiffBands) list(tag uint16, most int) ([]uint32, error) {
	entry := t.field(tag)
	if entry == nil {
		return nil, nil
	}
	width := map[uint16]int{tiffShort: 2, tiffLong: 4}[t.order.Uint16(entry[2:])]
	n := int(min(t.order.Uint32(entry[4:]), 1<<26))
	if width == 0 {
		return nil, nil
	}
	raw := entry[8:]
	if n*width > 4 {
		raw = make([]byte, min(n, most)*width)
		if _, err := t.file.ReadAt(raw, int64(t.order.Uint32(entry[8:]))); err != nil {
			return nil, explain("TIFF", err)
		}
	}
	out := make([]uint32, min(n, most))
	for i := range out {
		if width == 2 {
			out[i] = uint32(t.order.Uint16(raw[2*i:]))
			continue
		}
		out[i] = t.order.Uint32(raw[4*i:])
	}
	return out, nil
}

// describe reads what the pixels are.
func (t *tiffBands) describe() (err error) {
	defer recoverTo(&err, "TIFF")
	cfg, err := tiff.DecodeConfig(t.band(t.parts()))
	if err != nil {
		return explain("TIFF", err)
	}
	t.info = describe(format{name: "TIFF", alpha: modelAlpha}, nil, cfg)
	if err := t.info.check(); err != nil {
		return fmt.Errorf("%w in one strip", err)
	}
	t.info.H = t.height
	return nil
}

// parts returns the first strip or tile of the next band, how many there are, and their rows.
func (t *tiffBands) parts() (first, n, rows int) {
	high := 1
	if !t.tiled {
		high = max(1, bandRows/t.per)
	}
	first = t.row / t.per * t.across
	n = min(high*t.across, len(t.offsets)-first)
	return first, n, min(n/t.across*t.per, t.height-t.row)
}

// next decodes the next band.
func (t *tiffBands) next() (im *Image, err error) {
	if t.row >= t.height {
		return nil, io.EOF
	}
	defer recoverTo(&err, "TIFF")
	first, n, rows := t.parts()
	img, err := tiff.Decode(t.band(first, n, rows))
	if err != nil {
		return nil, explain("TIFF", err)
	}
	info := t.info
	info.H = rows
	if b := img.Bounds(); b.Dx() != info.W || b.Dy() != rows {
		return nil, fmt.Errorf("damaged TIFF: rows %d to %d are %d×%d pixels", t.row, t.row+rows-1, b.Dx(), b.Dy())
	}
	t.row += rows
	return convert(img, info)
}

// band returns a TIFF of n strips or tiles that are rows high together.
func (t *tiffBands) band(first, n, rows int) io.Reader {
	directory := (t.size + 1) / 2 * 2
	behind := uint32(directory) + 2 + tiffEntry*uint32(len(t.entries)) + 4
	var fields, lists []byte
	offsets, counts := uint16(tagOffsets), uint16(tagCounts)
	if t.tiled {
		offsets, counts = tagTileOffsets, tagTileCounts
	}
	for _, e := range t.entries {
		entry := e.data
		switch e.tag {
		case tagHeight:
			t.long(&entry, uint32(rows))
		case tagPerStrip:
			t.long(&entry, uint32(t.per))
		case offsets, counts:
			list := t.offsets[first : first+n]
			if e.tag == counts {
				list = t.counts[first : first+n]
			}
			t.order.PutUint16(entry[2:], tiffLong)
			t.order.PutUint32(entry[4:], uint32(n))
			t.order.PutUint32(entry[8:], behind+uint32(len(lists)))
			if n == 1 {
				t.order.PutUint32(entry[8:], list[0])
				break
			}
			for _, v := range list {
				lists = t.append(lists, v)
			}
		}
		fields = append(fields, entry[:]...)
	}
	tail := make([]byte, 2, int(behind-uint32(directory))+len(lists))
	t.order.PutUint16(tail, uint16(len(t.entries)))
	tail = append(append(append(tail, fields...), 0, 0, 0, 0), lists...)
	head := make([]byte, 8)
	copy(head, "II*\x00")
	if t.order == binary.BigEndian {
		copy(head, "MM\x00*")
	}
	t.order.PutUint32(head[4:], uint32(directory))
	return &patched{t.file, head, tail, t.size, directory, 0}
}

// long makes an entry one number.
func (t *tiffBands) long(entry *[tiffEntry]byte, v uint32) {
	t.order.PutUint16(entry[2:], tiffLong)
	t.order.PutUint32(entry[4:], 1)
	t.order.PutUint32(entry[8:], v)
}

func (t *tiffBands) append(to []byte, v uint32) []byte {
	var b [4]byte
	t.order.PutUint32(b[:], v)
	return append(to, b[:]...)
}

// patched is a file with another beginning and more at its end.
type patched struct {
	file       *os.File
	head, tail []byte
	size, at   int64 // of the file; where tail begins
	read       int64
}

// ReadAt reads from the patched file.
func (p *patched) ReadAt(b []byte, off int64) (int, error) {
	switch n := int64(len(p.head)); {
	case off < n:
		k := copy(b, p.head[off:])
		if k == len(b) {
			return k, nil
		}
		m, err := p.ReadAt(b[k:], n)
		return k + m, err
	case off < p.size:
		k := min(int64(len(b)), p.size-off)
		m, err := p.file.ReadAt(b[:k], off)
		if err == nil && m < len(b) {
			err = io.ErrUnexpectedEOF // pixels are in the file, and nothing reads over its end
		}
		return m, err
	case off < p.at:
		return 0, errors.New("between the file and its directory")
	}
	return bytes.NewReader(p.tail).ReadAt(b, off-p.at)
}

// Read reads on, as a decoder that takes no ReadAt would.
func (p *patched) Read(b []byte) (int, error) {
	n, err := p.ReadAt(b, p.read)
	p.read += int64(n)
	return n, err
}
