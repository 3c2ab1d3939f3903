package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// npyMagic begins a file of NumPy (numpy.lib.format, version 1.0 to 3.0).
const npyMagic = "\x93NUMPY"

// maxNPYChannels bounds the channels of an array, which tells an H×W×C array from others.
const maxNPYChannels = 32

// npy is what the header of an array says.
type npy struct {
	info  Info
	kind  byte // b bool, u unsigned, i signed
	width int  // of a sample, in bytes
	order binary.ByteOrder
	data  []byte
}

var (
	npyDescr   = regexp.MustCompile(`'descr':\s*'([<>|=])([a-z])(\d+)'`)
	npyFortran = regexp.MustCompile(`'fortran_order':\s*(True|False)`)
	npyShape   = regexp.MustCompile(`'shape':\s*\(([^)]*)\)`)
)

func isNPY(data []byte) bool { return bytes.HasPrefix(data, []byte(npyMagic)) }

// parseNPY reads the header of an array of shape (H, W) or (H, W, C) of whole numbers.
func parseNPY(data []byte) (*npy, error) {
	if len(data) < 12 {
		return nil, errors.New("truncated NPY: the file ends too early")
	}
	length, at := int(binary.LittleEndian.Uint16(data[8:])), 10
	if data[6] > 1 {
		length, at = int(binary.LittleEndian.Uint32(data[8:])), 12
	}
	if length < 0 || length > len(data)-at {
		return nil, errors.New("truncated NPY: the file ends too early")
	}
	text := string(data[at : at+length])
	descr, fortran, shape := npyDescr.FindStringSubmatch(text), npyFortran.FindStringSubmatch(text), npyShape.FindStringSubmatch(text)
	if descr == nil || fortran == nil || shape == nil {
		return nil, fmt.Errorf("damaged or unsupported NPY: header %.80q", text)
	}
	n := &npy{kind: descr[2][0], order: binary.LittleEndian, data: data[at+length:]}
	n.width, _ = strconv.Atoi(descr[3])
	if descr[1] == ">" {
		n.order = binary.BigEndian
	}
	if !strings.ContainsRune("bui", rune(n.kind)) || n.width != 1 && n.width != 2 && n.width != 4 && n.width != 8 {
		return nil, fmt.Errorf("NPY of samples %q; allowed: whole numbers and bool (uint8, uint16, int64, …)", descr[1]+descr[2]+descr[3])
	}
	if fortran[1] == "True" {
		return nil, errors.New("NPY in Fortran order; allowed: C order (numpy.ascontiguousarray)")
	}
	return n, n.size(shape[1])
}

// size reads the shape and makes sure that the samples are there.
func (n *npy) size(shape string) error {
	sides := []int{}
	for word := range strings.SplitSeq(shape, ",") {
		if word = strings.TrimSpace(word); word != "" {
			side, err := strconv.Atoi(word)
			if err != nil {
				return fmt.Errorf("damaged NPY: shape (%s)", shape)
			}
			sides = append(sides, side)
		}
	}
	if len(sides) == 2 {
		sides = append(sides, 1)
	}
	if len(sides) != 3 || sides[2] < 1 || sides[2] > maxNPYChannels {
		return fmt.Errorf("NPY of shape (%s); allowed: (H, W), or (H, W, C) with 1 to %d channels", shape, maxNPYChannels)
	}
	n.info = Info{Format: "NPY", H: sides[0], W: sides[1], C: sides[2], Bits: 8}
	if n.width > 1 {
		n.info.Bits = 16
	}
	if err := n.info.check(); err != nil {
		return err
	}
	if want := sides[0] * sides[1] * sides[2] * n.width; len(n.data) < want {
		return fmt.Errorf("truncated NPY: %d bytes of samples where the header says %d", len(n.data), want)
	}
	return nil
}

// image returns the samples: 8 bits for types of one byte, where true is 1, and else 16 bits.
func (n *npy) image() (*Image, error) {
	im := &Image{H: n.info.H, W: n.info.W, C: n.info.C}
	count := im.H * im.W * im.C
	if n.width == 1 && n.kind != 'i' {
		im.Pix8 = bytes.Clone(n.data[:count])
		return im, nil
	}
	most := int64(1)<<n.info.Bits - 1
	for i := range count {
		v := n.sample(i)
		if v < 0 || v > most {
			return nil, fmt.Errorf("value %d at pixel (x %d, y %d) of an NPY; allowed: 0 to %d", v, i/im.C%im.W, i/im.C/im.W, most)
		}
		if n.width == 1 {
			im.Pix8 = append(im.Pix8, uint8(v))
			continue
		}
		im.Pix16 = append(im.Pix16, uint16(v))
	}
	return im, nil
}

// sample returns the i-th; one beyond int64 is negative.
func (n *npy) sample(i int) int64 {
	p := n.data[i*n.width:]
	switch {
	case n.width == 1:
		return int64(int8(p[0]))
	case n.width == 2 && n.kind == 'i':
		return int64(int16(n.order.Uint16(p)))
	case n.width == 2:
		return int64(n.order.Uint16(p))
	case n.width == 4 && n.kind == 'i':
		return int64(int32(n.order.Uint32(p)))
	case n.width == 4:
		return int64(n.order.Uint32(p))
	}
	return int64(n.order.Uint64(p))
}
