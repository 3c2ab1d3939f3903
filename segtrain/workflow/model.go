package workflow

import (
	"math/rand/v2"

	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/segtrain/config"
)

// architectures says what each is good for, the commonest first.
var architectures = []struct{ name, doc string }{
	{"unet", "U-Net: skip connections at every size; decoder_attention_type may be scse, decoder_use_norm identity, " +
		"decoder_interpolation bilinear"},
	{"unetplusplus", "U-Net++: nested U-Nets, twice the work; settings as for unet"},
	{"manet", "MA-Net: a U-Net that weighs channels, and relates all pixels of the smallest map"},
	{"linknet", "LinkNet: adds skip connections; the least work that goes up to the full size"},
	{"fpn", "feature pyramid network: joins refined maps at 1/4; decoder_merge_policy may be cat"},
	{"pspnet", "PSPNet: pools a map at 1/8 over ever larger parts of the picture; fast and coarse"},
	{"deeplabv3", "DeepLabV3: windows of several widths on an encoder that keeps 1/8, or 1/16"},
	{"deeplabv3plus", "DeepLabV3+: the same at 1/16, or 1/8, with edges from 1/4"},
	{"pan", "PAN: weighs pixels and channels by pyramids; few weights; encoder_output_stride 16 or 32"},
	{"upernet", "UPerNet: a pyramid on pooled maps; the most work"},
	{"segformer", "SegFormer's decoder: brings all maps to 1/4 and fuses them"},
}

// registerArchitectures makes the architectures of package decoder choices of model.arch.
func registerArchitectures() {
	for _, a := range architectures {
		config.Register("model.arch", config.Choice{Name: a.name, Doc: a.doc, Settings: func() any {
			s, err := decoder.Defaults(a.name)
			if err != nil {
				panic("workflow: " + err.Error())
			}
			return s
		}})
	}
}

// newModel builds the model with fresh weights.
func newModel(cfg *config.Config, classes int) (decoder.Model, error) {
	return modelFrom(nn.NewRand(cfg.Train.Seed), cfg, classes)
}

// modelFrom is newModel with weights drawn from rng, or zeros if that is nil.
func modelFrom(rng *rand.Rand, cfg *config.Config, classes int) (decoder.Model, error) {
	arch := cfg.Model.Arch
	settings, err := decoder.Defaults(arch.Name)
	if err != nil {
		return nil, cfg.Mistake("model.arch", "%v", err)
	}
	if err := arch.Decode(settings); err != nil {
		return nil, err
	}
	if len(cfg.Model.DecoderChannels) > 0 {
		if err := settings.SetChannels(cfg.Model.DecoderChannels); err != nil {
			return nil, cfg.Mistake("model.decoder_channels", "%s: %v", arch.Name, err)
		}
	}
	depth, stride := settings.Encoder()
	e, err := encoder.New(cfg.Model.Encoder, rng, encoder.Options{
		InChannels: cfg.Data.Channels, Depth: depth, OutputStride: stride, DropConnect: cfg.Model.DropConnect,
	})
	if err != nil {
		return nil, cfg.Mistake("model.encoder", "%s wants depth %d and output stride %d: %v", arch.Name, depth, stride, err)
	}
	o := decoder.Options{Classes: classes, Settings: settings, Aux: auxParams(cfg)}
	if cfg.Model.Stem == "downscale" {
		o.Downscale = cfg.Data.Channels
	}
	m, err := decoder.New(arch.Name, rng, e, o)
	if err != nil {
		return nil, cfg.Mistake("model", "%s with %s: %v", arch.Name, cfg.Model.Encoder, err)
	}
	return m, nil
}
