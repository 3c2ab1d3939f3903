package golden

import (
	"io/fs"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// first is weights_first.json: the first bits that the scripts generate for one name of every kind.
type first struct {
	Weights  []bits `json:"weights"`
	Pictures bits   `json:"pictures"`
	Labels   struct {
		Shape [3]int `json:"shape"`
		Value []int  `json:"value"`
	} `json:"labels"`
}

// bits are the first elements of a tensor as float32 bits, and all of them xored.
type bits struct {
	Name  string   `json:"name"`
	Shape []int    `json:"shape"`
	First []uint32 `json:"first"`
	Xor   uint32   `json:"xor"`
}

func (b bits) check(t *testing.T, values []float32) {
	t.Helper()
	require.Len(t, values, product(b.Shape))
	var head []uint32
	var xor uint32
	for i, v := range values {
		if i < len(b.First) {
			head = append(head, math.Float32bits(v))
		}
		xor ^= math.Float32bits(v)
	}
	assert.Equal(t, b.First, head)
	assert.Equal(t, b.Xor, xor)
}

func TestWeightsAreThoseOfTheScripts(t *testing.T) {
	var want first
	Load(t, "weights_first.json", &want)
	require.NotEmpty(t, want.Weights)
	for _, w := range want.Weights {
		t.Run(w.Name, func(t *testing.T) { w.check(t, Weights(w.Name, w.Shape)) })
	}
	s := want.Pictures.Shape
	want.Pictures.check(t, Input(s[0], s[1], s[2], s[3]))
	n, h, w := want.Labels.Shape[0], want.Labels.Shape[1], want.Labels.Shape[2]
	assert.Equal(t, want.Labels.Value, Labels(n, h, w, 11))
}

func TestPicturesAreASeries(t *testing.T) {
	series := Input(3, 2, 5, 9)
	assert.Equal(t, series[1*2*5*9:], Pictures(1, 2, 2, 5, 9))
}

func TestWeightsPanicOnAnUnknownKind(t *testing.T) {
	assert.PanicsWithValue(t, "golden: no rule for a.gamma [3]", func() { Weights("a.gamma", []int{3}) })
	assert.Panics(t, func() { Weights("scale.weight", nil) })
}

// TestEveryFileHasItsType reads every file strictly, and looks that none of its tensors is empty or cut.
func TestEveryFileHasItsType(t *testing.T) {
	types := map[string]any{
		"weights_first.json":    new(first),
		"unet_b0.json":          new(UNet),
		"unet_b0_train.json":    new(UNetTrain),
		"unet_b0_curve.json":    new(UNetCurve),
		"heads.json":            new(HeadsFile),
		"stem.json":             new(Stem),
		"parts_b0_train.json":   new(Parts),
		"losses.json":           new(Losses),
		"ops.json":              new(Ops),
		"optim.json":            new(Optim),
		"schedules.json":        new(Schedules),
		"metrics.json":          new(Metrics),
		"init.json":             new(Init),
		"augment.json":          new(Augment),
		"lite0.json":            new(Lite),
		"augment_pixel.json":    new(AugmentPixel),
		"augment_defaults.json": new(AugmentDefaults),
		"coco.json":             new(COCO),

		"encoders_efficientnet.json": new(Encoders),
		"encoders_resnet.json":       new(Encoders),
		"encoders_mobilenet.json":    new(Encoders),
		"encoders_lite.json":         new(Encoders),
		"encoders_senet.json":        new(Encoders),
		"encoders_mit.json":          new(Encoders),
	}
	for _, arch := range []string{"unet", "unetplusplus", "manet", "linknet", "fpn", "pspnet", "deeplabv3",
		"deeplabv3plus", "pan", "upernet", "segformer"} {
		types["decoders_"+arch+".json"] = new(Decoders)
	}
	entries, err := fs.ReadDir(files, "testdata")
	require.NoError(t, err)
	assert.Len(t, entries, len(types))
	for _, e := range entries {
		require.Contains(t, types, e.Name())
		Load(t, e.Name(), types[e.Name()])
		info, err := e.Info()
		require.NoError(t, err)
		assert.LessOrEqual(t, info.Size(), int64(200<<10), e.Name())
	}
	checkSamples(t, types["unet_b0.json"].(*UNet))
	checkOps(t, types["ops.json"].(*Ops))
}

func checkSamples(t *testing.T, unet *UNet) {
	for _, c := range unet.Cases {
		assert.Equal(t, []int{c.Input[0], 11, c.Input[2], c.Input[3]}, c.Logits.Shape)
		assert.Len(t, c.Logits.Value, 300)
		assert.Len(t, c.Classes, 11)
		for _, s := range append(c.Stages, Stage{Sample: c.Logits.Sample}) {
			require.Len(t, s.Value, len(s.Index), s.Name)
			for i, index := range s.Index {
				assert.Less(t, index, product(s.Shape), s.Name)
				assert.True(t, s.Min <= s.Value[i] && s.Value[i] <= s.Max, s.Name)
			}
			assert.Greater(t, s.Std, 0.1, "%s: the signal vanishes", s.Name)
			assert.Less(t, s.Std, 10.0, "%s: the signal explodes", s.Name)
		}
	}
}

func checkOps(t *testing.T, ops *Ops) {
	for _, c := range ops.Cases {
		tensors := []Tensor{c.Out, c.GradOut}
		for name, x := range c.In {
			assert.Equal(t, x.Shape, c.Grad[name].Shape, "%s %s", c.Op, c.Name)
			tensors = append(tensors, x, c.Grad[name])
		}
		for _, x := range tensors {
			assert.Len(t, x.Value, product(x.Shape), "%s %s", c.Op, c.Name)
		}
	}
}
