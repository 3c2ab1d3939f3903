package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestViews reads every form, and writes one that reads the same.
func TestViews(t *testing.T) {
	for text, want := range map[string]Views{
		"d4": {"d4"}, "[]": nil, "": nil, "[hflip, vflip]": {"hflip", "vflip"}, "scale=0.75:1.25": {"scale=0.75:1.25"},
		"[hflip, {scale: [0.75, 1, 1.25]}, {gamma: 0.8}]": {"hflip", "scale=0.75:1:1.25", "gamma=0.8"},
	} {
		c := parse(t, "predict: {tta: "+text+"}")
		assert.Equal(t, want, c.Predict.TTA, text)
		again, err := Parse("r", c.Marshal())
		require.NoError(t, err)
		assert.Equal(t, want, again.Predict.TTA, text)
		set := parse(t, "")
		require.NoError(t, set.Set("predict.tta="+text))
		assert.Equal(t, want, set.Predict.TTA, text)
	}
	checkMistakes(t, []mistake{
		{"predict: {tta: [{scale: [a]}]}", `r:1:26: predict.tta.0.scale.0: wants a number, not "a"`},
		{"predict: {tta: [{scale: 1, gamma: 2}]}", "r:1:17: predict.tta.0: wants a name, or {name: numbers}"},
		{"predict: {tta: [1]}", "r:1:17: predict.tta.0: wants a mapping, not 1"},
		{"predict: {tile: 512}", "r:1:17: predict.tile: wants 2 whole numbers, not 512"},
		{"predict: {tile: [512, 8]}", "r:1:23: predict.tile.1: 8 is out of range; allowed: 32 or more"},
		{"data: {tiles: {size: [64, 48]}}", "r:1:22: data.tiles.size: [64 48] has other proportions than data.size, which is [96 96]"},
		{"data: {tiles: {foreground: some}}", "r:1:28: data.tiles.foreground: no \"some\"; there are: all, only, share"},
		{"predict: {overlap: 1}", "r:1:20: predict.overlap: 1 is out of range; allowed: 0 to 0.9"},
		{"predict: {merge: max}", "r:1:18: predict.merge: no \"max\"; did you mean \"mean\"? there are: mean, gmean, logits"},
	})
}
