package kernels_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

func TestByteSumAndAdd(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range append(kerneltest.Sizes(32, 64), 5000) {
			x, y, sum := someBytes(8, n), someBytes(9, n), 0
			both := fenced(t, n, n%3, func(z []uint8) { copy(z, y); kernels.ByteAdd(x, z) })
			for i, v := range x {
				sum += int(v)
				require.Equal(t, uint8(min(int(v)+int(y[i]), 255)), both[i])
			}
			require.Equal(t, uint64(sum), kernels.ByteSum(x))
		}
		require.Equal(t, uint64(255*4096), kernels.ByteSum(bytes.Repeat([]byte{255}, 4096)))
	})
}
