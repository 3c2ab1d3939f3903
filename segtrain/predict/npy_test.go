package predict

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

func TestNPYBytes(t *testing.T) {
	p := &raster.Float{H: 1, W: 2, C: 2, Pix: []float32{1, -2, 0.5, float32(math.Inf(1))}}
	var b bytes.Buffer
	require.NoError(t, encodeNPY(&b, p))
	header := "\x93NUMPY" + "\x01\x00" + "\x76\x00" +
		"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 2), }" +
		"                                                       \n"
	require.Len(t, header, 128)
	assert.Equal(t, header, string(b.Bytes()[:128]))
	assert.Equal(t, []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f, 0, 0, 0x80, 0x7f}, b.Bytes()[128:])
}

func TestNPYDataIsAligned(t *testing.T) {
	for h := 1; h < 1e9; h = 10*h + 7 {
		header := npyHeader(h, 3*h, 256)
		assert.Zero(t, len(header)%64, "%d", h)
		assert.Equal(t, len(header)-10, int(binary.LittleEndian.Uint16(header[8:])))
		assert.Equal(t, byte('\n'), header[len(header)-1])
	}
}

type failing struct{ left int }

func (f *failing) Write(b []byte) (int, error) {
	if f.left--; f.left < 0 {
		return 0, errors.New("disk full")
	}
	return len(b), nil
}

func TestNPYErrors(t *testing.T) {
	for n := range 3 {
		assert.EqualError(t, encodeNPY(&failing{n}, raster.NewFloat(2, 2, 2)), "disk full", "after %d writes", n)
	}
	assert.NoError(t, encodeNPY(&failing{3}, raster.NewFloat(2, 2, 2)))
}

func TestProbabilityBytes(t *testing.T) {
	for _, size := range [][3]int{{1, 1, 1}, {7, 11, 3}, {480, 640, 20}} {
		var b bytes.Buffer
		require.NoError(t, encodeNPY(&b, raster.NewFloat(size[0], size[1], size[2])))
		assert.Equal(t, int64(b.Len()), ProbabilityBytes(size[0], size[1], size[2]))
	}
}
