package config

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type descent struct {
	Momentum float64 `yaml:"momentum"`
	Nesterov bool    `yaml:"nesterov"`
}

func (d *descent) Check() error {
	if d.Nesterov && d.Momentum == 0 {
		return errors.New("nesterov wants momentum")
	}
	return nil
}

type moments struct {
	Betas [2]float64 `yaml:"betas"`
	Eps   float64    `yaml:"eps"`
}

// withVariants makes two algorithms known for a test.
func withVariants(t *testing.T) {
	t.Helper()
	before := choices["optim.name"]
	t.Cleanup(func() { choices["optim.name"] = before })
	Register("optim.name",
		Choice{Name: "sgd", Settings: func() any { return &descent{Momentum: 0.5} }},
		Choice{Name: "adamw", Settings: func() any { return &moments{Betas: [2]float64{0.9, 0.999}, Eps: 1e-8} }})
}

func TestSettings(t *testing.T) {
	assert.Nil(t, parse(t, "").Settings("optim.name"), "nothing is known of it")
	withVariants(t)
	assert.Equal(t, &moments{[2]float64{0.9, 0.999}, 1e-8}, parse(t, "").Settings("optim.name"))
	c := parse(t, "optim: {name: sgd, nesterov: true}", "optim.momentum=0.75")
	assert.Equal(t, &descent{0.75, true}, c.Settings("optim.name"))
}

func TestMistakesOfVariants(t *testing.T) {
	withVariants(t)
	checkMistakes(t, []mistake{
		{"optim: {momentum: 0.9}", "r:1:19: optim.momentum: is no setting of adamw; it has betas, eps"},
		{"optim: {name: sgd, betas: [0, 0], eps: 1}",
			"r:1:27: optim.betas: is no setting of sgd; it has momentum, nesterov\n" +
				"r:1:40: optim.eps: is no setting of sgd; it has momentum, nesterov"},
		{"optim: {name: sgd, momentum: 0, nesterov: true}", "r:1:15: optim.name: nesterov wants momentum"},
		{"optim: {name: sgdd, eps: 1}", `r:1:15: optim.name: no "sgdd"; did you mean "sgd"? there are: adamw, sgd`},
		{"optim: {name: sgd, momentum: 2, nesterov: true}",
			"r:1:30: optim.momentum: 2 is out of range; allowed: 0 or more and below 1"},
	})
}

func TestMarshalOfVariants(t *testing.T) {
	withVariants(t)
	c := parse(t, "optim: {name: sgd, nesterov: true}")
	text := string(c.Marshal())
	assert.NotContains(t, text, "  betas:", "adamw's")
	assert.Regexp(t, `(?m)^  momentum: null +# decay of the velocity; null: 0.5$`, text)
	assert.Regexp(t, `(?m)^  nesterov: true +# look ahead along the velocity$`, text)
	assert.Contains(t, text, "  dampening: null", "no algorithm is known to have it")
	back, err := Parse("x", []byte(text))
	require.NoError(t, err)
	assert.Equal(t, c.Settings("optim.name"), back.Settings("optim.name"))
}
