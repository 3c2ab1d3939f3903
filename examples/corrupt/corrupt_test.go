package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// folder writes masks of three bands that lie elsewhere in each.
func folder(t *testing.T, n int) string {
	dir := t.TempDir()
	for i := range n {
		m := raster.NewMask(40, 48)
		for k := range m.Pix {
			if row := k / 48; row > 5+i {
				m.Pix[k] = 1 + uint8(k%48/(10+i))
			}
		}
		require.NoError(t, raster.WriteMask(filepath.Join(dir, string(rune('a'+i))+".png"), m, nil))
	}
	return dir
}

func TestSpoil(t *testing.T) {
	masks := folder(t, 20)
	o := options{masks: masks, ignore: -1, share: 0.6, seed: 3, kinds: []string{"swap", "classes", "shift", "erase", "nudge", "patch"}}
	var lists []string
	var first [][2]string
	for range 2 {
		o.out = t.TempDir()
		require.NoError(t, o.spoil())
		text, err := os.ReadFile(filepath.Join(o.out, "corrupted.csv"))
		require.NoError(t, err)
		lists = append(lists, string(text))
		if first, err = column(filepath.Join(o.out, "corrupted.csv"), "id", "kind"); err != nil {
			t.Fatal(err)
		}
	}
	assert.Equal(t, lists[0], lists[1])
	kinds, spoilt := map[string]int{}, map[string]bool{}
	for _, row := range first {
		kinds[row[1]]++
		spoilt[row[0]] = true
	}
	assert.Equal(t, map[string]int{"swap": 2, "classes": 2, "shift": 2, "erase": 2, "nudge": 2, "patch": 2}, kinds)
	files, err := filepath.Glob(filepath.Join(masks, "*.png"))
	require.NoError(t, err)
	for _, file := range files {
		name := filepath.Base(file)
		before, err := read(file)
		require.NoError(t, err)
		after, err := read(filepath.Join(o.out, "masks", name))
		require.NoError(t, err)
		assert.Equal(t, spoilt[name[:1]], string(before.Pix) != string(after.Pix), name)
	}
	o.kinds = []string{"melt"}
	assert.ErrorContains(t, o.spoil(), `no kind "melt"; there are`)
	o.share = 0
	assert.ErrorContains(t, o.spoil(), "wants --masks, --out")
}

func TestMeasure(t *testing.T) {
	dir := t.TempDir()
	truth, list := filepath.Join(dir, "t.csv"), filepath.Join(dir, "l.csv")
	require.NoError(t, os.WriteFile(truth, []byte("id,kind\na,swap\nz,swap\n"), 0o666))
	require.NoError(t, os.WriteFile(list, []byte("id,rank,score\na,2,0.5\nb,1,0.25\n"), 0o666))
	assert.ErrorContains(t, measure(truth, list, "rank"), `does not list "z"`)
	assert.ErrorContains(t, measure(truth, list, "place"), "has no columns id and place")
	for by, first := range map[string]string{"rank": "b", "-score": "a", "score": "b"} {
		rows, err := ordered(list, by)
		require.NoError(t, err)
		assert.Equal(t, first, rows[0][0], by)
	}
}
