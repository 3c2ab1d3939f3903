package config

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type diceSettings struct {
	Weight  float64 `yaml:"weight"`
	Smooth  float64 `yaml:"smooth"`
	Classes []int   `yaml:"classes"`
	Range   [2]int  `yaml:"range"`
	Log     bool    `yaml:"log"`
	Inner   struct {
		A int `yaml:"a"`
	} `yaml:"inner"`
	hidden int //lint:ignore U1000 decoding must pass over it
}

func (s *diceSettings) Check() error {
	if s.Weight < 0 {
		return errors.New("weight is negative")
	}
	return nil
}

func TestPartDecode(t *testing.T) {
	c := parse(t, "loss: [{dice: {smooth: 1e-5, classes: [1, 2], range: [3, 4], log: true, inner: {a: 7}}}]")
	got := diceSettings{Weight: 1}
	require.NoError(t, c.Loss[0].Decode(&got))
	want := diceSettings{Weight: 1, Smooth: 1e-5, Classes: []int{1, 2}, Range: [2]int{3, 4}, Log: true}
	want.Inner.A = 7
	assert.Equal(t, want, got)
}

func TestPartDecodeMistakes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"loss:\n- dice: {wieght: 1, log: 1}", "r:2:10: loss.dice.wieght: unknown key; did you mean \"weight\"? " +
			"allowed: weight, smooth, classes, range, log, inner\n" +
			"r:2:21: loss.dice.log: wants true or false, not 1"},
		{"loss: {dice: {weight: heavy}}", "r:1:15: loss.dice.weight: wants a number, not \"heavy\""},
		{"loss: {dice: {inner: {b: 1}}}", "r:1:23: loss.dice.inner.b: unknown key; allowed: a"},
		{"loss: {dice: {weight: -1}}", "r:1:8: loss.dice: weight is negative"},
	} {
		cfg, err := Parse("r", []byte(c.text))
		require.NoError(t, err)
		assert.EqualError(t, cfg.Loss[0].Decode(&diceSettings{}), c.want)
	}
	code := Part{Name: "dice", Settings: map[string]any{"weight": "heavy"}}
	assert.EqualError(t, code.Decode(&diceSettings{}), "dice.weight: wants a number, not \"heavy\"")
	assert.Panics(t, func() { _ = code.Decode(diceSettings{}) })
}

func TestRegister(t *testing.T) {
	before := slices.Clone(choices["loss"])
	t.Cleanup(func() { choices["loss"] = before })
	Register("loss",
		Choice{Name: "focal", Doc: "focal loss"},
		Choice{Name: "dice", Doc: "Dice", Settings: func() any { return &diceSettings{Weight: 2} }})
	assert.Equal(t, []string{"cross_entropy", "dice", "focal"}, Choices("loss"))
	parse(t, "loss: [focal]")
	_, err := Parse("r", []byte("loss: [{dice: {smoth: 1}}]\ntrain: {batch: 0}"))
	assert.EqualError(t, err, "r:1:16: loss.dice.smoth: unknown key; did you mean \"smooth\"? "+
		"allowed: weight, smooth, classes, range, log, inner\n"+
		"r:2:16: train.batch: 0 is out of range; allowed: 1 or more")
	assert.Contains(t, Reference(), "- `dice`: Dice; settings `weight: 2`, `smooth: 0`, ")
	assert.Panics(t, func() { Register("lossy", Choice{Name: "x"}) })
}
