package workflow

import (
	"fmt"
	"slices"

	"tessera/nn/encoder"
	"tessera/segtrain/augment"
	"tessera/segtrain/config"
	"tessera/segtrain/weights"
)

// What the packages below know by name becomes a choice of the configuration.
func init() {
	registerLosses()
	config.Register("augment",
		transform("HorizontalFlip", "mirror left and right"),
		transform("VerticalFlip", "mirror top and bottom"),
		transform("Affine", "scale, turn, shear and shift about the center"))
	for _, name := range weights.Names() {
		config.Register("model.encoder_weights", config.Choice{
			Name: name, Doc: fmt.Sprintf("for %d encoders; see `segtrain weights list`", weights.Count(name)),
		})
	}
	registerArchitectures()
	for _, name := range encoder.Names() {
		if !slices.Contains(config.Choices("model.encoder"), name) {
			config.Register("model.encoder", config.Choice{Name: name, Doc: "as in segmentation_models_pytorch"})
		}
	}
}

// transform returns a transform of package augment as a choice.
func transform(name, doc string) config.Choice {
	return config.Choice{Name: name, Doc: doc, Settings: func() any { return augment.Defaults(name) }}
}
