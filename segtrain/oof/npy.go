package oof

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"tessera/segtrain/raster"
)

const (
	magic = "\x93NUMPY\x01\x00"
	align = 64 // the data begins at a multiple of it
	dtype = "|u1"
)

// encode writes round(255·p) in NumPy's format 1.0: uint8 of shape (H, W, C) in C order. What is not within [0, 1] is an
// error.
//
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
func encode(w io.Writer, p *raster.Float) error {
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d, %d), }", dtype, p.H, p.W, p.C)
	used := len(magic) + 2 + len(text) + 1
	text += strings.Repeat(" ", (align-used%align)%align) + "\n"
	out := binary.LittleEndian.AppendUint16([]byte(magic), uint16(len(text)))
	out = append(out, text...)
	for i, v := range p.Pix {
		if !(v >= 0 && v <= 1.0001) { // a softmax may round up
			return fmt.Errorf("probability %v at value %d", v, i)
		}
		out = append(out, uint8(min(float32(v*255)+0.5, 255)))
	}
	_, err := w.Write(out)
	return err
}

// readNPY reads what encode wrote.
func readNPY(file string) (*raster.Float, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if len(data) < len(magic)+2 || !bytes.HasPrefix(data, []byte(magic)) {
		return nil, errors.New("is no NumPy file of format 1.0")
	}
	start := len(magic) + 2 + int(binary.LittleEndian.Uint16(data[len(magic):]))
	if start > len(data) {
		return nil, errors.New("is cut off")
	}
	p := &raster.Float{}
	var h, w, c int
	header := string(data[len(magic)+2 : start])
	if _, err := fmt.Sscanf(header, "{'descr': '"+dtype+"', 'fortran_order': False, 'shape': (%d, %d, %d), }", &h, &w, &c); err != nil {
		return nil, fmt.Errorf("wants uint8 of shape (H, W, C), not %s", strings.TrimSpace(header))
	}
	if h < 1 || w < 1 || c < 1 || h > len(data) || w > len(data) || c > len(data) || len(data)-start != h*w*c {
		return nil, fmt.Errorf("has %d values for (%d, %d, %d)", len(data)-start, h, w, c)
	}
	p.H, p.W, p.C, p.Pix = h, w, c, make([]float32, h*w*c)
	for i, v := range data[start:] {
		p.Pix[i] = float32(v) / 255
	}
	return p, nil
}
