package data

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

func sample(t testing.TB, d *Dataset, epoch, index int) ([]float32, []uint8) {
	t.Helper()
	h, w, c := d.Shape()
	img, mask := make([]float32, h*w*c), make([]uint8, h*w)
	require.NoError(t, d.Sample(epoch, index, img, mask))
	return img, mask
}

func TestSampleIsTheNormalisedFile(t *testing.T) {
	m := writeSet(t, 1)
	opt := options()
	opt.H, opt.W, opt.Augment = 12, 16, nil
	d := newDataset(t, m, opt)
	img, mask := sample(t, d, 0, 0)
	file, classes, err := d.Load(0)
	require.NoError(t, err)
	for i, v := range file.Pix8 {
		want := (float64(v)/255 - float64(opt.Mean[i%3])) / float64(opt.Std[i%3])
		require.InDelta(t, want, img[i], 1e-5)
	}
	assert.Equal(t, classes.Pix, mask)
}

func TestSampleFlipsWithTheEpoch(t *testing.T) {
	d := newDataset(t, writeSet(t, 2), options())
	seen := map[uint8]bool{}
	for epoch := range 10 {
		img, mask := sample(t, d, epoch, 1)
		again, _ := sample(t, d, epoch, 1)
		require.Equal(t, img, again)
		seen[mask[0]] = true
	}
	assert.Equal(t, map[uint8]bool{1: true, 2: true}, seen, "left and right class must both have been first")
}

// TestSampleFollowsTheScheduleOfItsEpoch mirrors from the third epoch on.
func TestSampleFollowsTheScheduleOfItsEpoch(t *testing.T) {
	m := writeSet(t, 1)
	opt := options()
	opt.Augment = augment.Compose{augment.Scheduled{Transforms: augment.Compose{augment.HorizontalFlip{P: 1}},
		MixWhen: augment.MixWhen{P: 1, Epochs: [2]int{3, 4}}}}
	scheduled := newDataset(t, m, opt)
	opt.Augment = augment.HorizontalFlip{P: 1}
	mirrored := newDataset(t, m, opt)
	opt.Augment = nil
	plain := newDataset(t, m, opt)
	for epoch, want := range []*Dataset{plain, plain, mirrored, mirrored, plain} {
		image, mask := sample(t, scheduled, epoch, 0)
		wantImage, wantMask := sample(t, want, epoch, 0)
		assert.Equal(t, wantImage, image, "epoch %d", epoch+1)
		assert.Equal(t, wantMask, mask, "epoch %d", epoch+1)
	}
}

func TestLetterboxIgnoresItsBorderAndIsRestored(t *testing.T) {
	opt := options()
	opt.Fit, opt.Augment, opt.H, opt.W = Letterbox, nil, 16, 16
	d := newDataset(t, writeSet(t, 1), opt)
	img, mask := sample(t, d, 0, 0)
	assert.Equal(t, uint8(9), mask[0])
	assert.Equal(t, uint8(1), mask[2*16])
	assert.InDelta(t, 0, img[0], 1e-6, "the border is the mean")

	_, want, err := d.Load(0)
	require.NoError(t, err)
	got, err := d.RestoreMask(0, &raster.Mask{H: 16, W: 16, Pix: mask})
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestRestoreKnowsSizesWithoutDecoding(t *testing.T) {
	opt := options()
	d := newDataset(t, writeSet(t, 1), opt)
	p := raster.NewFloat(8, 8, 2)
	for i := range p.Pix {
		p.Pix[i] = float32(i % 2)
	}
	got, err := d.Restore(0, p)
	require.NoError(t, err)
	require.Equal(t, []int{12, 16, 2}, []int{got.H, got.W, got.C})
	for i, v := range got.Pix {
		require.InDelta(t, float32(i%2), v, 1e-6)
	}
	n, _ := d.Cached()
	assert.Zero(t, n)
}

func TestUnlabelled(t *testing.T) {
	m := writeSet(t, 2)
	m[1].Mask = ""
	_, mask := sample(t, newDataset(t, m, options()), 0, 1)
	for _, v := range mask {
		require.Equal(t, uint8(9), v)
	}
	m[0].Mask = ""
	d := newDataset(t, m, Options{H: 8, W: 8, C: 1})
	assert.False(t, d.Labelled())
	require.NoError(t, d.Sample(0, 0, make([]float32, 64), nil))
	assert.Panics(t, func() { _ = d.Sample(0, 0, make([]float32, 64), make([]uint8, 64)) })
}

func TestCacheKeepsItsBudget(t *testing.T) {
	const each = 12*16*3 + 12*16
	m := writeSet(t, 5)
	for _, tt := range []struct {
		budget int64
		want   int
	}{{0, 0}, {each - 1, 0}, {each, 1}, {3*each + 5, 3}, {100 * each, 5}} {
		opt := options()
		opt.CacheBytes = tt.budget
		d := newDataset(t, m, opt)
		for range 2 {
			for i := range m {
				sample(t, d, 0, i)
			}
		}
		n, bytes := d.Cached()
		assert.Equal(t, tt.want, n, "budget %d", tt.budget)
		assert.Equal(t, int64(tt.want*each), bytes)
		assert.Equal(t, tt.budget-bytes, d.cache.left.Load())
	}
}

func TestCachedFilesAreNotReadAgainNorChanged(t *testing.T) {
	m := writeSet(t, 1)
	d := newDataset(t, m, options())
	want, _ := sample(t, d, 3, 0)
	for epoch := range 3 {
		sample(t, d, epoch, 0)
	}
	require.NoError(t, os.Remove(m[0].Image))
	got, _ := sample(t, d, 3, 0)
	assert.Equal(t, want, got)
}

func TestSampleMistakes(t *testing.T) {
	spoil := map[string]struct {
		do   func(t *testing.T, r Record)
		want []string
	}{
		"missing image": {func(t *testing.T, r Record) {
			require.NoError(t, os.Remove(r.Image))
		}, []string{"v0_00.png"}},
		"truncated image": {func(t *testing.T, r Record) {
			info, err := os.Stat(r.Image)
			require.NoError(t, err)
			require.NoError(t, os.Truncate(r.Image, info.Size()/2))
		}, []string{"v0_00.png"}},
		"mask of another size": {func(t *testing.T, r Record) { writePair(t, "", r.Mask, 12, 17, 0) },
			[]string{"masks", "12×17", "images", "12×16"}},
		"value outside the classes": {func(t *testing.T, r Record) {
			m := raster.NewMask(12, 16)
			m.Pix[5] = 7
			require.NoError(t, raster.WriteMask(r.Mask, m, nil))
		}, []string{"masks", "7"}},
	}
	for name, tt := range spoil {
		t.Run(name, func(t *testing.T) {
			m := writeSet(t, 1)
			tt.do(t, m[0])
			d := newDataset(t, m, options())
			err := d.Sample(0, 0, make([]float32, 8*8*3), make([]uint8, 8*8))
			for _, want := range tt.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

func TestAugmentationMustKeepTheSize(t *testing.T) {
	opt := options()
	opt.Augment = augment.PadIfNeeded{MinHeight: 10}
	d := newDataset(t, writeSet(t, 1), opt)
	err := d.Sample(0, 0, make([]float32, 8*8*3), nil)
	assert.ErrorContains(t, err, "augmentation gives 12×16 pixels, not 8×8")
}

func TestNewDatasetMistakes(t *testing.T) {
	labelled := Manifest{{ID: "a", Image: "a.png", Mask: "m.png"}, {ID: "b", Image: "b.png"}}
	colour := augment.PadIfNeeded{Outside: augment.Outside{Fill: augment.Fill{1, 2}}}
	change := map[string]func(*Options){
		"cannot be 0×8×3":                             func(o *Options) { o.H = 0 },
		"cannot be 8×8×33":                            func(o *Options) { o.C = 33 },
		`no "crop"; there are: stretch, letterbox`:    func(o *Options) { o.Fit = "crop" },
		"mean: 1 values for 3 channel(s)":             func(o *Options) { o.Mean = []float32{1} },
		"std: must be above 0":                        func(o *Options) { o.Std = []float32{1, 0, 1} },
		`1 image: "b" without a mask`:                 func(o *Options) { o.MaskCode.Ignore = -1 },
		"mask coding":                                 func(o *Options) { o.MaskCode.Classes = 0 },
		"augment: PadIfNeeded: fill: 2 values for pi": func(o *Options) { o.Augment = colour },
	}
	for want, f := range change {
		opt := options()
		f(&opt)
		_, err := NewDataset(labelled, opt)
		assert.ErrorContains(t, err, want)
	}
	_, err := NewDataset(nil, options())
	assert.ErrorContains(t, err, "no records")
}
