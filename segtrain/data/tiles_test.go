package data

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// tileSet writes pictures of 40×60 pixels of which the second has class 1 in its lower right corner alone.
func tileSet(t *testing.T, opt Options) (*Dataset, []*raster.Image, []*raster.Mask) {
	t.Helper()
	dir := t.TempDir()
	var m Manifest
	var images []*raster.Image
	var masks []*raster.Mask
	for i := range 2 {
		im, mask := raster.NewImage(40, 60, 3), raster.NewMask(40, 60)
		for k := range im.Pix8 {
			im.Pix8[k] = uint8(k*7 + i)
		}
		for k := range mask.Pix {
			if i == 0 && k%60 < 30 || i == 1 && k/60 >= 38 && k%60 >= 58 {
				mask.Pix[k] = 1
			}
		}
		id := string(rune('a' + i))
		r := Record{ID: id, Image: filepath.Join(dir, id+".png"), Mask: filepath.Join(dir, id+"_m.png"), Group: "g" + id, Fold: i}
		require.NoError(t, raster.WritePNG(r.Image, im))
		require.NoError(t, raster.WriteMask(r.Mask, mask, nil))
		m, images, masks = append(m, r), append(images, im), append(masks, mask)
	}
	opt.H, opt.W, opt.C = 20, 20, 3
	opt.MaskCode = raster.MaskCode{Coding: raster.IndexCode, Classes: 2, Ignore: -1}
	ds, err := NewDataset(m, opt)
	require.NoError(t, err)
	return ds, images, masks
}

func TestTilesArePartsOfPictures(t *testing.T) {
	for _, cache := range []int64{0, 1 << 20} {
		whole, images, masks := tileSet(t, Options{CacheBytes: cache})
		m, err := whole.Tiles(TileOptions{H: 20, W: 20, Overlap: 0.25})
		require.NoError(t, err)
		require.Len(t, m, 2*3*4) // rows at 0, 10, 20 and columns at 0, 13, 27, 40
		assert.Equal(t, []string{"a@0,0", "a@0,13", "a@0,27", "a@0,40", "a@10,0"},
			[]string{m[0].ID, m[1].ID, m[2].ID, m[3].ID, m[4].ID})
		tiles, err := NewDataset(m, whole.opt)
		require.NoError(t, err)
		for i, r := range m {
			k := i / 12
			assert.Equal(t, []any{whole.Record(k).Group, k}, []any{r.Group, r.Fold}, "a tile stays with its picture")
			im, mask, err := tiles.Load(i)
			require.NoError(t, err)
			assert.Equal(t, images[k].Crop(r.Tile.Y, r.Tile.X, 20, 20).Pix8, im.Pix8)
			assert.Equal(t, masks[k].Crop(r.Tile.Y, r.Tile.X, 20, 20), mask)
			h, w, err := tiles.Size(i)
			require.NoError(t, err)
			assert.Equal(t, []int{20, 20}, []int{h, w})

			sample, classes := make([]float32, 20*20*3), make([]uint8, 20*20)
			require.NoError(t, tiles.Sample(0, i, sample, classes))
			assert.Equal(t, im.Float().Pix, sample)
			assert.Equal(t, mask.Pix, classes)

			rows, err := tiles.Rows(i)
			require.NoError(t, err)
			line := make([]float32, 20*3)
			for y := range 20 {
				require.NoError(t, rows.Read(line))
				assert.Equal(t, sample[y*60:][:60], line)
			}
			assert.ErrorContains(t, rows.Read(line), "no more rows than 20")
			require.NoError(t, rows.Close())
		}
		if records, _ := tiles.Cached(); cache > 0 {
			assert.Equal(t, 2, records, "files are cached, not tiles")
		}
	}
}

func TestTilesWithForeground(t *testing.T) {
	whole, _, _ := tileSet(t, Options{})
	ids := func(o TileOptions) (list []string) {
		o.H, o.W, o.Overlap = 20, 20, 0.25
		m, err := whole.Tiles(o)
		require.NoError(t, err)
		for _, r := range m {
			list = append(list, r.ID)
		}
		return list
	}
	all, only := ids(TileOptions{}), ids(TileOptions{Foreground: OnlyTiles})
	want := []string{"a@0,0", "a@0,13", "a@0,27", "a@10,0", "a@10,13", "a@10,27", "a@20,0", "a@20,13", "a@20,27", "b@20,40"}
	assert.Equal(t, want, only)
	half := ids(TileOptions{Foreground: ShareTiles, Share: 0.5})
	assert.Len(t, half, 20)
	assert.Subset(t, half, only)
	assert.True(t, slices.IsSortedFunc(half, func(a, b string) int { return slices.Index(all, a) - slices.Index(all, b) }))
	assert.Equal(t, half, ids(TileOptions{Foreground: ShareTiles, Share: 0.5}))
	assert.NotEqual(t, half, ids(TileOptions{Foreground: ShareTiles, Share: 0.5, Seed: 1}))
	assert.Equal(t, all, ids(TileOptions{Foreground: ShareTiles, Share: 0.1}), "there are no more")
	assert.Equal(t, only, ids(TileOptions{Foreground: ShareTiles, Share: 1}))
	assert.NotEqual(t, only, ids(TileOptions{Foreground: OnlyTiles, Background: 1}))

	m, err := whole.Tiles(TileOptions{H: 100, W: 30})
	require.NoError(t, err)
	assert.Equal(t, Window{0, 30, 40, 30}, *m[1].Tile, "a lower picture is as high as it is")
	m[1].Tile.X = 31
	bad, err := NewDataset(m, whole.opt)
	require.NoError(t, err)
	_, _, err = bad.Load(1)
	assert.ErrorContains(t, err, "has 40×60 pixels, but the tile is 40×30 at (y 0, x 31)")
	_, err = whole.Tiles(TileOptions{H: 10, W: 10, Foreground: OnlyTiles, Background: 1})
	require.NoError(t, err)
}
