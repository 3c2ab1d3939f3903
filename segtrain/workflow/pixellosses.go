package workflow

import (
	"errors"
	"slices"

	"tessera/autograd"
	"tessera/nn/loss"
	"tessera/segtrain/config"
)

// crossEntropySettings are the settings of the loss cross_entropy.
type crossEntropySettings struct {
	Weight    float64   `yaml:"weight"`    // of this term in the sum
	Smoothing float64   `yaml:"smoothing"` // share of the target spread over all classes
	Weights   []float64 `yaml:"weights"`   // of the classes; empty: 1 each
}

// Check reports a setting out of range.
func (s *crossEntropySettings) Check() error {
	return errors.Join(checkSmoothing(s.Smoothing), checkEach("weights", s.Weights), checkWeight(s.Weight))
}

func (s *crossEntropySettings) share() float64 { return s.Weight }

func (s *crossEntropySettings) build(ignore, classes int) (loss.Loss, error) {
	weights, err := classWeights("weights", s.Weights, classes)
	return loss.CrossEntropy{Ignore: ignore, Smoothing: s.Smoothing, Weights: weights}, err
}

// hardSettings are the settings of the losses ohem_cross_entropy and topk_cross_entropy.
type hardSettings struct {
	Weight    float64   `yaml:"weight"`    // of this term in the sum
	Keep      float64   `yaml:"keep"`      // share of the pixels kept at least
	Threshold float64   `yaml:"threshold"` // probability below which a pixel is kept in any case
	Smoothing float64   `yaml:"smoothing"` // share of the target spread over all classes
	Weights   []float64 `yaml:"weights"`   // of the classes; empty: 1 each
}

// Check reports a setting out of range.
func (s *hardSettings) Check() error {
	return errors.Join(
		out(s.Keep >= 0 && s.Keep <= 1, "keep", s.Keep, "0 to 1"),
		out(s.Threshold >= 0 && s.Threshold <= 1, "threshold", s.Threshold, "0 to 1"),
		checkSmoothing(s.Smoothing), checkEach("weights", s.Weights), checkWeight(s.Weight))
}

func (s *hardSettings) share() float64 { return s.Weight }

func (s *hardSettings) build(ignore, classes int) (loss.Loss, error) {
	weights, err := classWeights("weights", s.Weights, classes)
	if ignore == autograd.NoIgnore && classes > 255 {
		err = errors.Join(err, errors.New("wants at most 255 classes, unless data.ignore is one of them"))
	}
	return loss.HardCrossEntropy{HardOptions: autograd.HardOptions{
		Ignore: ignore, Keep: s.Keep, Threshold: s.Threshold, Smoothing: float32(s.Smoothing), Weights: weights,
	}}, err
}

// bceSettings are the settings of the loss bce.
type bceSettings struct {
	Weight    float64        `yaml:"weight"`     // of this term in the sum
	Smoothing float64        `yaml:"smoothing"`  // what is there counts as 1 less this, what is not as this
	PosWeight config.Numbers `yaml:"pos_weight"` // of what is there: one for all classes, or one each; empty: 1
	Weights   []float64      `yaml:"weights"`    // of the classes; empty: 1 each
}

// Check reports a setting out of range.
func (s *bceSettings) Check() error {
	return errors.Join(out(s.Smoothing >= 0 && s.Smoothing < 0.5, "smoothing", s.Smoothing, "0 or more and below 0.5"),
		checkEach("pos_weight", s.PosWeight), checkEach("weights", s.Weights), checkWeight(s.Weight))
}

func (s *bceSettings) share() float64 { return s.Weight }

func (s *bceSettings) build(ignore, classes int) (loss.Loss, error) {
	if len(s.PosWeight) == 1 {
		s.PosWeight = slices.Repeat(s.PosWeight, classes)
	}
	positive, err := classWeights("pos_weight", s.PosWeight, classes)
	weights, err2 := classWeights("weights", s.Weights, classes)
	return loss.BCE{Ignore: ignore, Smoothing: s.Smoothing, PosWeight: positive, Weights: weights}, errors.Join(err, err2)
}

// focalSettings are the settings of the loss focal.
type focalSettings struct {
	Weight    float64   `yaml:"weight"`            // of this term in the sum
	Gamma     float64   `yaml:"gamma"`             // 0: cross-entropy
	OneVsRest bool      `yaml:"one_vs_rest"`       // each class against the rest, as segmentation_models_pytorch has it
	Alpha     *float64  `yaml:"alpha"`             // weight of what is there, 1-alpha of the rest, with one_vs_rest; null: none
	Reduced   *float64  `yaml:"reduced_threshold"` // probability of what is right below which it counts in full, with one_vs_rest; null: none
	Weights   []float64 `yaml:"weights"`           // of the classes; empty: 1 each
}

// Check reports a setting out of range.
func (s *focalSettings) Check() error {
	var alpha error
	switch {
	case s.Alpha == nil:
	case !s.OneVsRest:
		alpha = errors.New("alpha: is for one_vs_rest; weights are for the softmax")
	default:
		alpha = out(*s.Alpha >= 0 && *s.Alpha <= 1, "alpha", *s.Alpha, "0 to 1, or null")
	}
	var reduced error
	switch {
	case s.Reduced == nil:
	case !s.OneVsRest:
		reduced = errors.New("reduced_threshold: is for one_vs_rest")
	default:
		reduced = out(*s.Reduced > 0 && *s.Reduced < 1, "reduced_threshold", *s.Reduced, "above 0 and below 1, or null")
	}
	return errors.Join(checkNotNegative("gamma", s.Gamma), alpha, reduced, checkEach("weights", s.Weights), checkWeight(s.Weight))
}

func (s *focalSettings) share() float64 { return s.Weight }

func (s *focalSettings) build(ignore, classes int) (loss.Loss, error) {
	weights, err := classWeights("weights", s.Weights, classes)
	l := loss.Focal{Ignore: ignore, Gamma: s.Gamma, OneVsRest: s.OneVsRest, Weights: weights}
	if s.Alpha != nil {
		l.Alpha = new(float32(*s.Alpha))
	}
	if s.Reduced != nil {
		l.Reduced = float32(*s.Reduced)
	}
	return l, err
}
