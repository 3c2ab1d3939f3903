package encoder

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/golden"
	"tessera/nn"
)

// TestFreshWeights compares deviations of fresh weights with the rules upstream.
func TestFreshWeights(t *testing.T) {
	he := func(fan int) float64 { return math.Sqrt(2 / float64(fan)) }
	uniform := func(fanIn int) float64 { return 1 / math.Sqrt(3*float64(fanIn)) }
	fresh := map[string]Encoder{}
	for _, c := range []struct {
		encoder, name string
		want          float64
	}{
		{"resnet18", "layer1.0.conv1.weight", he(9 * 64)},
		{"resnext50_32x4d", "layer1.0.conv2.weight", he(9 * 128)}, // of all groups
		{"resnext50_32x4d", "layer2.0.downsample.0.weight", he(512)},
		{"se_resnext50_32x4d", "layer1.0.conv2.weight", uniform(9 * 4)},
		{"se_resnext50_32x4d", "layer1.0.se_module.fc1.bias", uniform(256)},
		{"mobilenet_v2", "features.2.conv.0.0.weight", he(96)},
		{"mobilenet_v2", "features.2.conv.1.0.weight", he(9 * 96)}, // as for a dense one
		{"timm-tf_efficientnet_lite0", "blocks.1.0.conv_dw.weight", he(9)},
		{"timm-tf_efficientnet_lite0", "blocks.1.0.conv_pwl.weight", he(24)},
		{"mit_b0", "patch_embed1.proj.weight", he(49 * 32)},
		{"mit_b0", "block1.0.attn.q.weight", 0.02},
		{"mit_b0", "block1.0.attn.sr.weight", he(64 * 32)},
		{"mit_b0", "block1.0.mlp.dwconv.dwconv.weight", he(9)},
		{"efficientnet-b1", "_blocks.1._project_conv.weight", uniform(16)},
	} {
		if fresh[c.encoder] == nil {
			e, err := New(c.encoder, nn.NewRand(1), Options{})
			require.NoError(t, err)
			fresh[c.encoder] = e
		}
		found := false
		for _, p := range nn.Params(fresh[c.encoder]) {
			if p.Name != c.name {
				continue
			}
			found = true
			squares, n := 0.0, float64(len(p.Value.Data))
			for _, v := range p.Value.Data {
				squares += float64(v) * float64(v) / n
			}
			var worst golden.Worst
			worst.See(c.name, math.Abs(math.Sqrt(squares)-c.want)/c.want*math.Sqrt(n), 3)
			worst.Report(t, "encoder "+c.encoder, "deviation of fresh weights, in σ/√n", golden.SMP)
		}
		assert.True(t, found, "%s %s", c.encoder, c.name)
	}
}

// TestDropRates compares how often blocks are dropped with the rules upstream: block i of n with p·i/n in a Lite, and with
// p·i/(n-1) in a transformer.
func TestDropRates(t *testing.T) {
	e, err := New("timm-tf_efficientnet_lite1", nil, Options{DropConnect: 0.2})
	require.NoError(t, err)
	i := 0
	for _, stage := range e.(*Lite).Stages {
		for _, b := range stage {
			if b, ok := b.(*LiteBlock); ok {
				assert.InDelta(t, 0.2*float64(i)/21, b.drop, 1e-15)
			}
			i++
		}
	}
	assert.Equal(t, 21, i)
	e, err = New("mit_b2", nil, Options{DropConnect: 0.1})
	require.NoError(t, err)
	i = 0
	for _, s := range e.(*MixTransformer).stages() {
		for _, b := range *s.blocks {
			assert.InDelta(t, 0.1*float64(i)/15, b.drop, 1e-15)
			i++
		}
	}
	assert.Equal(t, 16, i)
}
