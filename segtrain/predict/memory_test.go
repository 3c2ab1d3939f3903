package predict

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
)

// plainTIFF writes an h×w TIFF of RGB without compression, in one strip, whose colours are the place.
func plainTIFF(t *testing.T, h, w int) string {
	t.Helper()
	var b []byte
	b = append(b, "II*\x00"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(8+3*h*w))
	for i := range h * w {
		b = append(b, uint8(i/w), uint8(i%w), 100)
	}
	entries := [][4]uint32{{256, 4, 1, uint32(w)}, {257, 4, 1, uint32(h)}, {258, 3, 1, 8}, {259, 3, 1, 1}, {262, 3, 1, 2},
		{273, 4, 1, 8}, {277, 3, 1, 3}, {278, 4, 1, uint32(h)}, {279, 4, 1, uint32(3 * h * w)}}
	at := uint32(8 + 3*h*w + 2 + 12*len(entries) + 4)
	entries[2][2], entries[2][3] = 3, at
	b = binary.LittleEndian.AppendUint16(b, uint16(len(entries)))
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(b, e[2])
		b = binary.LittleEndian.AppendUint32(b, e[3])
	}
	b = append(b, 0, 0, 0, 0, 8, 0, 8, 0, 8, 0)
	name := filepath.Join(t.TempDir(), "large.tif")
	require.NoError(t, os.WriteFile(name, b, 0o644))
	return name
}

// heapPeak returns the most that was on the heap during f, above what was there.
func heapPeak(f func()) (peak uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	base := m.HeapAlloc
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc-min(base, now.HeapAlloc))
		}
	})
	f()
	close(stop)
	watching.Wait()
	return peak
}

// TestALargePictureIsNeverWhole: of a TIFF of 16 megapixels, whose floats would be 192 MB and whose probabilities 256, there is
// nothing but bands beside the mask.
func TestALargePictureIsNeverWhole(t *testing.T) {
	const h, w = 16000, 1000
	m := data.Manifest{{ID: "large", Image: plainTIFF(t, h, w), Fold: data.NoFold}}
	ds, err := data.NewDataset(m, data.Options{H: 8, W: 8, C: 3})
	require.NoError(t, err)
	p := Predictor{Model: colorModel(), Batch: 4, Tiling: &Tiling{H: 128, W: 128, Overlap: 0.25}}
	rows := 128 * w * 4 * (3 + 4)
	peak := heapPeak(func() {
		_, err = p.Run(context.Background(), ds, func(r Result) error {
			assert.Equal(t, []int{h, w}, []int{r.Classes.H, r.Classes.W})
			for _, i := range []int{0, 999, h*w/2 + 17, h*w - 1} {
				y, x := i/w%256, i%w%256
				want := uint8(0)
				if x > y {
					want = 1
				}
				if max(x, y) < 100 {
					want = 2
				}
				assert.Equal(t, want, r.Classes.Pix[i], "pixel %d", i)
			}
			return nil
		})
	})
	require.NoError(t, err)
	assert.Less(t, peak, uint64(h*w+2*rows+8<<20), "the mask, rows as high as a tile, and bands")
}
