package post

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/nn/decoder"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

func TestNoStepsAreThePlainMasks(t *testing.T) {
	p := noise(abc, 9, 11, 1)
	want := make([]uint8, 99)
	decoder.Argmax(3, p.Pix, want)
	c, err := NewChain(abc, nil)
	require.NoError(t, err)
	got, flags, err := c.Apply(p, nil)
	require.NoError(t, err)
	assert.Nil(t, flags)
	assert.Equal(t, want, got.Pix)
	of := Of{Task: metric.Multilabel, Classes: abc.Classes, Thresholds: []float64{0.2, 0.5, 0.9}}
	for k, plane := range masks(t, of, p) {
		for i, v := range plane {
			require.Equal(t, p.Pix[3*i+k] >= float32(of.Thresholds[k]), v == 1)
		}
	}
	assert.Panics(t, func() { _, _, _ = c.Apply(raster.NewFloat(2, 2, 2), nil) })
}

func TestWeights(t *testing.T) {
	p := &raster.Float{H: 1, W: 3, C: 3, Pix: []float32{0.5, 0.3, 0.2, 0.5, 0.15, 0.35, 0.7, 0.2, 0.1}}
	got := masks(t, abc, p, &Weights{Classes: Names{"c", "b"}, Weight: Values{2, 3}})
	assert.Equal(t, [][]uint8{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}}, got) // 0.5 0.9 0.4, 0.5 0.45 0.7, 0.7 0.6 0.2
}

func TestThreshold(t *testing.T) {
	p := &raster.Float{H: 1, W: 4, C: 3, Pix: []float32{
		0.6, 0.3, 0.1, // b is there, although a is more probable
		0.6, 0.2, 0.2, // nothing is
		0.1, 0.4, 0.5, // both are
		0.1, 0.5, 0.4,
	}}
	got := masks(t, abc, p, &Threshold{target: target{Background: "a"}, Threshold: Values{0.3, 0.45}})
	assert.Equal(t, [][]uint8{{0, 1, 0, 0}, {1, 0, 0, 1}, {0, 0, 1, 0}}, got)
	got = masks(t, abc, p, &Threshold{target: target{Classes: Names{"b"}, Background: "a"}, Threshold: Values{0.45}})
	assert.Equal(t, [][]uint8{{1, 1, 0, 0}, {0, 0, 0, 1}, {0, 0, 1, 0}}, got, "c has no threshold and stays where it is")
	of := flagsOf("a", "b", "c")
	got = masks(t, of, p, &Threshold{target: target{Classes: Names{"c"}}, Threshold: Values{0.15}})
	assert.Equal(t, [][]uint8{{1, 1, 0, 0}, {0, 0, 0, 1}, {0, 1, 1, 1}}, got)
}

// TestTriplet compares with areas and masks computed by hand.
func TestTriplet(t *testing.T) {
	one := Of{Task: metric.Binary, Classes: []string{"a"}}
	p := &raster.Float{H: 1, W: 6, C: 1, Pix: []float32{0.9, 0.8, 0.76, 0.6, 0.35, 0.1}}
	triplet := func(top, area, bottom float64) []uint8 {
		return masks(t, one, p, &Triplet{Top: Values{top}, MinArea: Values{area}, Bottom: Values{bottom}})[0]
	}
	assert.Equal(t, []uint8{1, 1, 1, 1, 1, 0}, triplet(0.75, 3, 0.3))
	assert.Equal(t, []uint8{1, 1, 1, 1, 0, 0}, triplet(0.75, 3, 0.4))
	assert.Equal(t, []uint8{1, 1, 1, 1, 0, 0}, triplet(0.75, 3, 0), "the mask as it is")
	assert.Equal(t, []uint8{0, 0, 0, 0, 0, 0}, triplet(0.75, 4, 0.3))
	assert.Equal(t, []uint8{0, 0, 0, 0, 0, 0}, triplet(0.77, 3, 0.3))
	assert.Equal(t, []uint8{1, 1, 1, 1, 1, 0}, triplet(0.75, 0.5, 0.3), "half of six pixels")
	assert.Equal(t, []uint8{0, 0, 0, 0, 0, 0}, triplet(0.75, 0.51, 0.3))

	q := &raster.Float{H: 1, W: 4, C: 3, Pix: []float32{
		0.1, 0.8, 0.1, // b
		0.4, 0.5, 0.1, // b
		0.5, 0.2, 0.3, // a
		0.2, 0.3, 0.5, // c
	}}
	gate := func(area, bottom float64, background string) [][]uint8 {
		return masks(t, abc, q, &Triplet{target: target{Classes: Names{"b"}, Background: background}, Top: Values{0.7},
			MinArea: Values{area}, Bottom: Values{bottom}})
	}
	assert.Equal(t, [][]uint8{{0, 0, 1, 0}, {1, 1, 0, 0}, {0, 0, 0, 1}}, gate(1, 0, ""))
	assert.Equal(t, [][]uint8{{1, 1, 1, 0}, {0, 0, 0, 0}, {0, 0, 0, 1}}, gate(2, 0, ""), "the most probable class that is left")
	assert.Equal(t, [][]uint8{{0, 1, 1, 0}, {1, 0, 0, 0}, {0, 0, 0, 1}}, gate(1, 0.6, "a"))
	assert.Equal(t, [][]uint8{{0, 0, 0, 0}, {1, 1, 1, 0}, {0, 0, 0, 1}}, gate(1, 0.2, "a"))
	assert.Equal(t, [][]uint8{{0, 0, 1, 0}, {0, 0, 0, 0}, {1, 1, 0, 1}}, gate(2, 0, "c"))
}

func TestMistakes(t *testing.T) {
	named := func(n ...string) target { return target{Classes: n} }
	for _, c := range []struct {
		of    Of
		says  string
		steps []Step
	}{
		{abc, `remove_small_objects: classes: no class "x"; there are: a, b, c`,
			[]Step{&RemoveSmallObjects{target: named("x"), MinSize: Values{1}, Connectivity: 8}}},
		{abc, `classes: "b" is named twice`, []Step{&LargestComponent{target: named("b", "b"), Connectivity: 8}}},
		{abc, `classes: "b" is the background`, []Step{&LargestComponent{target: target{Names{"b"}, "b"}, Connectivity: 8}}},
		{abc, `largest_component: background: no class "x"`, []Step{&LargestComponent{target: target{nil, "x"}, Connectivity: 8}}},
		{abc, "connectivity: 6; allowed: 4, 8", []Step{&LargestComponent{Connectivity: 6}}},
		{abc, "min_size: -1 is out of range; allowed: 0 or more", []Step{&RemoveSmallObjects{MinSize: Values{-1}, Connectivity: 8}}},
		{abc, "max_area: 2 values for 3 classes", []Step{&FillHoles{MaxArea: Values{1, 2}, Connectivity: 8}}},
		{abc, `shape: no "star"; there are: square, cross, disk`, []Step{&Opening{Morphology{Shape: "star", Radius: Values{1}}}}},
		{abc, "radius: 1.5 is no whole number", []Step{&Closing{Morphology{Shape: "disk", Radius: Values{1.5}}}}},
		{abc, "radius: 256 is out of range", []Step{&Closing{Morphology{Shape: "disk", Radius: Values{256}}}}},
		{abc, "threshold: background is missing", []Step{&Threshold{Threshold: Values{0.5}}}},
		{abc, "threshold: 1 is out of range; allowed: above 0 and below 1", []Step{&Threshold{Threshold: Values{1}}}},
		{abc, "threshold 0 is out of range", []Step{&Threshold{Threshold: Values{0}}}},
		{abc, "bottom_threshold: 0.8 is above top_threshold, which is 0.7",
			[]Step{&Triplet{Top: Values{0.7}, MinArea: Values{1}, Bottom: Values{0.8}}}},
		{abc, "bottom_threshold: 0.3 wants a background", []Step{&Triplet{Top: Values{0.7}, MinArea: Values{1}, Bottom: Values{0.3}}}},
		{abc, "top_threshold: 0 is out of range", []Step{&Triplet{Top: Values{0}, MinArea: Values{1}, Bottom: Values{0}}}},
		{abc, "weight: 0 is out of range", []Step{&Weights{Weight: Values{0}}}},
		{abc, "weight is missing", []Step{&Weights{}}},
		{flagsOf("a"), "weights: is for task multiclass, but task is multilabel; allowed there: threshold", []Step{&Weights{Weight: Values{1}}}},
		{flagsOf("a"), "background is for task multiclass, but task is multilabel",
			[]Step{&Threshold{target: target{Background: "a"}, Threshold: Values{0.5}}}},
		{abc, "weights comes after largest_component, which it would undo", []Step{&LargestComponent{Connectivity: 8}, &Weights{Weight: Values{1}}}},
		{abc, "crf: iterations: 0 is out of range", []Step{&CRF{BilateralSxy: 1, BilateralSrgb: 1, GaussianSxy: 1}}},
	} {
		_, err := NewChain(c.of, c.steps)
		assert.ErrorContains(t, err, c.says)
	}
	_, err := New("crop", nil)
	assert.ErrorContains(t, err, `no step "crop"; there are: crf, weights, threshold, triplet, `)
	for _, name := range StepNames() {
		s, err := New(name, nil)
		require.NoError(t, err)
		assert.Equal(t, name, NameOf(s))
		assert.NoError(t, s.Check(), name)
		assert.NotEmpty(t, Doc(name))
	}
	assert.Empty(t, Doc("crop"))
}
