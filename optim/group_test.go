package optim

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/tensor"
)

func TestGrouping(t *testing.T) {
	names := []string{
		"encoder._conv_stem.weight", "encoder._bn0.weight", "encoder._bn0.bias",
		"encoder._blocks.0._dw.weight", "encoder._blocks.0._bn.weight", "encoder._blocks.1._dw.weight",
		"encoder.layer1.0.conv1.weight", "encoder.layer1.1.conv1.weight", "encoder._conv_head.weight",
		"decoder.blocks.0.conv1.0.weight", "segmentation_head.0.bias",
	}
	var params []*autograd.Param
	for i, name := range names {
		p := autograd.NewParam("C", tensor.Dims(3))
		if i == 0 || i == 3 || i >= 5 && i < 10 {
			p = autograd.NewParam("IO", tensor.Dims(3, 3))
		}
		p.Name = name
		params = append(params, p)
	}
	for _, f := range DefaultGrouping.Factors(params) {
		assert.Equal(t, Factors{Rate: 1, Decay: 1}, f)
	}
	g := Grouping{EncoderRate: 0.5, LayerDecay: 0.5, DecayVectors: false}
	want := [][2]float64{
		{1. / 64, 1}, {1. / 64, 0}, {1. / 64, 0}, // the stem
		{1. / 32, 1}, {1. / 32, 0}, {1. / 16, 1}, {1. / 8, 1}, {1. / 4, 1}, {1. / 4, 1},
		{1, 1}, {1, 0},
	}
	for i, f := range g.Factors(params) {
		assert.Equal(t, Factors{Rate: want[i][0], Decay: want[i][1]}, f, names[i])
	}
	g.EncoderFrom = 5
	for i, f := range g.Factors(params) {
		assert.Equal(t, i < 9, f.From == 5, names[i])
	}
}

// TestFactorsReachEveryOptimizer compares a parameter with factors with one alone at their settings.
func TestFactorsReachEveryOptimizer(t *testing.T) {
	const decay = 0.1
	adam := AdamOptions{Beta1: 0.9, Beta2: 0.99, Eps: 1e-8}
	for name, make := range map[string]func(p []*autograd.Param, decay float64) Optimizer{
		"adamw": func(p []*autograd.Param, d float64) Optimizer { return NewAdamW(p, AdamWOptions{0.9, 0.99, 1e-8, d}) },
		"sgd":   func(p []*autograd.Param, d float64) Optimizer { return NewSGD(p, SGDOptions{Decay: d}) },
		"adam": func(p []*autograd.Param, d float64) Optimizer {
			adam.Decay = d
			return NewAdam(p, adam)
		},
		"adamp": func(p []*autograd.Param, d float64) Optimizer {
			return NewAdamP(p, AdamPOptions{Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, Decay: d})
		},
		"lion": func(p []*autograd.Param, d float64) Optimizer { return NewLion(p, LionOptions{0.9, 0.99, d}) },
	} {
		grouped, slow, still := manyParams()[:2], manyParams()[:1], manyParams()[1:2]
		opt := make(grouped, decay).(interface {
			Optimizer
			Group([]Factors)
		})
		opt.Group([]Factors{{Rate: 0.5, Decay: 1}, {Rate: 1, Decay: 0}})
		a, b := make(slow, decay), make(still, 0)
		for k := range uint64(3) {
			step(opt, grouped, k)
			fillGrad(slow[0], k)
			a.Step(0.5e-2, 1)
			fillGrad(still[0], k+10)
			b.Step(1e-2, 1)
		}
		assert.Equal(t, slow[0].Value.Data, grouped[0].Value.Data, "%s: half the rate", name)
		assert.Equal(t, still[0].Value.Data, grouped[1].Value.Data, "%s: no decay", name)
		assert.Panics(t, func() { opt.Group(nil) })
	}
}

// TestParametersThatBeginLater compares parameters that begin to learn after four steps with those of an optimizer that was
// made then, at the rest of the steps.
func TestParametersThatBeginLater(t *testing.T) {
	const from = 4
	for name, make := range makers {
		late, fresh := manyParams(), manyParams()
		opt := make(late)
		grouped, ok := opt.(interface{ Group([]Factors) })
		if !ok {
			continue // a Lookahead has its optimizer's
		}
		factors := DefaultGrouping.Factors(late)
		factors[1].From = from
		grouped.Group(factors)
		alone := make(fresh[1:2])
		before := slices.Clone(late[1].Value.Data)
		for k := range uint64(10) {
			if k < from { // nothing of what waits has a gradient
				fillGrad(late[0], k)
				opt.Step(1e-2, 1)
				require.Equal(t, before, late[1].Value.Data, name)
				continue
			}
			step(opt, late[:2], k)
			fillGrad(fresh[1], k+10)
			alone.Step(1e-2, 1)
		}
		assert.Equal(t, fresh[1].Value.Data, late[1].Value.Data, name)
	}
}
