package decoder

import (
	"tessera/autograd"
	"tessera/tensor"
)

// An Encoder computes feature maps of falling resolution; package encoder has them.
type Encoder interface {
	// Forward returns the feature maps of x [N, H, W, C] at 1/2, 1/4, …; one without channels is nil.
	Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var
	// Channels returns the channels of each feature map, 0 for one that does not exist.
	Channels() []int
}

// A Model gives logits [N, H, W, classes] for pictures [N, H, W, C] of any size.
type Model interface {
	Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var
}

// A Decoder joins feature maps of a picture to one map. Its sides divide the picture's, or are the same.
type Decoder interface {
	Forward(t *autograd.Tape, picture tensor.Shape, features []*autograd.Var) *autograd.Var
}

// SegmentationModel is an encoder, a decoder and heads, named as in segmentation_models_pytorch. New makes it.
//
// It takes pictures of any size. The decoder of a U-Net fits each map to the next, whatever its size. For the others
// rows and columns of zeros are added at the bottom and at the right until the sides divide by the encoder's output
// stride, and cut off the logits: they are those of the enlarged picture. Zero is the mean of a normalised picture; in
// training what was added takes part in the statistics of batch normalisation.
type SegmentationModel struct {
	Stem       *DownscaleStem      `name:"stem"` // nil for none
	Encoder    Encoder             `name:"encoder"`
	Decoder    Decoder             `name:"decoder"`
	Head       *SegmentationHead   `name:"segmentation_head"`
	Classifier *ClassificationHead `name:"classification_head"` // nil for none

	multiple, least int // what sides must divide by, and be at least
}

// Unet is a SegmentationModel with the decoder UnetDecoder; NewUnet makes it.
type Unet = SegmentationModel

// Forward returns logits [N, H, W, classes] for pictures x [N, H, W, C].
func (m *SegmentationModel) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	small := m.Stem.Forward(t, x)
	larger := m.enlarge(t, small)
	y := m.Decoder.Forward(t, larger.Shape, m.Encoder.Forward(t, larger))
	return m.masks(t, x, small, larger, y)
}

// ForwardBoth returns the logits of Forward and what the classification head says of each picture, [N, 1, 1, classes]:
// logits too, unless the head has an activation. It panics if there is no such head.
func (m *SegmentationModel) ForwardBoth(t *autograd.Tape, x *autograd.Var) (masks, labels *autograd.Var) {
	if m.Classifier == nil {
		panic("decoder: ForwardBoth of a model without a classification head")
	}
	small := m.Stem.Forward(t, x)
	larger := m.enlarge(t, small)
	features := m.Encoder.Forward(t, larger)
	labels = m.Classifier.Forward(t, features[len(features)-1])
	return m.masks(t, x, small, larger, m.Decoder.Forward(t, larger.Shape, features)), labels
}

// ActivationMaps returns the classification head's maps [N, h, w, classes] of pictures x (see ClassificationHead.Maps), and how many
// of their rows and columns show the pictures, counted from the top and the left: the others show what enlarge adds. It panics if
// there is no such head.
func (m *SegmentationModel) ActivationMaps(t *autograd.Tape, x *autograd.Var) (maps *autograd.Var, rows, columns float64) {
	if m.Classifier == nil {
		panic("decoder: ActivationMaps of a model without a classification head")
	}
	small := m.Stem.Forward(t, x)
	larger := m.enlarge(t, small)
	features := m.Encoder.Forward(t, larger)
	maps = m.Classifier.Maps(t, features[len(features)-1])
	part := func(side int) float64 {
		return float64(maps.Shape.Dim(side)*small.Shape.Dim(side)) / float64(larger.Shape.Dim(side))
	}
	return maps, part(1), part(2)
}

// enlarge adds rows and columns to pictures until their size suits the decoder.
func (m *SegmentationModel) enlarge(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	_, h, w, _ := x.Shape.NHWC()
	return autograd.Pad(t, x, 0, 0, m.missing(h), m.missing(w))
}

// missing returns what a side of a picture lacks.
func (m *SegmentationModel) missing(side int) int {
	whole := max(m.least, (side+m.multiple-1)/m.multiple*m.multiple)
	return whole - side
}

// masks returns the logits of pictures x from the decoder's result: small are the pictures that the encoder is for, and
// larger those that it was given.
func (m *SegmentationModel) masks(t *autograd.Tape, x, small, larger, y *autograd.Var) *autograd.Var {
	y = m.Head.Forward(t, y, larger.Shape)
	y = autograd.Pad(t, y, 0, 0, small.Shape.Dim(1)-larger.Shape.Dim(1), small.Shape.Dim(2)-larger.Shape.Dim(2))
	if m.Stem == nil {
		return y
	}
	return autograd.ResizeBilinear(t, y, x.Shape.Dim(1), x.Shape.Dim(2), false)
}
