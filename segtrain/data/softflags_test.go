package data

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

// there is the probability, in 255ths, that a class is there, which follows from its flag, so that a test sees what moved apart.
func there(class int, flag uint8) uint8 { return 20 + 30*uint8(class) + 110*flag }

// softFlagSet is writeSet of records whose labels of classes that may overlap are soft, with a file a class and a corner that is
// ignored. The other records are of bits.
func softFlagSet(t testing.TB, n int, names []string) Manifest {
	t.Helper()
	dir := t.TempDir()
	m := writeSet(t, n)
	for i := range m {
		m[i].ID = fmt.Sprint("soft", i)
		m[i].Mask = filepath.Join(dir, "masks", raster.ClassField, fmt.Sprint(i, ".png"))
		m[i].Soft = &Soft{Share: filepath.Join(dir, "probability", raster.ClassField, fmt.Sprint(i, ".png"))}
		m[i].Weight = 1
		m[i].Code = &raster.MaskCode{Coding: raster.IndexCode, Map: map[int]uint8{0: 0, 1: 1, 255: 9}, Ignore: 9}
		for k, name := range names {
			labels, share := raster.NewMask(12, 16), raster.NewMask(12, 16)
			for p := range labels.Pix {
				labels.Pix[p] = uint8(p/(3+k)+i) % 2
				share.Pix[p] = there(k, labels.Pix[p])
				if p < 3+k {
					labels.Pix[p], share.Pix[p] = 255, 7
				}
			}
			require.NoError(t, writeMask(strings.ReplaceAll(m[i].Mask, raster.ClassField, name), labels))
			require.NoError(t, writeMask(strings.ReplaceAll(m[i].Soft.Share, raster.ClassField, name), share))
		}
	}
	return m
}

// TestSoftFlagsMoveTogether moves, mixes and cuts soft labels of classes that may overlap: the label of each class and its share stay
// together, what is brought in from outside is none of the classes for sure, and what is ignored stays ignored.
func TestSoftFlagsMoveTogether(t *testing.T) {
	names := []string{"a", "b"}
	pseudo := softFlagSet(t, 5, names)
	opt := softOptions(pseudo)
	opt.Overlapping, opt.MaskCode = names, raster.MaskCode{Coding: raster.BitsCode, Ignore: 9}
	affine := *augment.Defaults("Affine").(*augment.RandomAffine)
	affine.Rotate, affine.P = augment.Range{-40, 40}, 1
	opt.Augment = augment.Compose{augment.HorizontalFlip{P: 0.5}, affine}
	own := writeSet(t, 12)
	for i := range own {
		bits := raster.NewMask(12, 16)
		for p := range bits.Pix {
			bits.Pix[p] = uint8(p+i) % 4
		}
		require.NoError(t, raster.WriteMask(own[i].Mask, bits, nil))
	}
	ds := newDataset(t, own, opt)
	require.Equal(t, []any{true, 2}, []any{ds.Soft(), ds.Shares()})
	for _, name := range []string{"", "CutMix", "ClassMix", "Mosaic", "SnapMix"} {
		o := training(3)
		o.Batch, o.Blend = 4, Blend{Rate: 0.5}
		if name != "" {
			m, err := augment.NewMixer(name, func(any) error { return nil })
			require.NoError(t, err)
			o.Mix = []augment.Mixer{m}
		}
		soft, ignored := 0, 0
		for _, b := range takeMixed(t, ds, o, 6) {
			require.Len(t, b.Share, len(b.Masks))
			for i, label := range b.Masks {
				switch {
				case label == 9:
					ignored++
				case b.Share[i] == 1: // of bits, or from outside
					require.True(t, b.Mixed[i] == label || label == 0, name)
				default:
					soft++
					p := float32(there(i%2, label)) / 255
					if label == 0 {
						p = 1 - p
					}
					require.Equal(t, 1-label, b.Mixed[i], name)
					require.InDelta(t, p, b.Share[i], 1e-6, name)
				}
			}
		}
		assert.Greater(t, soft, 400, name)
		assert.Greater(t, ignored, 10, name)
	}
}

// TestSoftFlagsAreRead: the files are of the record, of its hash, and of its size; binary labels have one for the picture.
func TestSoftFlagsAreRead(t *testing.T) {
	m := softFlagSet(t, 1, []string{"a", "b"})
	m[0].Tile = &Window{Y: 2, X: 3, H: 8, W: 8}
	opt := options()
	opt.Augment, opt.Overlapping, opt.MaskCode = nil, []string{"a", "b"}, raster.MaskCode{Coding: raster.BitsCode, Ignore: 9}
	ds := newDataset(t, m, opt)
	b := takeMixed(t, ds, LoaderOptions{Batch: 1, Epochs: 1}, 1)[0]
	assert.Equal(t, []uint8{1 - b.Masks[0], 1 - b.Masks[1]}, b.Mixed[:2])
	file := func(path, class string) string { return strings.ReplaceAll(path, raster.ClassField, class) }
	assert.Equal(t, []string{m[0].Image, file(m[0].Mask, "a"), file(m[0].Mask, "b"), file(m[0].Soft.Share, "a"), file(m[0].Soft.Share, "b")},
		ds.Files(0))
	before, err := m.Fingerprint()
	require.NoError(t, err)
	require.NoError(t, raster.WriteMask(file(m[0].Soft.Share, "b"), raster.NewMask(3, 4), nil))
	after, err := m.Fingerprint()
	require.NoError(t, err)
	assert.NotEqual(t, before.SHA256, after.SHA256)
	_, err = newDataset(t, m, opt).LoadFlags(0)
	assert.ErrorContains(t, err, file(m[0].Soft.Share, "b")+" has 3×4 pixels, but its image "+m[0].Image+" has 12×16")

	one := softFlagSet(t, 1, []string{"a"})
	one[0].Mask, one[0].Soft.Share = file(one[0].Mask, "a"), file(one[0].Soft.Share, "a")
	opt.Overlapping, opt.MaskCode = nil, raster.MaskCode{Coding: raster.BinaryCode, Classes: 2, Ignore: 9}
	one[0].Code.Classes = 2
	ds = newDataset(t, one, opt)
	assert.Equal(t, 1, ds.Shares())
	b = takeMixed(t, ds, LoaderOptions{Batch: 1, Epochs: 1}, 1)[0]
	h, w, _ := ds.Shape()
	require.Len(t, b.Share, h*w)
	last := len(b.Masks) - 1
	want := float32(there(0, b.Masks[last])) / 255
	if b.Masks[last] == 0 {
		want = 1 - want
	}
	assert.InDelta(t, want, b.Share[last], 1e-6)
	assert.Equal(t, 1-b.Masks[last], b.Mixed[last])
}
