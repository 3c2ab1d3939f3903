package decoder

import (
	"fmt"
	"math/rand/v2"

	"tessera/autograd"
	"tessera/kernels"
	"tessera/nn"
	"tessera/tensor"
)

// SegmentationHead turns a decoder's map into logits of the picture's size.
type SegmentationHead struct {
	Conv *nn.Conv2D `name:"0"`
}

// newSegmentationHead makes a head with the window of the plan.
func newSegmentationHead(rng *rand.Rand, p plan, classes int) *SegmentationHead {
	weight, bias := p.headInits()
	return &SegmentationHead{nn.NewConv2D(rng, p.channels, classes,
		nn.ConvOptions{Kernel: p.kernel, Pad: nn.Pad(p.kernel / 2), Init: weight, BiasInit: bias})}
}

// headInits returns the rules for weights and biases of heads.
func (p plan) headInits() (weight, bias nn.Init) {
	if p.torchInit {
		return nn.TorchDefault, nn.TorchDefault
	}
	return nn.XavierUniform, nn.Zero
}

// Forward convolves x, and enlarges the result bilinearly to the picture's size with the corners kept in place.
func (s *SegmentationHead) Forward(t *autograd.Tape, x *autograd.Var, picture tensor.Shape) *autograd.Var {
	return autograd.ResizeBilinear(t, s.Conv.Forward(t, x), picture.Dim(1), picture.Dim(2), true)
}

// AuxParams are the settings of a classification head: aux_params in segmentation_models_pytorch.
type AuxParams struct {
	Classes    int     `yaml:"classes"`
	Pooling    string  `yaml:"pooling"`    // avg or max; empty for avg
	Dropout    float64 `yaml:"dropout"`    // probability; upstream's default is 0.2
	Activation string  `yaml:"activation"` // identity, sigmoid or softmax; empty for identity
}

// Check reports a setting out of range.
func (p *AuxParams) Check() error {
	var c check
	c.from(1, "classes", p.Classes)
	c.oneOf("pooling", p.Pooling, "avg", "max", "")
	c.probability("dropout", p.Dropout)
	c.oneOf("activation", p.Activation, "identity", "sigmoid", "softmax", "")
	return c.err()
}

// ClassificationHead says which classes a picture shows, from the encoder's smallest map.
type ClassificationHead struct {
	Linear *nn.Linear `name:"3"`

	settings AuxParams
}

func newClassificationHead(rng *rand.Rand, p plan, ic int, aux AuxParams) (*ClassificationHead, error) {
	if err := aux.Check(); err != nil {
		return nil, fmt.Errorf("aux_params: %w", err)
	}
	weight, bias := p.headInits()
	return &ClassificationHead{nn.NewLinear(rng, ic, aux.Classes, weight, bias), aux}, nil
}

// Forward pools x [N, H, W, C], drops out, and returns [N, 1, 1, classes], through the activation.
func (c *ClassificationHead) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	y := c.Logits(t, x)
	switch c.settings.Activation {
	case "sigmoid":
		y = autograd.Sigmoid(t, y)
	case "softmax":
		y = autograd.Softmax(t, y)
	}
	return y
}

// Maps returns what the head would say of each place of x [N, H, W, C] alone, as logits [N, H, W, classes]: class activation
// maps (Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016), whose mean, in inference and with
// average pooling, are the logits.
func (c *ClassificationHead) Maps(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return c.Linear.Forward(t, x)
}

// Logits is Forward without the activation: what a loss wants.
func (c *ClassificationHead) Logits(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	if c.settings.Pooling == "max" {
		_, h, w, _ := x.Shape.NHWC()
		x = autograd.MaxPool(t, x, kernels.Window{KH: h, KW: w, SH: 1, SW: 1, DH: 1, DW: 1})
	} else {
		x = autograd.GlobalAverage(t, x)
	}
	return c.Linear.Forward(t, autograd.Dropout(t, x, c.settings.Dropout))
}
