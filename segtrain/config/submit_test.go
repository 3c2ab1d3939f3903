package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSubmit(t *testing.T) {
	c, err := Parse("r", []byte(`
data: {classes: [sky, fish, bird]}
submit: {format: rle, rle: {order: rows, components: 8, empty_rows: false}, classes: [bird], size: [350, 525], extension: .jpg}
`))
	require.NoError(t, err)
	assert.Equal(t, []string{"bird"}, c.Submit.Classes)
	assert.Equal(t, &[2]int{350, 525}, c.Submit.Size)
	assert.Equal(t, "rows", *c.Submit.RLE.Order)
	again, err := Parse("again", c.Marshal())
	require.NoError(t, err)
	assert.Equal(t, c.Submit, again.Submit)
}

// How a submission looks changes no experiment.
func TestSubmitIsNoCondition(t *testing.T) {
	a, b := Default(), Default()
	require.NoError(t, b.Set("submit.extension=.jpg"))
	require.NoError(t, b.Set("submit.size=[3, 4]"))
	assert.Equal(t, a.Hash(), b.Hash())
	assert.Empty(t, a.Diff(&b))
}

func TestSubmitMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"submit: {format: csv}":             `submit.format: no "csv"`,
		"submit: {rle: {components: 5}}":    "submit.rle.components: 5 is out of range; allowed: 0, 4, 8",
		"submit: {rle: {base: 2}}":          "submit.rle.base: 2 is out of range; allowed: 0 to 1",
		"submit: {size: [0, 4]}":            "submit.size.0: 0 is out of range; allowed: 1 or more",
		"submit: {resize: linear}":          `submit.resize: no "linear"; there are: nearest, never`,
		"submit: {values: [0, 256]}":        "submit.values.1: 256 is out of range; allowed: 0 to 255",
		"submit: {classes: [cow]}":          `submit.classes.0: no class "cow"; there are: a, b`,
		"submit: {classes: [a, a]}":         `submit.classes.1: "a" is named twice`,
		"submit: {rle: {class_by: color}}":  `submit.rle.class_by: no "color"; there are: name, index, number`,
		"submit: {rle: {dialect: nowhere}}": `submit.rle.dialect: no "nowhere"`,
	} {
		_, err := Parse("r", []byte("data: {kind: folders, images: i, masks: m, classes: [a, b]}\n"+text))
		assert.ErrorContains(t, err, want, text)
	}
}
