package decoder

import (
	"fmt"
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

// A staged decoder shows the results of its stages on the way to the last.
type staged interface {
	Decoder
	stages(t *autograd.Tape, picture tensor.Shape, features []*autograd.Var) []*autograd.Var
	stageChannels() []int
}

// DeepHeads are 1×1 convolutions that turn the inner stages of a decoder into logits of their own sizes, for deep
// supervision (Lee et al., "Deeply-Supervised Nets", AISTATS 2015; loss.Deep weighs them). They serve training alone: no
// prediction runs them, and a model's checkpoint does not hold them, so that it is that of the same model without.
//
// The smallest stage has no head: nnU-Net gives it no weight (Isensee et al., Nature Methods 2021).
type DeepHeads struct {
	Heads []*nn.Conv2D `name:"deep_supervision"` // finest first
}

// NewDeepHeads makes heads for the stages of a model's decoder. A decoder that has none is an error.
func NewDeepHeads(rng *rand.Rand, m *SegmentationModel) (*DeepHeads, error) {
	d, ok := m.Decoder.(staged)
	if !ok {
		return nil, fmt.Errorf("deep supervision wants a decoder that goes up stage by stage: unet, unetplusplus or manet")
	}
	channels, classes := d.stageChannels(), m.Head.Conv.Weight.Value.Shape.Dim(3)
	heads := &DeepHeads{}
	for i := len(channels) - 2; i > 0; i-- {
		heads.Heads = append(heads.Heads, nn.NewConv2D(rng, channels[i], classes,
			nn.ConvOptions{Kernel: 1, Init: nn.XavierUniform, BiasInit: nn.Zero}))
	}
	return heads, nil
}

// Outputs are what a model says of pictures, as logits.
type Outputs struct {
	// Masks are those of Forward, [N, H, W, classes], and, with deep supervision, those of the inner stages after them,
	// finest first, each of its own size.
	Masks  []*autograd.Var
	Labels *autograd.Var // of the classification head, [N, 1, 1, classes]; nil without one
}

// ForwardAll returns all that a model says of pictures x [N, H, W, C], with the stages that have heads; nil for none.
func (m *SegmentationModel) ForwardAll(t *autograd.Tape, x *autograd.Var, deep *DeepHeads) (out Outputs) {
	small := m.Stem.Forward(t, x)
	larger := m.enlarge(t, small)
	features := m.Encoder.Forward(t, larger)
	if m.Classifier != nil {
		out.Labels = m.Classifier.Logits(t, features[len(features)-1])
	}
	if deep == nil {
		out.Masks = []*autograd.Var{m.masks(t, x, small, larger, m.Decoder.Forward(t, larger.Shape, features))}
		return out
	}
	stages := m.Decoder.(staged).stages(t, larger.Shape, features)
	last := len(stages) - 1
	out.Masks = []*autograd.Var{m.masks(t, x, small, larger, stages[last])}
	for i, head := range deep.Heads {
		y := head.Forward(t, stages[last-1-i])
		out.Masks = append(out.Masks, cutTo(t, y, small.Shape, larger.Shape))
	}
	return out
}

// cutTo cuts off what was added to the pictures: of logits y of the enlarged ones, at a fraction of their size, the part that
// shows the pictures, rounded up.
func cutTo(t *autograd.Tape, y *autograd.Var, small, larger tensor.Shape) *autograd.Var {
	cut := func(side int) int {
		n := y.Shape.Dim(side)
		return (small.Dim(side)*n+larger.Dim(side)-1)/larger.Dim(side) - n
	}
	return autograd.Pad(t, y, 0, 0, cut(1), cut(2))
}
