package config

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// span is a setting that is a number or two.
type span [2]float64

func (s *span) UnmarshalYAML(decode func(any) error) error {
	var one float64
	if decode(&one) == nil {
		*s = span{one, one}
		return nil
	}
	var both []float64
	if err := decode(&both); err != nil {
		return err
	}
	if len(both) != 2 {
		return errors.New("wants a number or two")
	}
	*s = span(both)
	return nil
}

// later keeps the way to decode a setting.
type later struct{ decode func(any) error }

func (l *later) UnmarshalYAML(decode func(any) error) error {
	l.decode = decode
	return nil
}

// named is a setting that is a map from names.
type named map[string]later

func (n *named) UnmarshalYAML(decode func(any) error) error { return decode((*map[string]later)(n)) }

func TestSettingsThatReadThemselves(t *testing.T) {
	var s struct {
		One span  `yaml:"one"`
		Two span  `yaml:"two"`
		Map named `yaml:"map"`
	}
	p := Part{Name: "part", Settings: map[string]any{"one": 3, "two": []any{1, 2.5}, "map": map[string]any{"x": 7}}}
	require.NoError(t, p.Decode(&s))
	assert.Equal(t, span{3, 3}, s.One)
	assert.Equal(t, span{1, 2.5}, s.Two)
	var x int
	require.NoError(t, s.Map["x"].decode(&x))
	assert.Equal(t, 7, x)

	p.Settings = map[string]any{"one": []any{1, 2, 3}}
	assert.EqualError(t, p.Decode(&s), "part.one: wants a number or two")
	p.Settings = map[string]any{"one": []any{"a"}}
	assert.EqualError(t, p.Decode(&s), `part.one.0: wants a number, not "a"`)
	p.Settings = map[string]any{"map": 1}
	assert.ErrorContains(t, p.Decode(&s), "part.map: wants a mapping, not 1")
}
