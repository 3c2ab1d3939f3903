package workflow

import (
	"errors"

	"tessera/nn/loss"
)

// generalizedSettings are the settings of the loss generalized_cross_entropy.
type generalizedSettings struct {
	Weight  float64   `yaml:"weight"`  // of this term in the sum
	Q       float64   `yaml:"q"`       // near 0: cross-entropy; 1: mean absolute error
	Weights []float64 `yaml:"weights"` // of the classes; empty: 1 each
}

// Check reports a setting out of range.
func (s *generalizedSettings) Check() error {
	return errors.Join(out(s.Q >= 0.01 && s.Q <= 1, "q", s.Q, "0.01 to 1"), checkEach("weights", s.Weights), checkWeight(s.Weight))
}

func (s *generalizedSettings) share() float64 { return s.Weight }

func (s *generalizedSettings) build(ignore, classes int) (loss.Loss, error) {
	weights, err := classWeights("weights", s.Weights, classes)
	return loss.GeneralizedCrossEntropy{Ignore: ignore, Q: s.Q, Weights: weights}, err
}

// symmetricSettings are the settings of the loss symmetric_cross_entropy.
type symmetricSettings struct {
	Weight  float64   `yaml:"weight"`   // of this term in the sum
	Alpha   float64   `yaml:"alpha"`    // of cross-entropy
	Beta    float64   `yaml:"beta"`     // of cross-entropy with label and prediction exchanged
	LogZero float64   `yaml:"log_zero"` // what -ln 0 is taken for in the latter
	Weights []float64 `yaml:"weights"`  // of the classes; empty: 1 each
}

// Check reports a setting out of range.
func (s *symmetricSettings) Check() error {
	return errors.Join(checkNotNegative("alpha", s.Alpha), checkNotNegative("beta", s.Beta),
		out(s.LogZero > 0 && s.LogZero <= 100, "log_zero", s.LogZero, "above 0 to 100"),
		out(s.Alpha+s.Beta > 0, "alpha", s.Alpha, "above 0 where beta is 0"), checkEach("weights", s.Weights), checkWeight(s.Weight))
}

func (s *symmetricSettings) share() float64 { return s.Weight }

func (s *symmetricSettings) build(ignore, classes int) (loss.Loss, error) {
	weights, err := classWeights("weights", s.Weights, classes)
	return loss.SymmetricCrossEntropy{Ignore: ignore, Alpha: s.Alpha, Beta: s.Beta, LogZero: s.LogZero, Weights: weights}, err
}

// bootstrappedSettings are the settings of the loss bootstrapped_cross_entropy.
type bootstrappedSettings struct {
	Weight  float64   `yaml:"weight"`  // of this term in the sum
	Beta    float64   `yaml:"beta"`    // share of the label in the target; the rest is what the model says itself
	Hard    bool      `yaml:"hard"`    // which is its class then, not its probabilities
	Weights []float64 `yaml:"weights"` // of the classes; empty: 1 each
}

// Check reports a setting out of range.
func (s *bootstrappedSettings) Check() error {
	return errors.Join(out(s.Beta > 0 && s.Beta <= 1, "beta", s.Beta, "above 0 to 1"), checkEach("weights", s.Weights), checkWeight(s.Weight))
}

func (s *bootstrappedSettings) share() float64 { return s.Weight }

func (s *bootstrappedSettings) build(ignore, classes int) (loss.Loss, error) {
	weights, err := classWeights("weights", s.Weights, classes)
	return loss.BootstrappedCrossEntropy{Ignore: ignore, Beta: s.Beta, Hard: s.Hard, Weights: weights}, err
}
