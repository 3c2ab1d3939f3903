package encoder

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

func TestImpossibleOptions(t *testing.T) {
	for want, o := range map[string]Options{
		"encoder efficientnet-b0: -1 channels, want at least 1":       {InChannels: -1},
		"encoder efficientnet-b0: depth 2, want 3, 4 or 5":            {Depth: 2},
		"encoder efficientnet-b0: depth 6, want 3, 4 or 5":            {Depth: 6},
		"encoder efficientnet-b0: output stride 4, want 8, 16 or 32":  {OutputStride: 4},
		"encoder efficientnet-b0: output stride 64, want 8, 16 or 32": {OutputStride: 64},
	} {
		_, err := New("efficientnet-b0", nil, o)
		assert.EqualError(t, err, want)
	}
}

// oneOfEach are encoders of every kind.
var oneOfEach = []string{
	"efficientnet-b0", "efficientnet-b2", "resnet18", "resnext50_32x4d", "se_resnext50_32x4d", "mobilenet_v2",
	"timm-efficientnet-lite0", "mit_b0",
}

// TestDepthAndOutputStride looks at the shapes that encoders give for every setting.
func TestDepthAndOutputStride(t *testing.T) {
	for _, name := range oneOfEach {
		for _, o := range []Options{
			{Depth: 3}, {Depth: 4}, {Depth: 5}, {Depth: 5, OutputStride: 16}, {Depth: 5, OutputStride: 8}, {Depth: 4, OutputStride: 8},
		} {
			e, err := New(name, nil, o)
			require.NoError(t, err)
			require.Len(t, e.Channels(), o.Depth, "%s %+v", name, o)
			tape := autograd.NewTape(autograd.Training)
			features := e.Forward(tape, tape.Input(tensor.Dims(1, 64, 96, 3)))
			most, stride := o.OutputStride, 1
			if most == 0 {
				most = 32
			}
			for i, f := range features {
				stride = min(2*stride, most)
				if c := e.Channels()[i]; c == 0 {
					assert.Nil(t, f)
				} else {
					assert.Equal(t, tensor.Dims(1, 64/stride, 96/stride, c), f.Shape, "%s %+v", name, o)
				}
			}
		}
	}
}

// TestUnusedIsFrozen compares what is frozen with what a backward pass leaves without a gradient.
func TestUnusedIsFrozen(t *testing.T) {
	for _, name := range oneOfEach {
		if name == "efficientnet-b2" || name == "resnext50_32x4d" {
			continue // large, and built as efficientnet-b0 and se_resnext50_32x4d
		}
		for _, depth := range []int{3, 5} {
			e, err := New(name, nn.NewRand(1), Options{Depth: depth})
			require.NoError(t, err)
			r := record(t, e, autograd.Training, 0, [3]int{1, 64, 64}, 3)
			loss := r.loss(t)
			r.run()
			r.tape.Backward(loss, 1)
			for _, p := range nn.Params(e) {
				used := false
				for _, g := range p.Grad.Data {
					used = used || g != 0
				}
				assert.Equal(t, !used, p.Frozen, "%s depth %d: %s", name, depth, p.Name)
			}
		}
	}
}
