package data

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/augment"
)

// TestCropsBeginAtTheFile makes samples of 8×8 of files of 12×16, at their own size.
func TestCropsBeginAtTheFile(t *testing.T) {
	m := writeSet(t, 3)
	opt := options()
	opt.Mean, opt.Std = nil, nil
	opt.Augment = augment.Compose{augment.ClassBalancedCrop{Height: 8, Width: 8, P: 1}, augment.HorizontalFlip{P: 0.5}}
	d := newDataset(t, m, opt)
	file, _, err := d.Load(1)
	require.NoError(t, err)
	img, mask := make([]float32, 8*8*3), make([]uint8, 8*8)
	require.NoError(t, d.Sample(0, 1, img, mask))
	// Samples of files name their place, so each pixel of the crop is one of the file.
	inFile := map[[3]uint8]bool{}
	for i := 0; i < len(file.Pix8); i += 3 {
		inFile[[3]uint8(file.Pix8[i:])] = true
	}
	crop := d.Picture(img)
	for i := 0; i < len(crop.Pix8); i += 3 {
		require.True(t, inFile[[3]uint8(crop.Pix8[i:])])
	}
	assert.Contains(t, mask, uint8(1))
	seen := map[string]bool{}
	for epoch := range 10 {
		require.NoError(t, d.Sample(epoch, 1, img, mask))
		seen[string(mask)] = true
	}
	assert.Greater(t, len(seen), 3)

	opt.Augment = augment.RandomCrop{CropSettings: augment.CropSettings{Height: 13, Width: 8, PadPosition: "center", P: 1}}
	err = newDataset(t, m, opt).Sample(0, 1, img, mask)
	assert.ErrorContains(t, err, "v1_01.png: augmentation: a crop of 13×8 pixels is larger than the picture of 12×16")
}

// TestAugmentedBatchesDoNotDependOnWorkers takes batches by a chain of everything that looks, chooses and resamples.
func TestAugmentedBatchesDoNotDependOnWorkers(t *testing.T) {
	var chain augment.Compose
	for _, name := range []string{"Affine", "ElasticTransform", "GridDistortion", "Perspective", "D4"} {
		tr, err := augment.New(name, nil)
		require.NoError(t, err)
		chain = append(chain, tr)
	}
	opt := options()
	opt.Augment = augment.Compose{
		augment.OneOf{Transforms: chain, P: 0.8},
		augment.PadIfNeeded{MinHeight: 16, MinWidth: 16, Position: "random"},
		augment.ClassBalancedCrop{Height: 8, Width: 8, P: 1},
	}
	m := writeSet(t, 10)
	want := take(t, newDataset(t, m, opt), training(1), 6)
	assert.Equal(t, want, take(t, newDataset(t, m, opt), training(8), 6))
}

// TestNoTransformDependsOnWorkers takes batches by each transform that has usual settings, with 1 worker and with 8, and makes a
// sample of each again.
func TestNoTransformDependsOnWorkers(t *testing.T) {
	m := writeSet(t, 6)
	for _, name := range augment.Names() {
		tr, err := augment.New(name, nil)
		if err != nil { // it needs settings: see the test above
			continue
		}
		opt := options()
		chain := augment.Compose{tr}
		if augment.Sizes(tr) {
			chain = append(chain, augment.Resize{Height: opt.H, Width: opt.W})
		}
		opt.Augment = chain
		one, eight := newDataset(t, m, opt), newDataset(t, m, opt)
		want := take(t, one, training(1), 4)
		require.Equal(t, want, take(t, eight, training(8), 4), name)
		for _, b := range want[:2] {
			seen, err := Replay(eight, training(8), b.Epoch, b.IDs[1])
			require.NoError(t, err, name)
			require.Equal(t, part(b.Images, 1, b.N), seen.Image, name)
			require.Equal(t, part(b.Masks, 1, b.N), seen.Mask, name)
		}
	}
}
