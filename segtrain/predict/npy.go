package predict

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"tessera/segtrain/raster"
)

// encodeNPY writes p in NumPy's format 1.0: float32, little-endian, of shape (H, W, C) in C order.
//
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
func encodeNPY(w io.Writer, p *raster.Float) error {
	if _, err := w.Write(npyHeader(p.H, p.W, p.C)); err != nil {
		return err
	}
	row := make([]byte, 0, 4*p.W*p.C)
	for y := range p.H {
		row = row[:0]
		for _, v := range p.Pix[y*p.W*p.C:][:p.W*p.C] {
			row = binary.LittleEndian.AppendUint32(row, math.Float32bits(v))
		}
		if _, err := w.Write(row); err != nil {
			return err
		}
	}
	return nil
}

// npyHeader is the magic, the version, the length of the rest in two bytes, and a Python literal, filled
// with spaces so that the data begins at a multiple of 64 bytes.
func npyHeader(h, w, c int) []byte {
	const magic, align = "\x93NUMPY\x01\x00", 64
	text := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d), }", h, w, c)
	used := len(magic) + 2 + len(text) + 1
	text += strings.Repeat(" ", (align-used%align)%align) + "\n"
	header := binary.LittleEndian.AppendUint16([]byte(magic), uint16(len(text)))
	return append(header, text...)
}

// ProbabilityBytes returns the size of the file of probabilities that a Writer makes of an h×w picture.
func ProbabilityBytes(h, w, classes int) int64 {
	return int64(len(npyHeader(h, w, classes))) + 4*int64(h)*int64(w)*int64(classes)
}
