package predict

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"

	"tessera/segtrain/raster"
)

// ReadProbabilities reads an array of shape (H, W, C) as a Writer writes it: float32, little-endian, in C order. Values outside
// of [0, 1], but for what rounding does, are an error: logits are no probabilities.
func ReadProbabilities(file string) (*raster.Float, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("probabilities: %w", err)
	}
	p, err := decodeNPY(data)
	if err != nil {
		return nil, fmt.Errorf("probabilities: %s %w", file, err)
	}
	return p, nil
}

func decodeNPY(data []byte) (*raster.Float, error) {
	const magic = "\x93NUMPY\x01\x00"
	if len(data) < len(magic)+2 || !bytes.HasPrefix(data, []byte(magic)) {
		return nil, errors.New("is no NumPy file of format 1.0")
	}
	start := len(magic) + 2 + int(binary.LittleEndian.Uint16(data[len(magic):]))
	if start > len(data) {
		return nil, errors.New("is cut off")
	}
	header := string(data[len(magic)+2 : start])
	var h, w, c int
	if _, err := fmt.Sscanf(header, "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d), }", &h, &w, &c); err != nil {
		return nil, fmt.Errorf("has the header %s; wanted is float32 (<f4) of shape (H, W, C) in C order", strings.TrimSpace(header))
	}
	values := data[start:]
	if h < 1 || w < 1 || c < 1 || c > 256 || h > len(data) || w > len(data) || len(values) != 4*h*w*c {
		return nil, fmt.Errorf("has %d bytes of values for (%d, %d, %d)", len(values), h, w, c)
	}
	p := raster.NewFloat(h, w, c)
	for i := range p.Pix {
		v := math.Float32frombits(binary.LittleEndian.Uint32(values[4*i:]))
		if !(v >= 0 && v <= 1.0001) {
			return nil, fmt.Errorf("has the value %v at pixel (x %d, y %d), class %d; a probability is within 0 and 1",
				v, i/c%w, i/c/w, i%c)
		}
		p.Pix[i] = v
	}
	return p, nil
}
