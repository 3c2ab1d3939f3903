package synth

import (
	"encoding/csv"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/parallel"
	"tessera/segtrain/raster"
)

// The sums pin the data set: they hold on every architecture, so a change is a change of everybody's demo.
func TestDrawIsPinned(t *testing.T) {
	for _, c := range []struct {
		seed        uint64
		index, h, w int
		image, mask uint32
	}{
		{1, 0, 128, 128, 0x7b82ed00, 0x639a6592},
		{1, 25, 96, 160, 0x15890aad, 0x03c58816},
		{7, 399, 64, 48, 0x43d64cdc, 0x84509349},
	} {
		im, mask := Draw(c.seed, c.index, c.h, c.w)
		assert.Equal(t, c.image, crc32.ChecksumIEEE(im.Pix8), "image %d of seed %d", c.index, c.seed)
		assert.Equal(t, c.mask, crc32.ChecksumIEEE(mask.Pix), "mask %d of seed %d", c.index, c.seed)
	}
}

func TestDrawDependsOnSeedAndIndex(t *testing.T) {
	a, _ := Draw(1, 5, 64, 64)
	for _, key := range []struct {
		seed  uint64
		index int
	}{{1, 6}, {2, 5}, {1, 15}} {
		b, _ := Draw(key.seed, key.index, 64, 64)
		assert.NotEqual(t, a.Pix8, b.Pix8, "seed %d index %d", key.seed, key.index)
	}
	b, _ := Draw(1, 5, 64, 64)
	assert.Equal(t, a, b)
}

func TestDrawRefuses(t *testing.T) {
	for _, c := range []struct{ index, h, w int }{{-1, 64, 64}, {0, 15, 64}, {0, 64, 0}} {
		assert.Panics(t, func() { Draw(1, c.index, c.h, c.w) }, "%v", c)
	}
}

// Things of every class occur, ground is most of the area, rings are the rarest full figure, and no picture
// is empty.
func TestDrawIsImbalanced(t *testing.T) {
	var pixels [numClasses]int
	var pictures [numClasses]int
	const n = 200
	for i := range n {
		_, mask := Draw(3, i, 64, 64)
		var seen [numClasses]bool
		for _, class := range mask.Pix {
			pixels[class]++
			seen[class] = true
		}
		for class, s := range seen {
			if s {
				pictures[class]++
			}
		}
	}
	total := float64(n * 64 * 64)
	assert.InDelta(t, 0.72, float64(pixels[Ground])/total, 0.08)
	for class := Coin; class < numClasses; class++ {
		share := float64(pixels[class]) / total
		assert.Greater(t, share, 0.015, Names()[class])
		assert.Less(t, share, 0.15, Names()[class])
		assert.Greater(t, pictures[class], n/5, Names()[class])
	}
	assert.Less(t, pixels[Ring], pixels[Sail])
	assert.Less(t, pictures[Ring], pictures[Ribbon])
}

// A group's pictures share a look: their mean colours lie closer together than those of different groups.
func TestGroupsShareALook(t *testing.T) {
	var within, between float64
	for g := range 12 {
		a, b, c := meanGround(g*GroupSize), meanGround(g*GroupSize+GroupSize/2), meanGround((g+1)*GroupSize)
		within += far(a, b)
		between += far(a, c)
	}
	assert.Less(t, 3*within, between)
}

func meanGround(index int) (mean [3]float64) {
	im, mask := Draw(5, index, 48, 48)
	n := 0.0
	for i, class := range mask.Pix {
		if class == Ground {
			n++
			for k := range mean {
				mean[k] += float64(im.Pix8[3*i+k])
			}
		}
	}
	for k := range mean {
		mean[k] /= n
	}
	return mean
}

func far(a, b [3]float64) (d float64) {
	for k := range a {
		d += (a[k] - b[k]) * (a[k] - b[k])
	}
	return d
}

func TestPaletteAndNames(t *testing.T) {
	require.Len(t, Names(), int(numClasses))
	require.Len(t, Palette(), int(numClasses))
	total := 0
	for _, share := range odds {
		total += share
	}
	assert.Equal(t, 100, total)
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	var done []int
	require.NoError(t, Write(dir, 23, 32, 48, 9, func(n int) { done = append(done, n) }))
	assert.Len(t, done, 23)
	assert.Equal(t, 23, done[22])

	f, err := os.Open(filepath.Join(dir, ManifestFile))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 24)
	assert.Equal(t, []string{"image", "mask", "group", "fold"}, rows[0])
	assert.Equal(t, []string{"images/0022.png", "masks/0022.png", "2", "2"}, rows[23])

	wantImage, wantMask := Draw(9, 22, 32, 48)
	image, err := raster.Read(filepath.Join(dir, rows[23][0]))
	require.NoError(t, err)
	assert.Equal(t, wantImage, image)
	code := raster.MaskCode{Coding: raster.IndexCode, Classes: int(numClasses), Ignore: -1}
	mask, err := raster.ReadMask(filepath.Join(dir, rows[23][1]), code)
	require.NoError(t, err)
	assert.Equal(t, wantMask, mask)
}

// The files are the same for any number of workers.
func TestWriteOnAnyNumberOfWorkers(t *testing.T) {
	defer parallel.SetWorkers(0)
	var sums [2][]uint32
	for i, workers := range []int{1, 3} {
		parallel.SetWorkers(workers)
		dir := t.TempDir()
		require.NoError(t, Write(dir, 12, 32, 48, 9, nil))
		files, err := filepath.Glob(filepath.Join(dir, "*", "*.png"))
		require.NoError(t, err)
		require.Len(t, files, 24)
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			sums[i] = append(sums[i], crc32.ChecksumIEEE(data))
		}
	}
	assert.Equal(t, sums[0], sums[1])
}

// Without all pictures there is no manifest, which would say that there are.
func TestWriteThatFailsLeavesNoManifest(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "masks", "0003.png", "x")
	require.NoError(t, os.MkdirAll(taken, 0o700))
	require.ErrorContains(t, Write(dir, 8, 32, 32, 1, nil), filepath.Dir(taken))
	assert.NoFileExists(t, filepath.Join(dir, ManifestFile))
}

func TestWriteRefuses(t *testing.T) {
	require.ErrorContains(t, Write(t.TempDir(), 0, 64, 64, 1, nil), "at least 1")
	require.ErrorContains(t, Write(t.TempDir(), 1, 8, 64, 1, nil), "8×64")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.ErrorContains(t, Write(file, 1, 64, 64, 1, nil), file)
}

func BenchmarkDraw(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		Draw(1, i%400, 128, 128)
	}
}
