package data

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

// The second label and the share of a pixel of a soft record follow from its label, so that a test sees what moved apart.
func secondOf(label uint8) uint8 { return (label + 1) % 3 }
func shareOf(label uint8) uint8  { return 130 + 40*label }

// softSet is writeSet of records whose labels of three classes are soft, with a corner that is ignored.
func softSet(t testing.TB, n int) Manifest {
	t.Helper()
	dir := t.TempDir()
	m := writeSet(t, n)
	for i := range m {
		labels, second, share := raster.NewMask(12, 16), raster.NewMask(12, 16), raster.NewMask(12, 16)
		for p := range labels.Pix {
			labels.Pix[p] = uint8((p/5 + i) % 3)
			second.Pix[p], share.Pix[p] = secondOf(labels.Pix[p]), shareOf(labels.Pix[p])
			if p < 3 {
				labels.Pix[p], second.Pix[p], share.Pix[p] = 9, 9, 0
			}
		}
		m[i].ID = fmt.Sprint("soft", i)
		m[i].Mask = filepath.Join(dir, fmt.Sprint(i, "-mask.png"))
		m[i].Soft = &Soft{Second: filepath.Join(dir, fmt.Sprint(i, "-second.png")), Share: filepath.Join(dir, fmt.Sprint(i, "-share.png"))}
		m[i].Weight = 1
		for file, mask := range map[string]*raster.Mask{m[i].Mask: labels, m[i].Soft.Second: second, m[i].Soft.Share: share} {
			require.NoError(t, raster.WriteMask(file, mask, nil))
		}
	}
	return m
}

// softOptions are options with all that moves pixels.
func softOptions(pseudo Manifest) Options {
	opt := options()
	opt.Pseudo = pseudo
	affine := *augment.Defaults("Affine").(*augment.RandomAffine)
	affine.Rotate, affine.P = augment.Range{-40, 40}, 1
	holes := *augment.Defaults("CoarseDropout").(*augment.CoarseDropout)
	holes.P = 1
	err := holes.FillMask.UnmarshalYAML(func(into any) error {
		*into.(*string) = "2"
		return nil
	})
	if err != nil {
		panic(err)
	}
	opt.Augment = append(opt.Augment.(augment.Compose), affine, augment.RandomRotate90{P: 1}, holes)
	return opt
}

// holdsTogether counts the pixels of soft records in a batch that count, each of which must have the second label and share that its
// own says; those of other records have one label.
func holdsTogether(t *testing.T, b *Batch) (soft int) {
	t.Helper()
	require.Len(t, b.Mixed, len(b.Masks))
	require.Len(t, b.Share, len(b.Masks))
	for i, label := range b.Masks {
		second, share := b.Mixed[i], b.Share[i]
		switch {
		case share == 1 && label == second || label == 9 && second == 9:
		case label == 2 && second == 2: // a hole
		default:
			require.Equal(t, secondOf(label), second, "pixel %d of %v", i, b.IDs)
			require.Equal(t, float32(shareOf(label))/255, share)
			soft++
		}
	}
	return soft
}

func TestSoftLabelsMoveTogether(t *testing.T) {
	pseudo := softSet(t, 5)
	for _, name := range append(augment.MixNames(), "") {
		opt := training(3)
		opt.Batch, opt.Blend = 4, Blend{Rate: 0.5}
		ds := newDataset(t, writeSet(t, 12), softOptions(pseudo))
		require.True(t, ds.Soft())
		if name != "" {
			m, err := augment.NewMixer(name, func(settings any) error { return nil })
			require.NoError(t, err)
			opt.Mix = []augment.Mixer{m}
		}
		if name == "MixUp" {
			_, err := NewLoader(ds, opt)
			assert.ErrorContains(t, err, "soft labels are two a pixel already")
			continue
		}
		l, err := NewLoader(ds, opt)
		require.NoError(t, err)
		soft := 0
		for range 12 {
			b, err := l.Next()
			require.NoError(t, err)
			soft += holdsTogether(t, b)
		}
		l.Close()
		assert.Greater(t, soft, 400, name)

		one, many := opt, opt
		one.Workers, many.Workers = 1, 8
		assert.Equal(t, takeMixed(t, ds, one, 5), takeMixed(t, ds, many, 5), name)
	}
}

// Without soft records, batches have no second labels, and with some the first are what they would be.
func TestSoftLabelsChangeNothingElse(t *testing.T) {
	own, pseudo := writeSet(t, 12), softSet(t, 5)
	opt := training(2)
	opt.Blend = Blend{Rate: 0.5}
	soft := takeMixed(t, newDataset(t, own, softOptions(pseudo)), opt, 4)
	for i := range pseudo {
		pseudo[i].Soft = nil
	}
	hard := takeMixed(t, newDataset(t, own, softOptions(pseudo)), opt, 4)
	for i := range hard {
		assert.Nil(t, hard[i].Mixed)
		assert.NotNil(t, soft[i].Mixed)
		assert.Equal(t, hard[i].Masks, soft[i].Masks)
		assert.Equal(t, hard[i].Images, soft[i].Images)
	}
}

func TestSoftTilesAndFiles(t *testing.T) {
	m := softSet(t, 1)
	m[0].Tile = &Window{Y: 2, X: 3, H: 8, W: 8}
	opt := options()
	opt.Augment = nil
	ds := newDataset(t, m, opt)
	b := takeMixed(t, ds, LoaderOptions{Batch: 1, Epochs: 1}, 1)[0]
	assert.Equal(t, 64, holdsTogether(t, &b))
	assert.Equal(t, []string{m[0].Image, m[0].Mask, m[0].Soft.Second, m[0].Soft.Share}, ds.Files(0))

	before, err := m.Fingerprint()
	require.NoError(t, err)
	text, err := os.ReadFile(m[0].Soft.Second)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(m[0].Soft.Share, text, 0o666))
	after, err := m.Fingerprint()
	require.NoError(t, err)
	assert.NotEqual(t, before.SHA256, after.SHA256)
}

func TestSoftLabelMistakes(t *testing.T) {
	m := softSet(t, 2)
	load := func() error {
		_, _, err := newDataset(t, m, options()).Load(0)
		return err
	}
	require.NoError(t, load())
	require.NoError(t, raster.WriteMask(m[0].Soft.Share, raster.NewMask(3, 4), nil))
	assert.ErrorContains(t, load(), "0-share.png has 3×4 pixels, but its image "+m[0].Image+" has 12×16")
	require.NoError(t, os.Remove(m[0].Soft.Second))
	assert.ErrorContains(t, load(), "0-second.png")

	opt := options()
	opt.Overlapping = []string{"a", "b"}
	opt.MaskCode = raster.MaskCode{Coding: raster.IndexCode, Ignore: -1}
	_, err := NewDataset(slices.Clone(m), opt)
	assert.ErrorContains(t, err, `sample "soft0" has second labels, which are for classes that exclude each other`)
}
