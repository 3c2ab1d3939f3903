package workflow

import (
	"errors"

	"tessera/autograd"
	"tessera/nn/loss"
)

// diceCESettings are the settings of the loss dice_ce.
type diceCESettings struct {
	Weight     float64   `yaml:"weight"`      // of this term in the sum
	DiceWeight float64   `yaml:"dice_weight"` // of dice within it
	CEWeight   float64   `yaml:"ce_weight"`   // of cross_entropy within it
	Smooth     float64   `yaml:"smooth"`      // of dice
	Smoothing  float64   `yaml:"smoothing"`   // of cross_entropy
	Weights    []float64 `yaml:"weights"`     // of the classes, in both; empty: 1 each
}

// Check reports a setting out of range.
func (s *diceCESettings) Check() error {
	return errors.Join(checkShare("dice_weight", s.DiceWeight), checkShare("ce_weight", s.CEWeight),
		checkNotNegative("smooth", s.Smooth), checkSmoothing(s.Smoothing), checkEach("weights", s.Weights),
		checkWeight(s.Weight))
}

func (s *diceCESettings) share() float64 { return s.Weight }

func (s *diceCESettings) build(ignore, classes int) (loss.Loss, error) {
	weights, err := classWeights("weights", s.Weights, classes)
	return loss.Sum{
		Losses: []loss.Loss{
			loss.Dice{RegionOptions: autograd.RegionOptions{Ignore: ignore, Smooth: s.Smooth, Weights: weights}},
			loss.CrossEntropy{Ignore: ignore, Smoothing: s.Smoothing, Weights: weights},
		},
		Weights: []float32{float32(s.DiceWeight), float32(s.CEWeight)},
	}, err
}

// diceFocalSettings are the settings of the loss dice_focal.
type diceFocalSettings struct {
	Weight      float64   `yaml:"weight"`       // of this term in the sum
	DiceWeight  float64   `yaml:"dice_weight"`  // of dice within it
	FocalWeight float64   `yaml:"focal_weight"` // of focal within it
	Smooth      float64   `yaml:"smooth"`       // of dice
	Gamma       float64   `yaml:"gamma"`        // of focal
	OneVsRest   bool      `yaml:"one_vs_rest"`  // of focal
	Weights     []float64 `yaml:"weights"`      // of the classes, in both; empty: 1 each
}

// Check reports a setting out of range.
func (s *diceFocalSettings) Check() error {
	return errors.Join(checkShare("dice_weight", s.DiceWeight), checkShare("focal_weight", s.FocalWeight),
		checkNotNegative("smooth", s.Smooth), checkNotNegative("gamma", s.Gamma), checkEach("weights", s.Weights),
		checkWeight(s.Weight))
}

func (s *diceFocalSettings) share() float64 { return s.Weight }

func (s *diceFocalSettings) build(ignore, classes int) (loss.Loss, error) {
	weights, err := classWeights("weights", s.Weights, classes)
	return loss.Sum{
		Losses: []loss.Loss{
			loss.Dice{RegionOptions: autograd.RegionOptions{Ignore: ignore, Smooth: s.Smooth, Weights: weights}},
			loss.Focal{Ignore: ignore, Gamma: s.Gamma, OneVsRest: s.OneVsRest, Weights: weights},
		},
		Weights: []float32{float32(s.DiceWeight), float32(s.FocalWeight)},
	}, err
}
