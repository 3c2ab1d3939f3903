package workflow

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/nn/decoder"
	"tessera/segtrain/config"
)

// TestEveryArchitectureIsAChoice looks that a configuration can name all that there are, and that they can be trained on
// the sizes that a configuration may give.
func TestEveryArchitectureIsAChoice(t *testing.T) {
	assert.ElementsMatch(t, decoder.Names(), config.Choices("model.arch"))
	for _, arch := range decoder.Names() {
		cfg, err := config.Parse("run.yaml", []byte(fmt.Sprintf("model: {arch: %s}\ndata: {size: [33, 50]}", arch)))
		require.NoError(t, err, arch)
		p, err := build(cfg)
		require.NoError(t, err, arch)
		assert.Positive(t, p.memory.Step, arch)
	}
}

func TestModelSettings(t *testing.T) {
	cfg, err := config.Parse("run.yaml", []byte("model:\n  arch:\n    deeplabv3plus: {decoder_atrous_rates: [6, 12, 18], "+
		"encoder_output_stride: 8, encoder_depth: 4, decoder_aspp_separable: false}\n  decoder_channels: [32]\n"))
	require.NoError(t, err)
	m, err := newModel(cfg, 3)
	require.NoError(t, err)
	d := m.(*decoder.SegmentationModel).Decoder.(*decoder.DeepLabV3PlusDecoder)
	assert.Equal(t, []int{3, 3, 112, 32}, d.ASPP.Convs[1].(*decoder.ConvBNReLU).Conv.Weight.Value.Shape.Slice())
	again, err := config.Parse("run.yaml", cfg.Marshal())
	require.NoError(t, err)
	assert.Equal(t, cfg.Model.Arch.Settings, again.Model.Arch.Settings)
}

func TestModelMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"model: {arch: {unet: {decoder_attention: scse}}}": "r:1:23: model.arch.unet.decoder_attention: unknown key; " +
			"did you mean \"decoder_attention_type\"? allowed: encoder_depth, decoder_use_norm, decoder_attention_type, decoder_interpolation",
		"model: {arch: {unet: {decoder_attention_type: se}}}": "r:1:16: model.arch.unet: " +
			`decoder_attention_type: no "se"; allowed: scse`,
		"model: {arch: {fpn: {decoder_segmentation_channels: 100}}}": "r:1:16: model.arch.fpn: " +
			"decoder_segmentation_channels: 100; allowed: a multiple of 32, because so many groups are normalised",
		"model: {arch: {fpn: {encoder_depth: 3}}}": "r:1:16: model.arch.fpn: encoder_depth: 3 is out of range; allowed: 4, 5",
		"model: {arch: {pan: {encoder_output_stride: 8}}}": "r:1:16: model.arch.pan: encoder_output_stride: 8 is out of range; " +
			"allowed: 16, 32",
		"model: {arch: fpn, decoder_channels: [64]}": "r:1:38: model.decoder_channels: fpn: decoder_channels: this architecture " +
			"has none; set decoder_pyramid_channels and decoder_segmentation_channels",
		"model: {arch: pan, decoder_channels: [64, 32]}": "r:1:38: model.decoder_channels: pan: decoder_channels: 2 numbers given, " +
			"want 1",
		"model: {decoder_channels: [64, 32]}": "r:1:8: model: unet with efficientnet-b0: decoder_channels: [64 32] are 2, and the encoder has " +
			"5 feature maps; one for each, such as [256 128 64 32 16]",
		"model: {arch: {unet: {decoder_attention_type: scse}}, decoder_channels: [16, 16, 16, 16, 8]}": "r:1:8: model: unet with " +
			"efficientnet-b0: decoder_attention_type: scse squeezes channels by 16, but a block of decoder_channels has 8",
	} {
		cfg, err := config.Parse("r", []byte(text))
		if err == nil {
			_, err = newModel(cfg, 3)
		}
		assert.EqualError(t, err, want, text)
	}
}
