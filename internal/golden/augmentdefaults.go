package golden

import "encoding/json"

// AugmentDefaults is augment_defaults.json: the settings of every transform of Albumentations with their defaults, "required" where
// there is none.
type AugmentDefaults struct {
	Version    string                                `json:"version"`
	Transforms map[string]map[string]json.RawMessage `json:"transforms"`
}
