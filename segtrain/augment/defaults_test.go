package augment

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/golden"
)

// absent are settings that transforms have there and not here, of one transform or of all.
var absent = []string{
	"interpolation", "mask_interpolation", "rotate_method", "area_for_downscale", "approximate", "keypoint_remapping_method",
	"Resize.p", "PadIfNeeded.p", "Equalize.mask", "Equalize.mask_params", "ToGray.num_output_channels", "GaussNoise.noise_scale_factor",
	"CropNonEmptyMaskIfExists.ignore_channels", "OneOrOther.first", "OneOrOther.second",
}

// other are settings with other defaults here, or of another form: border modes and interpolations have names, and what a border of
// a mask shows is the ignored class.
var other = []string{
	"border_mode", "ElasticTransform.alpha", "ElasticTransform.sigma", "GaussNoise.std_range", "ImageCompression.quality_range",
	"PadIfNeeded.min_height", "PadIfNeeded.min_width", "Downscale.interpolation_pair",
}

// ours are transforms that are not there.
var ours = []string{"ClassBalancedCrop", "Letterbox", "Scheduled"}

// TestDefaultsAreThoseOfAlbumentations holds names, settings and defaults to the golden, but for what docs/augmentation*.md tell.
func TestDefaultsAreThoseOfAlbumentations(t *testing.T) {
	var want golden.AugmentDefaults
	golden.Load(t, "augment_defaults.json", &want)
	require.Equal(t, "2.0.8", want.Version)
	var docs string
	for _, page := range []string{"augmentation", "augmentation-pixel"} {
		text, err := os.ReadFile("../../docs/" + page + ".md")
		require.NoError(t, err)
		docs += string(text)
	}
	listed := func(list []string, name, key string) bool {
		return slices.Contains(list, key) || slices.Contains(list, name+"."+key)
	}
	for _, name := range Names() {
		assert.True(t, strings.Contains(docs, name), "%s is in no document", name)
		theirs, ok := want.Transforms[name]
		require.Equal(t, !slices.Contains(ours, name), ok, name)
		text, err := yaml.Marshal(Defaults(name))
		require.NoError(t, err)
		have := map[string]any{}
		require.NoError(t, yaml.Unmarshal(text, &have))
		for key, value := range theirs {
			where := name + "." + key
			if _, ok := have[key]; !ok {
				assert.True(t, listed(absent, name, key), "%s is missing", where)
				continue
			}
			assert.False(t, listed(absent, name, key), "%s is there", where)
			if s := string(value); s == `"required"` || s == "null" || key == "fill_mask" || key == "fill" || key == "drop_value" {
				continue // a fill that is not written is black
			}
			changed := Defaults(name)
			err := yaml.UnmarshalWithOptions(fmt.Appendf(nil, "{%q: %s}", key, value), changed, yaml.Strict())
			same := err == nil && assert.ObjectsAreEqual(Defaults(name), changed)
			assert.Equal(t, !listed(other, name, key), same, "%s: %s", where, value)
		}
		for key := range have {
			_, ok := theirs[key]
			assert.True(t, ok || slices.Contains(ours, name) || name == "OneOrOther", "%s.%s is not there", name, key)
		}
	}
	for _, entry := range slices.Concat(absent, other) {
		name, key, one := strings.Cut(entry, ".")
		if !one {
			name, key = "", entry
		}
		assert.True(t, strings.Contains(docs, key) && strings.Contains(docs, name), "%s is in no document", entry)
	}
}
