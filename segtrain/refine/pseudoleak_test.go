package refine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func images(ids ...string) (list []PseudoImage) {
	for _, id := range ids {
		list = append(list, PseudoImage{ID: id, Sum: "sum of " + id})
	}
	return list
}

// traces is a cross-validation of a, b and c in three folds.
func traces(labels *PseudoManifest) (list []PseudoTrace) {
	all := images("a", "b", "c")
	for fold := range 3 {
		tr := PseudoTrace{Fold: fold, Labels: labels, Set: FoldSet(fold), Validation: all[fold : fold+1]}
		tr.Train = append(slices.Clone(all[:fold]), all[fold+1:]...)
		list = append(list, tr)
	}
	return list
}

// manifest is that of a cross-validation that labels u and v.
func manifest(seen []PseudoSeen) *PseudoManifest {
	m := &PseudoManifest{
		Format: 1, Round: 1, Split: "split", Folds: 3, Classes: []string{"x", "y"}, Seen: seen, Unlabelled: images("u", "v"),
		Members: []PseudoMember{{Fold: 0}, {Fold: 1}, {Fold: 2}},
		Sets:    []PseudoSet{{Name: AllFolds, Members: []int{0, 1, 2}}},
	}
	for fold := range 3 {
		m.Sets = append(m.Sets, PseudoSet{Name: FoldSet(fold), Members: Unbiased(seen, 3, fold)})
	}
	return m
}

func run(split string, fold int, val ...string) PseudoRun {
	return PseudoRun{Split: split, Fold: fold, Classes: []string{"x", "y"}, Val: images(val...), Train: images("t")}
}

func TestOnlyTheFoldsOwnModelLabelsForIt(t *testing.T) {
	m := manifest(TracePseudo(traces(nil)))
	for fold, id := range []string{"a", "b", "c"} {
		assert.Equal(t, []int{fold}, Unbiased(m.Seen, 3, fold))
		set, err := m.Choose(run("split", fold, id))
		require.NoError(t, err)
		assert.Equal(t, FoldSet(fold), set.Name)
	}
}

// The ensemble of all folds has seen every image of the cross-validation.
func TestLeaksAreRefused(t *testing.T) {
	m := manifest(TracePseudo(traces(nil)))
	_, err := m.Choose(run("another split", 0, "z", "b"))
	assert.ErrorContains(t, err, `the models that made set all have seen 1 of the 2 images that this run validates on, such as "b"`)
	assert.ErrorContains(t, err, "the labels are for the split split…, and the run has another spli…")
	copied := run("another split", 0)
	copied.Val = []PseudoImage{{ID: "copy", Sum: "sum of c"}}
	_, err = m.Choose(copied)
	assert.ErrorContains(t, err, `such as "copy"`, "by file")

	set, err := m.Choose(run("another split", 0, "z"))
	require.NoError(t, err, "images that none has seen")
	assert.Equal(t, AllFolds, set.Name)

	m.Sets[1].Members = []int{0, 1} // a set that was tampered with
	_, err = m.Choose(run("split", 0, "a"))
	assert.ErrorContains(t, err, "the models that made set fold0 have seen 1 of the 1 images")
	_, err = m.Choose(run("split", 3, "z"))
	assert.ErrorContains(t, err, "there is no set fold3")
	_, err = m.Choose(run("another split", 0, "z", "u"))
	assert.ErrorContains(t, err, `the run validates on 1 of the images that they label, such as "u"`)
	labelled := run("split", 1, "b")
	labelled.Train = append(labelled.Train, PseudoImage{ID: "copy", Sum: "sum of v"})
	_, err = m.Choose(labelled)
	assert.ErrorContains(t, err, `the run has true labels of 1 of the images that they label, such as "copy"`)
	other := run("split", 1, "b")
	other.Classes = []string{"y", "x"}
	_, err = m.Choose(other)
	assert.ErrorContains(t, err, `they are of the classes ["x" "y"], and the run has ["y" "x"]`)
}

// What a model trained on goes on to whoever trains with its labels.
func TestLeaksThroughEarlierRounds(t *testing.T) {
	first := manifest(TracePseudo(traces(nil)))
	second := manifest(TracePseudo(traces(first)))
	for fold, id := range []string{"a", "b", "c"} {
		assert.Equal(t, []int{fold}, Unbiased(second.Seen, 3, fold), "each fold with its own set stays unbiased")
		_, err := second.Choose(run("split", fold, id))
		assert.NoError(t, err)
	}
	second.Unlabelled = images("w")
	_, err := second.Choose(run("another split", 0, "u"))
	assert.ErrorContains(t, err, `have seen 1 of the 1 images that this run validates on, such as "u"`, "labelled in the first round")

	// Fold 0 trained with the labels of all models: it has seen its validation image through them.
	wrong := traces(first)
	wrong[0].Set = AllFolds
	assert.Empty(t, Unbiased(TracePseudo(wrong), 3, 0))
	// And the same where the file was saved anew since.
	changed := manifest(TracePseudo(traces(nil)))
	for i := range changed.Seen {
		changed.Seen[i].Sum = "older"
	}
	wrong[0].Labels = changed
	assert.Empty(t, Unbiased(TracePseudo(wrong), 3, 0))
}

func TestUnlabelledImagesAreNotLabelled(t *testing.T) {
	labelled := images("a", "b")
	assert.NoError(t, CheckUnlabelled(images("u", "v"), labelled))
	assert.ErrorContains(t, CheckUnlabelled([]PseudoImage{{"u", "1"}, {"b", "2"}}, labelled), `a labelled image is called "b", too`)
	assert.ErrorContains(t, CheckUnlabelled([]PseudoImage{{"u", "sum of a"}}, labelled), `"u" is the image "a", which is among the labelled ones`)
	assert.ErrorContains(t, CheckUnlabelled([]PseudoImage{{"u", "1"}, {"u", "2"}}, labelled), `two images are called "u"`)
}

func TestPseudoManifestFile(t *testing.T) {
	dir := t.TempDir()
	_, _, err := ReadPseudo(dir)
	assert.ErrorContains(t, err, "make them with segtrain pseudo")
	m := manifest(TracePseudo(traces(nil)))
	require.NoError(t, m.Write(dir))
	got, sum, err := ReadPseudo(dir)
	require.NoError(t, err)
	assert.Equal(t, m, got)
	_, again, err := ReadPseudo(filepath.Join(dir, PseudoFile))
	require.NoError(t, err)
	assert.Equal(t, sum, again)
	for want, text := range map[string]string{
		"is of format 4, and this program reads up to 3": `{"format": 4}`,
		"does not say what its models have seen":         `{"format": 1}`,
		"unexpected end":                                 `{"format`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, PseudoFile), []byte(text), 0o666))
		_, _, err = ReadPseudo(dir)
		assert.ErrorContains(t, err, want)
	}
	assert.Equal(t, HashImages(images("a", "b")), HashImages(images("b", "a")))
	assert.NotEqual(t, HashImages(images("a", "b")), HashImages(images("a")))
}

func TestPseudoTable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "fold0", PseudoTable)
	require.NoError(t, os.Mkdir(filepath.Dir(file), 0o777))
	list := []PseudoRecord{
		{ID: "sub/a, b", Image: filepath.Join(dir, "images", "a, b.png"), Mask: filepath.Join(dir, "fold0", "masks", "a.png"),
			Group: "g", Weight: 0.25, Kept: 0.5, Members: []int{0, 2}},
		{ID: "c", Image: filepath.Join(dir, "c.png"), Mask: filepath.Join(dir, "m.png"), Weight: 1, Kept: 1, Members: []int{1}},
	}
	sum, err := WritePseudoTable(file, list)
	require.NoError(t, err)
	got, err := ReadPseudoTable(file, sum)
	require.NoError(t, err)
	assert.Equal(t, list, got)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"../images/a, b.png",masks/a.png,0.250000,g,0 2,`, "paths move with the folder")

	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), "0.25", "0.99", 1)), 0o666))
	_, err = ReadPseudoTable(file, sum)
	assert.ErrorContains(t, err, "was changed: its hash is")
	for want, text := range map[string]string{
		"line 1: wants the columns image, mask": "image\nx\n",
		"line 2: ":                              strings.Join(pseudoColumns, ",") + "\na,b,heavy,,0,id,1\n",
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
		_, err = ReadPseudoTable(file, hashOf([]byte(text)))
		assert.ErrorContains(t, err, want)
	}
}

// With repeats, models of other times may label too if they held out the same images and more.
func TestRepeats(t *testing.T) {
	trace := func(fold int, train, validation []PseudoImage) PseudoTrace {
		return PseudoTrace{Fold: fold, Train: train, Validation: validation}
	}
	seen := TracePseudo([]PseudoTrace{
		trace(0, images("c", "d"), images("a", "b")), trace(1, images("a", "b"), images("c", "d")),
		trace(2, images("d"), images("a", "b", "c")), trace(3, images("a", "b", "c"), images("d")),
	})
	assert.Equal(t, []int{0, 2}, Unbiased(seen, 4, 0))
	assert.Equal(t, []int{1}, Unbiased(seen, 4, 1))
	assert.Equal(t, []int{2}, Unbiased(seen, 4, 2))
	assert.Equal(t, []int{1, 3}, Unbiased(seen, 4, 3))
}
