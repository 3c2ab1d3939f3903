package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type innerSettings struct {
	Smooth float64 `yaml:"smooth"`
}

type outerSettings struct {
	innerSettings
	PosWeight Numbers `yaml:"pos_weight"`
}

// TestNumbersAndEmbeddedSettings decodes a number where a list may be, and settings that a struct has from another.
func TestNumbersAndEmbeddedSettings(t *testing.T) {
	for text, want := range map[string]Numbers{
		"{pos_weight: 2, smooth: 0.5}":      {2},
		"{pos_weight: [1, 3], smooth: 0.5}": {1, 3},
		"{pos_weight: ~, smooth: 0.5}":      nil,
	} {
		got := outerSettings{PosWeight: Numbers{7}}
		require.NoError(t, parse(t, "loss: [{dice: "+text+"}]").Loss[0].Decode(&got), text)
		assert.Equal(t, outerSettings{innerSettings{0.5}, want}, got)
	}
	for text, want := range map[string]string{
		"{pos_weight: a}":      `loss.dice.pos_weight: wants a number, not "a"`,
		"{pos_weight: {a: 1}}": "loss.dice.pos_weight: wants a number or a list of numbers, not a mapping",
		"{smoth: 1}":           `loss.dice.smoth: unknown key; did you mean "smooth"? allowed: smooth, pos_weight`,
	} {
		assert.ErrorContains(t, parse(t, "loss: [{dice: "+text+"}]").Loss[0].Decode(&outerSettings{}), want)
	}
}
