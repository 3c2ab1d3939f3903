package workflow

import (
	"errors"

	"tessera/autograd"
	"tessera/nn/loss"
)

// What is done with classes that do not occur in a batch.
const (
	emptySkip  = "skip"
	emptyCount = "count"
)

// regionSettings are the settings that losses of regions have in common.
type regionSettings struct {
	Weight  float64   `yaml:"weight"`   // of this term in the sum
	Smooth  float64   `yaml:"smooth"`   // added to numerator and denominator
	Eps     float64   `yaml:"eps"`      // least denominator, and least score that log_loss takes
	LogLoss bool      `yaml:"log_loss"` // -ln of the score, instead of 1 less the score
	Classes []int     `yaml:"classes"`  // that count; empty: all
	Weights []float64 `yaml:"weights"`  // of the classes; empty: 1 each
	Empty   string    `yaml:"empty"`    // classes that do not occur in a batch: skip, or count (smooth above 0)
}

// Check reports a setting out of range.
func (s *regionSettings) Check() error {
	empty := out(s.Empty == emptySkip || s.Empty == emptyCount, "empty", `"`+s.Empty+`"`, "skip, count")
	if s.Empty == emptyCount && !(s.Smooth > 0) {
		empty = errors.New("empty: count wants smooth above 0, or there is nothing to learn from a class that is absent")
	}
	return errors.Join(checkNotNegative("smooth", s.Smooth), out(s.Eps > 0, "eps", s.Eps, "above 0"), empty,
		checkEach("weights", s.Weights), checkWeight(s.Weight))
}

func (s *regionSettings) share() float64 { return s.Weight }

func (s *regionSettings) options(ignore, classes int) (autograd.RegionOptions, error) {
	weights, err := classWeights("weights", s.Weights, classes)
	return autograd.RegionOptions{
		Ignore: ignore, Smooth: s.Smooth, Eps: s.Eps, Log: s.LogLoss, Classes: s.Classes, Weights: weights,
		Empty: s.Empty == emptyCount,
	}, errors.Join(err, checkClasses(s.Classes, classes))
}

// diceSettings are the settings of the loss dice.
type diceSettings struct{ regionSettings }

func (s *diceSettings) build(ignore, classes int) (loss.Loss, error) {
	o, err := s.options(ignore, classes)
	return loss.Dice{RegionOptions: o}, err
}

// jaccardSettings are the settings of the loss jaccard.
type jaccardSettings struct{ regionSettings }

func (s *jaccardSettings) build(ignore, classes int) (loss.Loss, error) {
	o, err := s.options(ignore, classes)
	return loss.Jaccard{RegionOptions: o}, err
}

// tverskySettings are the settings of the losses tversky and focal_tversky.
type tverskySettings struct {
	regionSettings
	Alpha float64 `yaml:"alpha"` // weight of what is wrongly predicted
	Beta  float64 `yaml:"beta"`  // weight of what is missed
	Gamma float64 `yaml:"gamma"` // exponent of the mean over classes
}

func newTversky(alpha, beta, gamma float64) lossSettings {
	return &tverskySettings{regionSettings{Weight: 1, Eps: 1e-7, Empty: emptySkip}, alpha, beta, gamma}
}

// Check reports a setting out of range.
func (s *tverskySettings) Check() error {
	return errors.Join(checkNotNegative("alpha", s.Alpha), checkNotNegative("beta", s.Beta),
		out(s.Gamma > 0, "gamma", s.Gamma, "above 0"), s.regionSettings.Check())
}

func (s *tverskySettings) build(ignore, classes int) (loss.Loss, error) {
	o, err := s.options(ignore, classes)
	return loss.Tversky{TverskyOptions: autograd.TverskyOptions{
		RegionOptions: o, Alpha: s.Alpha, Beta: s.Beta, Gamma: s.Gamma,
	}}, err
}

// mccSettings are the settings of the loss mcc.
type mccSettings struct {
	Weight  float64   `yaml:"weight"`  // of this term in the sum
	Classes []int     `yaml:"classes"` // that count; empty: all
	Weights []float64 `yaml:"weights"` // of the classes; empty: 1 each
}

// Check reports a setting out of range.
func (s *mccSettings) Check() error {
	return errors.Join(checkEach("weights", s.Weights), checkWeight(s.Weight))
}

func (s *mccSettings) share() float64 { return s.Weight }

func (s *mccSettings) build(ignore, classes int) (loss.Loss, error) {
	weights, err := classWeights("weights", s.Weights, classes)
	return loss.MCC{RegionOptions: autograd.RegionOptions{Ignore: ignore, Classes: s.Classes, Weights: weights}},
		errors.Join(err, checkClasses(s.Classes, classes))
}

// lovaszSettings are the settings of the loss lovasz.
type lovaszSettings struct {
	Weight   float64 `yaml:"weight"`    // of this term in the sum
	PerImage bool    `yaml:"per_image"` // the mean over images, instead of the loss of the batch
}

// Check reports a setting out of range.
func (s *lovaszSettings) Check() error { return checkWeight(s.Weight) }

func (s *lovaszSettings) share() float64 { return s.Weight }

func (s *lovaszSettings) build(ignore, _ int) (loss.Loss, error) {
	return loss.Lovasz{Ignore: ignore, PerImage: s.PerImage}, nil
}

// boundarySettings are the settings of the loss boundary.
type boundarySettings struct {
	Weight  float64 `yaml:"weight"`  // of this term in the sum
	Classes []int   `yaml:"classes"` // that count; empty: all
}

// Check reports a setting out of range.
func (s *boundarySettings) Check() error { return checkWeight(s.Weight) }

func (s *boundarySettings) share() float64 { return s.Weight }

func (s *boundarySettings) build(ignore, classes int) (loss.Loss, error) {
	return loss.Boundary{Ignore: ignore, Classes: s.Classes}, checkClasses(s.Classes, classes)
}
