package workflow

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// augmented is a configuration whose samples are cropped, turned and mixed.
func augmented(t *testing.T) *config.Config {
	return parse(t, "data.synth.count=12", "data.size=[40, 48]", "data.ignore=255", "train.batch=4",
		"augment=[{Resize: {height: 60, width: 60}}, {RandomCrop: {height: 40, width: 48}}, {Rotate: {p: 1}}]",
		"mix=[{MixUp: {p: 0.5}}, {Mosaic: {p: 0.3}}]")
}

// TestReplayIsWhatTheLoaderGave writes samples of a run's loader, and compares them with what it gave, but for the rounding to
// 8 bits.
func TestReplayIsWhatTheLoaderGave(t *testing.T) {
	cfg := augmented(t)
	cfg.Out = t.TempDir()
	p, err := build(cfg)
	require.NoError(t, err)
	s, err := openSource(cfg, filepath.Join(cfg.Out, DataFolder))
	require.NoError(t, err)
	ds, err := s.dataset(cfg, s.train, p.augment)
	require.NoError(t, err)
	loader, err := data.NewLoader(ds, p.loaderOptions(cfg, ds))
	require.NoError(t, err)
	defer loader.Close()
	mixed := 0
	for range 4 {
		b, err := loader.Next()
		require.NoError(t, err)
		n := 40 * 48
		for i, id := range b.IDs {
			r, err := ReplayAugment(cfg, b.Epoch+1, id, t.TempDir())
			require.NoError(t, err)
			require.Equal(t, []int{b.Epoch + 1, b.Step + 1}, []int{r.Epoch, r.Step})
			image, err := raster.Read(r.Image)
			require.NoError(t, err)
			require.Equal(t, ds.Picture(b.Images[i*n*3:]).Pix8, image.Channels(3).Pix8)
			require.Equal(t, b.Masks[i*n:][:n], classesOf(t, r.Mask))
			require.Equal(t, b.Share[i*n] != 1, r.Share != nil)
			if r.Share != nil {
				require.Equal(t, b.Share[i*n], *r.Share)
				require.Equal(t, b.Mixed[i*n:][:n], classesOf(t, r.Mixed))
				mixed++
			}
		}
	}
	assert.Greater(t, mixed, 2)
	_, err = ReplayAugment(cfg, 0, "x", t.TempDir())
	assert.ErrorContains(t, err, "epochs are counted from 1")
	_, err = ReplayAugment(cfg, 1, "x", t.TempDir())
	assert.ErrorContains(t, err, `no sample "x"`)
}

func classesOf(t *testing.T, file string) []uint8 {
	m, err := raster.ReadMask(file, raster.MaskCode{Coding: raster.IndexCode, Classes: 255, Ignore: 255})
	require.NoError(t, err)
	return m.Pix
}

func TestPreview(t *testing.T) {
	out := filepath.Join(t.TempDir(), "sheet.png")
	p, err := PreviewAugment(augmented(t), PreviewOptions{Out: out, Samples: 2, Draws: 3, Epoch: 1})
	require.NoError(t, err)
	require.Len(t, p.Rows, 2+3+2)
	assert.Contains(t, p.Rows[0], "epochs 1 to 3")
	assert.Equal(t, []string{"Resize alone, always", "RandomCrop alone, always", "Rotate alone, always",
		"MixUp alone, always: a batch", "Mosaic alone, always: a batch"}, p.Rows[2:])
	sheet, err := raster.Read(out)
	require.NoError(t, err)
	assert.Greater(t, sheet.W, 4*48)
	assert.Greater(t, sheet.H, 7*40)

	_, err = PreviewAugment(augmented(t), PreviewOptions{Out: out})
	assert.ErrorContains(t, err, "must be 1 or more, not 0, 0 and 0")
	cfg := parse(t, "data.synth.count=12", "augment=[{RandomCrop: {height: 500, width: 48}}]")
	_, err = PreviewAugment(cfg, PreviewOptions{Out: out, Samples: 2, Draws: 3, Epoch: 1})
	assert.ErrorContains(t, err, "augmentation: a crop of 500×48 pixels is larger than the picture of 32×32")
}

// TestPreviewShowsLooks lays no colours over pictures where a transform leaves masks as they are, and does where it moves them.
func TestPreviewShowsLooks(t *testing.T) {
	cfg := parse(t, "data.synth.count=12", "augment=[InvertImg, HorizontalFlip]")
	p, err := build(cfg)
	require.NoError(t, err)
	s, clean, err := openTraining(cfg)
	require.NoError(t, err)
	defer clean()
	v := &preview{cfg: cfg, o: PreviewOptions{Draws: 1}, parts: p, source: s}
	require.NoError(t, v.transforms())
	ds, err := s.samples(cfg, s.train, nil, true)
	require.NoError(t, err)
	file, _, err := ds.Load(0)
	require.NoError(t, err)
	untouched := func(row int) (n int) {
		for i, b := range v.rows[row].Panels[0].Pix8 {
			if b == file.Pix8[i] {
				n++
			}
		}
		return n
	}
	all := len(file.Pix8)
	assert.Greater(t, untouched(0), all*2/3, "outlines alone")
	assert.Less(t, untouched(1), all/3, "classes in colour")
}
