package workflow

import (
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/segtrain/config"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/tensor"
)

// oneThing are settings that make class 1 of the procedural set the one class of a binary task.
var oneThing = []string{
	"task=binary", "data.classes=[thing]", "data.mask.map={0: 0, 1: 1, 2: 0, 3: 0, 4: 0, 5: 0}", "loss=[bce]",
}

func TestChannelsOfTask(t *testing.T) {
	for name, c := range map[string]struct {
		cfg      *config.Config
		channels int
	}{
		"multiclass": {parse(t), 6},
		"binary":     {parse(t, oneThing...), 1},
		"multilabel": {parse(t, "data.kind=csv", "data.manifest=/m", "task=multilabel", "data.classes=[a, b, c]", "loss=[bce]",
			"data.mask.code=bits"), 3},
	} {
		p, err := build(c.cfg)
		require.NoError(t, err, name)
		tape := autograd.NewTape(autograd.Inference)
		y := p.model.Forward(tape, tape.Input(tensor.Dims(1, 32, 32, 3)))
		assert.Equal(t, c.channels, y.Shape.Dim(3), name)
	}
}

// TestLossesOfTask builds every loss for flags, or has it refused.
func TestLossesOfTask(t *testing.T) {
	for _, l := range lossChoices {
		_, err := build(parse(t, append(oneThing, "loss=["+l.name+"]")...))
		switch l.name {
		case "cross_entropy", "ohem_cross_entropy", "topk_cross_entropy", "dice_ce":
			assert.ErrorContains(t, err, "loss.0: "+l.name+" is of classes that exclude each other; allowed where task is binary: ")
		default:
			assert.NoError(t, err, l.name)
		}
	}
}

func TestColorsOfTask(t *testing.T) {
	one := describeSource(parse(t, append(oneThing, "data.mask.colors=[[1, 2, 3], [4, 5, 6]]")...))
	assert.Equal(t, []color.RGBA{{4, 5, 6, 255}}, one.palette, "the first is of what is not there")
	assert.Equal(t, 2, one.code.Classes)
	assert.Equal(t, raster.Palette(1), describeSource(parse(t, oneThing...)).palette)
}

func TestMeasureOptions(t *testing.T) {
	cfg := parse(t)
	for says, o := range map[string]MeasureOptions{
		"thresholds are for binary and multilabel, but task is multiclass": {Thresholds: []float64{0.5}},
		`no metric "x"`:                {Metrics: []string{"x"}},
		`no metric "y"`:                {Metrics: []string{"y"}, Reductions: []string{"none"}},
		`no reduction "x"`:             {Metrics: []string{"f1"}, Reductions: []string{"x"}},
		"1 weights for 6 classes":      {Metrics: []string{"f1"}, Weights: []float64{1}},
		"tolerance -1 of outlines":     {Boundary: -1},
		"allowed: above 0 and below 1": {},
	} {
		c := cfg
		if says == "allowed: above 0 and below 1" {
			c, o.Thresholds = parse(t, oneThing...), []float64{0}
		}
		assert.ErrorContains(t, o.check(c), says)
	}
	meter := metric.NewMeter(metric.MeterOptions{Classes: 2, Ignore: -1})
	none, err := MeasureOptions{}.measures(meter, []string{"a", "b"}, nil)
	require.NoError(t, err)
	assert.Nil(t, none)
}
