package workflow

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"tessera/nn/encoder"
	"tessera/segtrain/augment"
	"tessera/segtrain/config"
)

// What the packages below know by name becomes a choice of the configuration.
func init() {
	config.Register("loss",
		config.Choice{
			Name: "cross_entropy", Doc: "cross-entropy of the softmax over classes",
			Settings: func() any { return &crossEntropySettings{Weight: 1} },
		},
		config.Choice{
			Name: "dice", Doc: "one minus the soft Dice coefficient, over the classes that occur in a batch",
			Settings: func() any { return &diceSettings{Weight: 1} },
		})
	config.Register("augment",
		transform("HorizontalFlip", "mirror left and right"),
		transform("VerticalFlip", "mirror top and bottom"),
		transform("Affine", "scale, turn and shift about the center"))
	registerArchitectures()
	for _, name := range encoder.Names() {
		if !slices.Contains(config.Choices("model.encoder"), name) {
			config.Register("model.encoder", config.Choice{Name: name, Doc: "as in segmentation_models_pytorch"})
		}
	}
}

// transform returns a transform of package augment as a choice. Its defaults must be valid.
func transform(name, doc string) config.Choice {
	return config.Choice{Name: name, Doc: doc, Settings: func() any {
		t, err := augment.New(name, nil)
		if err != nil {
			panic(fmt.Sprintf("workflow: defaults of %v", err))
		}
		p := reflect.New(reflect.TypeOf(t))
		p.Elem().Set(reflect.ValueOf(t))
		return p.Interface()
	}}
}

// crossEntropySettings are the settings of the loss cross_entropy.
type crossEntropySettings struct {
	Weight    float64   `yaml:"weight"`    // of this term in the sum
	Smoothing float64   `yaml:"smoothing"` // share of the target spread over all classes
	Weights   []float64 `yaml:"weights"`   // of the classes; empty: 1 each
}

// Check reports a setting out of range.
func (s *crossEntropySettings) Check() error {
	var errs []error
	if !(s.Smoothing >= 0 && s.Smoothing < 1) {
		errs = append(errs, fmt.Errorf("smoothing: %v is out of range; allowed: 0 or more and below 1", s.Smoothing))
	}
	for i, w := range s.Weights {
		if !(w >= 0) {
			errs = append(errs, fmt.Errorf("weights.%d: %v is out of range; allowed: 0 or more", i, w))
		}
	}
	return errors.Join(append(errs, checkWeight(s.Weight))...)
}

// diceSettings are the settings of the loss dice.
type diceSettings struct {
	Weight float64 `yaml:"weight"` // of this term in the sum
	Smooth float64 `yaml:"smooth"` // added to numerator and denominator
}

// Check reports a setting out of range.
func (s *diceSettings) Check() error {
	var smooth error
	if !(s.Smooth >= 0) {
		smooth = fmt.Errorf("smooth: %v is out of range; allowed: 0 or more", s.Smooth)
	}
	return errors.Join(smooth, checkWeight(s.Weight))
}

func checkWeight(w float64) error {
	if !(w > 0) || math.IsInf(w, 0) {
		return fmt.Errorf("weight: %v is out of range; allowed: above 0", w)
	}
	return nil
}
