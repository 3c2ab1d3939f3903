package optim

import (
	"strings"

	"tessera/autograd"
)

// A Grouping says how parameters are treated by their names and shapes; DefaultGrouping treats all alike.
type Grouping struct {
	EncoderRate  float64 // factor of the learning rate of the encoder
	LayerDecay   float64 // factor of the learning rate from each layer of the encoder to the one before it
	DecayVectors bool    // whether biases and the parameters of norms, which are vectors, decay as weights do
	EncoderFrom  int64   // steps before the encoder begins to learn
}

// DefaultGrouping treats all parameters alike.
var DefaultGrouping = Grouping{EncoderRate: 1, LayerDecay: 1, DecayVectors: true}

// encoderPrefix begins the names of the encoder's parameters, as in segmentation_models_pytorch.
const encoderPrefix = "encoder."

// Factors returns those of each parameter. The layers of an encoder are numbered in the order of the parameters, and
// the last of them is one layer away from the decoder (Bao et al., "BEiT", ICLR 2022; like timm's layer_decay).
func (g Grouping) Factors(params []*autograd.Param) []Factors {
	factors := make([]Factors, len(params))
	layers := make([]int, len(params))
	layer, last := 0, ""
	for i, p := range params {
		if name, ok := encoderLayer(p.Name); ok {
			if layer == 0 || name != "" && name != last {
				layer, last = layer+1, name
			}
			layers[i] = layer
		}
	}
	for i, p := range params {
		factors[i] = Factors{Rate: 1, Decay: 1}
		if layers[i] > 0 {
			factors[i].Rate = g.EncoderRate * power(g.LayerDecay, int64(layer+1-layers[i]))
			factors[i].From = g.EncoderFrom
		}
		if !g.DecayVectors && p.Value.Shape.Rank() < 2 {
			factors[i].Decay = 0
		}
	}
	return factors
}

// encoderLayer returns the part of an encoder's parameter name up to its last leading number, such as "_blocks.3" or
// "layer1.0", which names the layer. What has no number belongs to the layer before it, and to the first at the beginning, as
// a stem and its norm do.
func encoderLayer(name string) (layer string, ok bool) {
	rest, ok := strings.CutPrefix(name, encoderPrefix)
	if !ok {
		return "", false
	}
	parts := strings.SplitN(rest, ".", 3)
	if len(parts) > 2 && strings.Trim(parts[1], "0123456789") == "" {
		return parts[0] + "." + parts[1], true
	}
	return "", true
}
