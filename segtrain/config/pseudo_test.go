package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMistakesOfPseudoLabels(t *testing.T) {
	checkMistakes(t, []mistake{
		{"pseudo: {manifest: p}", "r:1:20: pseudo.manifest: needs data.ignore: a value for pixels without a label, which no class has, such as 255"},
		{"data: {ignore: 255}\npseudo: {manifest: p, rate: 1}", "r:2:29: pseudo.rate: 1 is out of range; allowed: above 0 and below 1"},
		{"data: {ignore: 255}\npseudo: {manifest: p, sampling: random}", `r:2:33: pseudo.sampling: no "random"; there are: uniform, weight`},
		{"data: {ignore: 255}\npseudo: {manifest: p, start_epoch: 8}", "r:2:36: pseudo.start_epoch: 8 is after the run of 8 epochs"},
		{"data: {ignore: 255}\nmodel: {aux: {weight: 1}}\npseudo: {manifest: p}", "r:3:20: pseudo.manifest: leaves pixels out, " +
			"and a classification head would learn that what they show is not there; allowed: model.aux.weight 0"},
		{"task: binary\ndata: {kind: folders, images: i, masks: m, classes: [x]}\npseudo: {manifest: p}",
			"r:3:20: pseudo.manifest: needs data.ignore: a value for pixels without a label, which no class has, such as 255"},
	})
}

// Labels are compared by what lies there, so a hash does not depend on what their folder is called.
func TestHashLeavesOutThePathOfPseudoLabels(t *testing.T) {
	hash := func(text string) string {
		c, err := Parse("r", []byte("data: {ignore: 255}\n"+text))
		require.NoError(t, err)
		return c.Hash()
	}
	assert.Equal(t, hash("pseudo: {manifest: a}"), hash("pseudo: {manifest: b}"))
	assert.NotEqual(t, hash("pseudo: {manifest: a}"), hash(""))
	assert.NotEqual(t, hash("pseudo: {manifest: a}"), hash("pseudo: {manifest: a, rate: 0.25}"))
}
