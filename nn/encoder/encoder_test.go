package encoder

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

func Example() {
	e, err := New("efficientnet-b0", nn.NewRand(1), Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	tape := autograd.NewTape(autograd.Inference)
	for _, f := range e.Forward(tape, tape.Input(tensor.Dims(1, 64, 96, 3))) {
		fmt.Println(f.Shape)
	}
	// Output:
	// 1×32×48×32
	// 1×16×24×24
	// 1×8×12×40
	// 1×4×6×112
	// 1×2×3×320
}

func TestUnknownNameListsTheKnown(t *testing.T) {
	_, err := New("resnet19", nn.NewRand(1), Options{})
	assert.ErrorContains(t, err, `no encoder "resnet19"; did you mean "resnet18"? there are: `)
	for _, name := range Names() {
		assert.ErrorContains(t, err, name)
	}
}

// TestChannelsAreThoseOfTheFeatures runs every encoder on pictures of another number of channels.
func TestChannelsAreThoseOfTheFeatures(t *testing.T) {
	for _, name := range Names() {
		e, err := New(name, nil, Options{InChannels: 5})
		require.NoError(t, err)
		tape := autograd.NewTape(autograd.Training)
		var channels []int
		for _, f := range e.Forward(tape, tape.Input(tensor.Dims(1, 33, 64, 5))) {
			if f == nil {
				channels = append(channels, 0)
				continue
			}
			channels = append(channels, f.Shape.Dim(3))
		}
		assert.Equal(t, e.Channels(), channels, name)
	}
}

// TestDropConnectRisesWithDepth compares the rates with 0.2·i/16 for block i of the residual ones.
func TestDropConnectRisesWithDepth(t *testing.T) {
	e, err := New("efficientnet-b0", nn.NewRand(1), Options{DropConnect: 0.2})
	require.NoError(t, err)
	net := e.(*EfficientNet)
	require.Len(t, net.Blocks, 16)
	residual := []int{}
	for i, b := range net.Blocks {
		assert.InDelta(t, 0.2*float64(i)/16, b.drop, 1e-15, "block %d", i)
		if b.residual {
			residual = append(residual, i)
		}
	}
	assert.Equal(t, []int{2, 4, 6, 7, 9, 10, 12, 13, 14}, residual)
}

// TestHeadIsFrozen keeps optimizers from what is only carried along.
func TestHeadIsFrozen(t *testing.T) {
	e, err := New("efficientnet-b0", nn.NewRand(1), Options{})
	require.NoError(t, err)
	frozen := []string{}
	for _, p := range nn.Params(e) {
		if p.Frozen {
			frozen = append(frozen, p.Name)
		}
	}
	assert.Equal(t, []string{"_conv_head.weight", "_bn1.weight", "_bn1.bias"}, frozen)
}

// A registered encoder gets complete options, and its name is one of all from then on.
func TestRegister(t *testing.T) {
	var got Options
	Register("mine", func(rng *rand.Rand, o Options) Encoder {
		got = o
		return newMobileNetV2(rng, o)
	})
	defer delete(registry, "mine")
	assert.Contains(t, Names(), "mine")
	e, err := New("mine", nn.NewRand(1), Options{Depth: 4})
	require.NoError(t, err)
	assert.IsType(t, &MobileNetV2{}, e)
	assert.Equal(t, Options{InChannels: 3, Depth: 4, OutputStride: 32}, got)
	for _, name := range []string{"", "mine", "resnet18"} {
		assert.Panics(t, func() { Register(name, newMobileNetV2) }, "%q", name)
	}
}
