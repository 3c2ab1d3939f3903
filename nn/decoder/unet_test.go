package decoder_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/tensor"
)

// stem is an encoder of two convolutions, with features at 1/2 and 1/4.
type stem struct {
	A *nn.Conv2D `name:"a"`
	B *nn.Conv2D `name:"b"`
}

func newStem(rng *rand.Rand) *stem {
	o := nn.ConvOptions{Kernel: 3, Stride: 2, Pad: nn.Pad(1)}
	return &stem{nn.NewConv2D(rng, 3, 4, o), nn.NewConv2D(rng, 4, 6, o)}
}

func (s *stem) Channels() []int { return []int{4, 6} }

func (s *stem) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	a := s.A.Forward(t, x)
	return []*autograd.Var{a, s.B.Forward(t, a)}
}

func ExampleNewUnet() {
	rng := nn.NewRand(1)
	u, err := decoder.NewUnet(rng, newStem(rng), decoder.UnetOptions{Classes: 2, Channels: []int{8, 5}})
	if err != nil {
		fmt.Println(err)
		return
	}
	tape := autograd.NewTape(autograd.Inference)
	fmt.Println(u.Forward(tape, tape.Input(tensor.Dims(1, 21, 30, 3))).Shape)
	// Output: 1×21×30×2
}

func TestUnetOptionsAreChecked(t *testing.T) {
	for want, o := range map[string]decoder.UnetOptions{
		"decoder_channels: [256 128 64 32 16] are 5, and the encoder has 2 feature maps; one for each, such as [256 128]": {Classes: 2},
		"classes: 0, want at least 1":           {Channels: []int{4, 4}},
		"decoder_channels: -3, want at least 1": {Classes: 2, Channels: []int{4, -3}},
	} {
		_, err := decoder.NewUnet(nn.NewRand(1), newStem(nn.NewRand(1)), o)
		assert.EqualError(t, err, want)
	}
}

// TestUnetLearnsEveryParameter looks that all gradients arrive, for sizes that are and are not divisible.
func TestUnetLearnsEveryParameter(t *testing.T) {
	for _, size := range [][2]int{{16, 24}, {13, 22}} {
		rng := nn.NewRand(1)
		u, err := decoder.NewUnet(rng, newStem(rng), decoder.UnetOptions{Classes: 3, Channels: []int{8, 5}})
		require.NoError(t, err)
		tape := autograd.NewTape(autograd.Training)
		x := tape.Input(tensor.Dims(2, size[0], size[1], 3))
		target := tape.Labels(tensor.Dims(2, size[0], size[1]))
		loss := autograd.CrossEntropy(tape, u.Forward(tape, x), autograd.NewTarget(target), autograd.NoIgnore, 0, nil)
		require.NoError(t, tape.Plan())
		for i := range x.Value() {
			x.Value()[i] = float32(i%7) - 3
			target.Indices[i/3] = uint8(i % 3)
		}
		tape.Forward()
		tape.Backward(loss, 1)
		for _, p := range nn.Params(u) {
			assert.NotEqual(t, make([]float32, len(p.Grad.Data)), p.Grad.Data, p.Name)
		}
		tape.Free()
	}
}

func TestArgmax(t *testing.T) {
	best := make([]uint8, 4)
	decoder.Argmax(3, []float32{1, 2, 3, 5, 5, 4, -1, -2, -3, 0, 7, 7}, best)
	assert.Equal(t, []uint8{2, 0, 0, 1}, best)
}
