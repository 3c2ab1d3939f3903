package data

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
	"tessera/segtrain/synth"
)

// benchSet is 16 drawn pictures of the size of CamVid's, for samples of 192×256.
func benchSet(b *testing.B, t augment.Transform) *Dataset {
	b.Helper()
	dir := b.TempDir()
	require.NoError(b, synth.Write(dir, 16, 360, 480, 1, nil))
	m, err := Scan(filepath.Join(dir, "images"), filepath.Join(dir, "masks"), ScanOptions{})
	require.NoError(b, err)
	mean := []float32{0.485, 0.456, 0.406}
	d, err := NewDataset(m, Options{H: 192, W: 256, C: 3, CacheBytes: 1 << 28, Augment: t, Mean: mean, Std: mean,
		MaskCode: raster.MaskCode{Coding: raster.IndexCode, Classes: 6, Ignore: -1}})
	require.NoError(b, err)
	return d
}

// BenchmarkSample is what a sample costs once its files are decoded. A loader keeps up with a step on two cores if this,
// times the batch, stays below a tenth of the step: both share the cores.
func BenchmarkSample(b *testing.B) {
	affine, err := augment.New("Affine", func(any) error { return nil })
	require.NoError(b, err)
	for name, t := range map[string]augment.Transform{
		"plain": nil, "flip": augment.HorizontalFlip{P: 0.5}, "affine": augment.Compose{augment.HorizontalFlip{P: 0.5}, affine},
	} {
		b.Run(name, func(b *testing.B) {
			d := benchSet(b, t)
			h, w, c := d.Shape()
			image, mask := make([]float32, h*w*c), make([]uint8, h*w)
			for i := range d.Len() {
				require.NoError(b, d.Sample(0, i, image, mask))
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				require.NoError(b, d.Sample(i, i%d.Len(), image, mask))
			}
		})
	}
}

// BenchmarkLoader is a batch of 8 by workers.
func BenchmarkLoader(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			d := benchSet(b, augment.HorizontalFlip{P: 0.5})
			l, err := NewLoader(d, LoaderOptions{Batch: 8, Workers: workers, Shuffle: true, DropLast: true})
			require.NoError(b, err)
			defer l.Close()
			for range 4 {
				_, err := l.Next()
				require.NoError(b, err)
			}
			b.ResetTimer()
			for range b.N {
				_, err := l.Next()
				require.NoError(b, err)
			}
		})
	}
}
