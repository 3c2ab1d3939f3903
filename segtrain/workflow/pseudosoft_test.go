package workflow

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
	"tessera/segtrain/refine"
	"tessera/segtrain/train"
)

// labelSoft is label with soft labels.
func (s pseudoSetup) labelSoft(t *testing.T) *PseudoResult {
	t.Helper()
	po := PseudoOptions{Inputs: []string{s.images}, Out: s.pseudo, Threshold: 0.2, Soft: true}
	r, err := PseudoLabel(context.Background(), s.cv, po, Options{})
	require.NoError(t, err)
	return r
}

// Soft labels are what the models of a set say together, and the hard ones beside them are those of every set.
func testSoftPseudoLabels(t *testing.T, s pseudoSetup) {
	r := s.labelSoft(t)
	assert.True(t, r.Soft)
	m, _, err := refine.ReadPseudo(s.pseudo)
	require.NoError(t, err)
	assert.True(t, m.Soft)
	_, probabilities := memberProbabilities(t, s)
	index := raster.MaskCode{Coding: raster.IndexCode, Classes: 256, Ignore: -1}
	for _, set := range r.Sets {
		dir := filepath.Join(s.pseudo, set.Name)
		list, err := refine.ReadPseudoTable(filepath.Join(dir, refine.PseudoTable), set.SHA256)
		require.NoError(t, err)
		two, kept := 0.0, 0.0
		for _, line := range list {
			var members []*raster.Float
			for _, fold := range set.Members {
				members = append(members, probabilities[fold][line.ID])
			}
			want := refine.NewPseudoLabel(members, m.Rule)
			second, share := want.Soft()
			file1, file2 := refine.SoftFiles(dir, line.ID)
			for file, mask := range map[string]*raster.Mask{line.Mask: want.Mask, file1: second, file2: share} {
				got, err := raster.ReadMask(file, index)
				require.NoError(t, err)
				require.Equal(t, mask, got, file)
			}
			two, kept = two+want.TopTwo, kept+want.Kept*32*32
		}
		assert.InDelta(t, two/kept, set.TopTwo, 1e-9)
		assert.Greater(t, set.TopTwo, 2.0/6)
		assert.Less(t, set.TopTwo, 1.0)
	}
}

// A run on soft labels ends in the same bits when it was interrupted, and in others than one on the hard labels of the same set.
func testTrainingWithSoftPseudoLabels(t *testing.T, s pseudoSetup) {
	s.labelSoft(t)
	hard := []string{"pseudo.manifest=" + s.pseudo, "pseudo.rate=0.5", "train.epochs=3", "mix=[CutMix]",
		"augment=[HorizontalFlip, {Affine: {rotate: [-30, 30], p: 1}}]"}
	soft := append(hard, "pseudo.soft=true")
	run := func(name string, settings []string) string {
		out := filepath.Join(s.dir, name)
		_, err := CrossValidate(context.Background(), s.config(t, out, settings...), Options{})
		require.NoError(t, err)
		return out
	}
	whole, plain := run("whole", soft), run("hard", hard)
	ctx, cancel := context.WithCancel(context.Background())
	parts := filepath.Join(s.dir, "parts")
	_, err := CrossValidate(ctx, s.config(t, parts, soft...), Options{Progress: &canceller{run: 1, step: 2, cancel: cancel}})
	require.ErrorIs(t, err, train.ErrInterrupted)
	run("parts", append(soft, "threads=2"))
	a, b, without := kept(t, whole), kept(t, parts), kept(t, plain)
	for name := range a {
		assert.Equal(t, a[name], b[name], name)
	}
	assert.NotEqual(t, without["fold0/last.safetensors"], a["fold0/last.safetensors"])

	// The guard is that of hard labels.
	_, err = CrossValidate(context.Background(), s.config(t, filepath.Join(s.dir, "leak"), append(soft, "data.split.seed=2")...), Options{})
	assert.ErrorContains(t, err, "the models that made set all have seen")
}

// What the network saw of a soft label is written with both classes.
func testReplayOfSoftPseudoLabels(t *testing.T, s pseudoSetup) {
	s.labelSoft(t)
	cfg := s.config(t, "", "pseudo.manifest="+s.pseudo, "pseudo.rate=0.9", "pseudo.soft=true")
	var r *Replayed
	for epoch := 1; r == nil; epoch++ {
		require.Less(t, epoch, 10)
		r, _ = ReplayAugment(cfg, epoch, "new14", s.dir)
	}
	assert.Nil(t, r.Share)
	for _, file := range []string{r.Mask, r.Mixed, r.Shares} {
		assert.FileExists(t, file)
	}
}

func testSoftPseudoLabelMistakes(t *testing.T, s pseudoSetup) {
	s.label(t, s.cv, s.pseudo)
	out := filepath.Join(s.dir, "run")
	_, err := Train(context.Background(), s.config(t, out, "pseudo.manifest="+s.pseudo, "pseudo.soft=true"), Options{})
	assert.ErrorContains(t, err, "pseudo.soft: "+s.pseudo+" has hard labels; for soft ones make them with segtrain pseudo --soft")
	assert.NoDirExists(t, out)
}
