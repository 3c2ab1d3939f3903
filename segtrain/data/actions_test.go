package data

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

func actionsFile(t testing.TB, name, text string) string {
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	return file
}

// TestActionsOfBothFormats reads the same list from CSV and from YAML.
func TestActionsOfBothFormats(t *testing.T) {
	csv, err := ReadActions(actionsFile(t, "a.csv", "rank,id,action,weight,mask,box,pixels,note\n1,a,drop,,,,,\n2,b,weight,0.25,,,,why\n"+
		"3,c,relabel,,new/c.png,,,\n4,d,,,,,,looks right\n5,e,ignore,,,1 2 3 4,,\n6,e,ignore,,,,/far/e.png,\n"))
	require.NoError(t, err)
	yaml, err := ReadActions(actionsFile(t, "a.yaml", "- {id: a, action: drop}\n- {id: b, action: weight, weight: 0.25, note: why}\n"+
		"- {id: c, action: relabel, mask: new/c.png}\n- {id: e, action: ignore, box: [1, 2, 3, 4]}\n- {id: e, action: ignore, pixels: /far/e.png}\n"))
	require.NoError(t, err)
	assert.Equal(t, []Action{
		{ID: "a", Action: Drop}, {ID: "b", Action: Weight, Weight: 0.25, Note: "why"},
		{ID: "c", Action: Relabel, Mask: filepath.Join(filepath.Dir(csv.File), "new", "c.png")},
		{ID: "e", Action: Ignore, Box: []int{1, 2, 3, 4}}, {ID: "e", Action: Ignore, Pixels: "/far/e.png"},
	}, csv.List)
	yaml.List[2].Mask = csv.List[2].Mask
	assert.Equal(t, csv.List, yaml.List)
	assert.Len(t, csv.SHA256, 64)
	assert.NotEqual(t, csv.SHA256, yaml.SHA256)
}

func TestActionMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                                           "the first line must name the columns",
		"id,weight\n":                                `needs a column "action"`,
		"id,action\na,delete\n":                      `line 2: no action "delete"; there are: drop, weight, relabel, ignore`,
		"id,action\n,drop\n":                         "line 2: an action without an id",
		"id,action,weight\na,weight,2\n":             "weight 2; allowed: 0.01 to 1",
		"id,action,weight\na,weight,much\n":          `line 2: weight "much" is no number`,
		"id,action,weight\na,drop,0.5\n":             "weight is for weight, not for drop",
		"id,action\na,relabel\n":                     "relabel wants a mask",
		"id,action\na,ignore\n":                      "ignore wants a box, or a file of pixels",
		"id,action,box\na,ignore,1 2 3\n":            "box [1 2 3]; wants x0, y0, x1, y1",
		"id,action,box\na,ignore,3 0 3 4\n":          "box [3 0 3 4]; wants",
		"id,action,box\na,ignore,a b c d\n":          "wants four whole numbers",
		"id,action\na,drop\na,drop\n":                `line 3: drop of "a" stands in line 2 already`,
		"id,action,box\na,ignore,0 0 1 1\na,drop,\n": `line 3: "a" is to be dropped and something else (line 2)`,
		"id,action,box\na,drop,\na,ignore,0 0 1 1\n": `line 3: "a" is to be dropped and something else (line 2)`,
		"id,action\nx,drop,y\n":                      "wrong number of fields",
	} {
		_, err := ReadActions(actionsFile(t, "a.csv", text))
		assert.ErrorContains(t, err, want, "%q", text)
	}
	for text, want := range map[string]string{
		"id: a":                              "wants a list of {id: …, action: …}",
		"- {id: a, action: drop, wieght: 1}": "wieght",
		"- {id: a, action: drip}":            `entry 1: no action "drip"`,
	} {
		_, err := ReadActions(actionsFile(t, "a.yaml", text))
		assert.ErrorContains(t, err, want, "%q", text)
	}
	_, err := ReadActions(filepath.Join(t.TempDir(), "none.csv"))
	assert.ErrorContains(t, err, "none.csv")
	empty, err := ReadActions(actionsFile(t, "a.yaml", ""))
	require.NoError(t, err)
	assert.Empty(t, empty.List)
}

// TestActionsArePixels applies each kind and compares pixels.
func TestActionsArePixels(t *testing.T) {
	m := writeSet(t, 6)
	dir := t.TempDir()
	opt := options()
	opt.H, opt.W, opt.Augment = 12, 16, nil
	plain := newDataset(t, m, opt)
	other := &raster.Mask{H: 12, W: 16, Pix: slices.Repeat([]uint8{2}, 12*16)}
	require.NoError(t, raster.WriteMask(filepath.Join(dir, "other.png"), other, nil))
	spots := raster.NewMask(12, 16)
	spots.Pix[5], spots.Pix[100] = 255, 1
	require.NoError(t, raster.WriteMask(filepath.Join(dir, "spots.png"), spots, nil))
	a := &Actions{File: "a.csv", List: []Action{
		{ID: m[0].ID, Action: Drop}, {ID: m[1].ID, Action: Relabel, Mask: filepath.Join(dir, "other.png")},
		{ID: m[2].ID, Action: Ignore, Box: []int{3, 1, 16, 12}}, {ID: m[2].ID, Action: Ignore, Pixels: filepath.Join(dir, "spots.png")},
		{ID: m[3].ID, Action: Weight, Weight: 0.5}, {ID: m[5].ID, Action: Drop}, {ID: "nobody", Action: Drop}, {ID: "nobody", Action: Drop},
	}}
	train, done, err := a.Apply(m[:5], m[5:], nil, opt.MaskCode.Ignore)
	require.NoError(t, err)
	assert.Equal(t, Applied{Images: 4, Dropped: 1, Weighted: 1, Relabeled: 1, Ignored: 1, Validation: []string{m[5].ID}, Unknown: []string{"nobody"}}, done)
	require.Len(t, train, 4)
	assert.Nil(t, m[2].Hidden, "the manifest stays as it is")
	d := newDataset(t, train, opt)
	for i := range train {
		_, got := sample(t, d, 0, i)
		_, want := sample(t, plain, 0, i+1)
		switch i {
		case 0:
			want = other.Pix
		case 1:
			want = slices.Clone(want)
			for k := range want {
				if y, x := k/16, k%16; y >= 1 && x >= 3 || k == 5 || k == 100 {
					want[k] = uint8(opt.MaskCode.Ignore)
				}
			}
		}
		assert.Equal(t, want, got, "image %d", i)
	}
	before, err := m[1:5].Fingerprint()
	require.NoError(t, err)
	for i := range train {
		changed := slices.Clone(m[1:5])
		changed[i] = train[i]
		after, err := changed.Fingerprint()
		require.NoError(t, err)
		assert.Equal(t, i == 3, before.SHA256 == after.SHA256, "image %d: nothing was done to the last", i)
	}
}

func TestApplyMistakes(t *testing.T) {
	m := writeSet(t, 3)
	id := m[0].ID
	file := filepath.Join(t.TempDir(), "small.png")
	require.NoError(t, raster.WriteMask(file, raster.NewMask(2, 2), nil))
	for want, c := range map[string]struct {
		ignore int
		list   []Action
	}{
		"is of another data set: none of its IDs, such as \"x\"":   {9, []Action{{ID: "x", Action: Drop}, {ID: "y", Action: Drop}}},
		"needs an ignore value: set data.ignore":                   {-1, []Action{{ID: id, Action: Ignore, Box: []int{0, 0, 1, 1}}}},
		"reaches out of the image, which is 16 pixels wide and 12": {9, []Action{{ID: id, Action: Ignore, Box: []int{0, 0, 16, 13}}}},
		"small.png has 2×2 pixels, but its image 12×16":            {9, []Action{{ID: id, Action: Relabel, Mask: file}}},
		"no.png":                    {9, []Action{{ID: id, Action: Ignore, Pixels: "no.png"}}},
		"drops all training images": {9, []Action{{ID: id, Action: Drop}, {ID: m[1].ID, Action: Drop}}},
	} {
		_, _, err := (&Actions{File: "a.csv", List: c.list}).Apply(m[:2], m[2:], nil, c.ignore)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "actions a.csv")
	}
	a := &Actions{List: []Action{{ID: m[2].ID, Action: Drop}}}
	train, done, err := a.Apply(m[:1], m[1:2], m, 9)
	require.NoError(t, err, "an image that scale.fraction leaves out")
	assert.Equal(t, []any{1, 0, 0}, []any{len(train), done.Images, len(done.Unknown)})
}

// TestFlagsCanBeHidden: where classes overlap, all of them are ignored in a box.
func TestFlagsCanBeHidden(t *testing.T) {
	f := raster.FlagsOf(1, 2, 5, []uint8{1, 0, 0, 0, 1, 0, 1, 0, 0, 0}, 255)
	hidden, err := Record{Hidden: []Hidden{{Box: [4]int{1, 0, 2, 1}}}}.hideFlags(f)
	require.NoError(t, err)
	got := make([]uint8, 10)
	hidden.Labels(255, got)
	assert.Equal(t, []uint8{1, 0, 0, 0, 1, 255, 255, 255, 255, 255}, got)
	f.Labels(255, got)
	assert.Equal(t, uint8(1), got[6], "the file's flags stay as they are")
}

// TestWeightsAreProbabilities counts how often records are seen.
func TestWeightsAreProbabilities(t *testing.T) {
	m := writeSet(t, 12)
	opt := options()
	m[0].Weight, m[1].Weight = 0.25, 1
	d := newDataset(t, m, opt)
	loader := func(shuffle bool) *Loader {
		l, err := NewLoader(d, LoaderOptions{Batch: 3, Workers: 1, Shuffle: shuffle, DropLast: true, Seed: 7})
		require.NoError(t, err)
		t.Cleanup(l.Close)
		return l
	}
	l := loader(true)
	seen := make([]int, 12)
	const epochs = 400
	keys := map[place]bool{}
	for epoch := range epochs {
		order := l.order(epoch)
		require.Len(t, order, 12)
		assert.Equal(t, order, l.order(epoch))
		for _, p := range order {
			seen[p.index]++
			require.False(t, keys[p], "a record that comes twice is augmented anew")
			keys[p] = true
		}
	}
	others := float64(12*epochs-seen[0]) / 11
	assert.InDelta(t, 0.25, float64(seen[0])/others, 0.05)
	for i, n := range seen[1:] {
		assert.InDelta(t, others, n, 0.1*others, "record %d", i+1)
	}
	assert.Len(t, slices.Compact(slices.Sorted(func(yield func(int) bool) {
		for _, p := range loader(false).order(3) {
			yield(p.index)
		}
	})), 12, "without shuffling all are seen")
	m[0].Weight = 1
	one, plain := newDataset(t, m, opt), newDataset(t, writeSet(t, 12), opt)
	assert.False(t, one.weighted())
	assert.Equal(t, fmt.Sprint(take(t, plain, training(1), 4)[3].Indices), fmt.Sprint(take(t, one, training(1), 4)[3].Indices))
}
