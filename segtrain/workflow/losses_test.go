package workflow

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn/loss"
	"tessera/segtrain/config"
	"tessera/tensor"
)

// TestLossesByName records and runs each loss that the configuration knows, with its defaults.
func TestLossesByName(t *testing.T) {
	for _, name := range config.Choices("loss") {
		l, err := newLoss(parse(t, "loss="+name, "data.ignore=255"), 3)
		require.NoError(t, err, name)
		tape := autograd.NewTape(autograd.Training)
		p := autograd.NewParam("NHWC", tensor.Dims(2, 2, 2, 3))
		for i := range p.Value.Data {
			p.Value.Data[i] = float32(i*5%7) / 7
		}
		target := tape.Labels(tensor.Dims(2, 2, 2))
		copy(target.Indices, []uint8{0, 1, 2, 255, 1, 0, 0, 2})
		y := tape.Output(l.Forward(tape, tape.Param(p), autograd.NewTarget(target)))
		require.NoError(t, tape.Plan())
		tape.Forward()
		tape.Backward(y, 1)
		assert.NotZero(t, y.Value()[0], name)
		assert.NotZero(t, p.Grad.Data[0], name)
		assert.Equal(t, []float32{0, 0, 0}, p.Grad.Data[9:12], "%s: an ignored pixel", name)
		tape.Free()
	}
}

func TestLossSettings(t *testing.T) {
	region := autograd.RegionOptions{Ignore: autograd.NoIgnore, Eps: 1e-7}
	with := func(change func(o *autograd.RegionOptions)) autograd.RegionOptions {
		o := region
		change(&o)
		return o
	}
	quarter := float32(0.25)
	for text, want := range map[string]loss.Loss{
		"{bce: {pos_weight: 2}}": loss.BCE{Ignore: autograd.NoIgnore, PosWeight: []float32{2, 2, 2}},
		"{bce: {pos_weight: [1, 2, 3], smoothing: 0.25, weights: [3, 2, 1]}}": loss.BCE{Ignore: autograd.NoIgnore,
			Smoothing: 0.25, PosWeight: []float32{1, 2, 3}, Weights: []float32{3, 2, 1}},
		"{focal: {one_vs_rest: true, reduced_threshold: 0.5}}": loss.Focal{Ignore: autograd.NoIgnore, Gamma: 2, OneVsRest: true, Reduced: 0.5},
		"{focal: {gamma: 1, one_vs_rest: true, alpha: 0.25}}": loss.Focal{Ignore: autograd.NoIgnore, Gamma: 1,
			OneVsRest: true, Alpha: &quarter},
		"{ohem_cross_entropy: {keep: 0.5, weights: [1, 2, 3], smoothing: 0.25}}": loss.HardCrossEntropy{
			HardOptions: autograd.HardOptions{Ignore: autograd.NoIgnore, Keep: 0.5, Threshold: 0.7, Smoothing: 0.25,
				Weights: []float32{1, 2, 3}}},
		"{jaccard: {log_loss: true, classes: [1, 2], weights: [1, 2, 3]}}": loss.Jaccard{
			RegionOptions: with(func(o *autograd.RegionOptions) {
				o.Log, o.Classes, o.Weights = true, []int{1, 2}, []float32{1, 2, 3}
			})},
		"{dice: {empty: count, smooth: 1, eps: 1e-5}}": loss.Dice{RegionOptions: with(func(o *autograd.RegionOptions) {
			o.Empty, o.Smooth, o.Eps = true, 1, 1e-5
		})},
		"focal_tversky": loss.Tversky{TverskyOptions: autograd.TverskyOptions{RegionOptions: region,
			Alpha: 0.3, Beta: 0.7, Gamma: 0.75}},
		"{mcc: {classes: [1]}}":       loss.MCC{RegionOptions: autograd.RegionOptions{Ignore: autograd.NoIgnore, Classes: []int{1}}},
		"{lovasz: {per_image: true}}": loss.Lovasz{Ignore: autograd.NoIgnore, PerImage: true},
		"{dice_focal: {gamma: 3, smooth: 1, focal_weight: 0.5}}": loss.Sum{Weights: []float32{1, 0.5}, Losses: []loss.Loss{
			loss.Dice{RegionOptions: autograd.RegionOptions{Ignore: autograd.NoIgnore, Smooth: 1}},
			loss.Focal{Ignore: autograd.NoIgnore, Gamma: 3}}},
		"{generalized_cross_entropy: {q: 0.5, weights: [1, 2, 3]}}": loss.GeneralizedCrossEntropy{Ignore: autograd.NoIgnore, Q: 0.5,
			Weights: []float32{1, 2, 3}},
		"{symmetric_cross_entropy: {alpha: 6, log_zero: 9}}": loss.SymmetricCrossEntropy{Ignore: autograd.NoIgnore, Alpha: 6, Beta: 1,
			LogZero: 9},
		"{bootstrapped_cross_entropy: {hard: true, beta: 0.8}}": loss.BootstrappedCrossEntropy{Ignore: autograd.NoIgnore, Beta: 0.8, Hard: true},
		"{boundary: {classes: [1, 2]}}":                         loss.Boundary{Ignore: autograd.NoIgnore, Classes: []int{1, 2}},
		"{dice_ce: {smoothing: 0.1, ce_weight: 2}}": loss.Sum{Weights: []float32{1, 2}, Losses: []loss.Loss{
			loss.Dice{RegionOptions: autograd.RegionOptions{Ignore: autograd.NoIgnore}},
			loss.CrossEntropy{Ignore: autograd.NoIgnore, Smoothing: 0.1}}},
	} {
		l, err := newLoss(parse(t, "loss="+text), 3)
		require.NoError(t, err, text)
		assert.Equal(t, want, l.(loss.Sum).Losses[0], text)
	}
}

func TestLossMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"{cross_entropy: {smoothing: 1}}":                    "smoothing: 1 is out of range; allowed: 0 or more and below 1",
		"{cross_entropy: {weights: [1, -1]}}":                "weights.1: -1 is out of range; allowed: 0 or more",
		"{dice: {weight: 0}}":                                "weight: 0 is out of range; allowed: above 0",
		"{dice: {smooth: -1, eps: 0}}":                       "eps: 0 is out of range; allowed: above 0",
		"{dice: {empty: never}}":                             `empty: "never" is out of range; allowed: skip, count`,
		"{dice: {empty: count}}":                             "empty: count wants smooth above 0",
		"{dice: {classes: [0, 3]}}":                          "classes.1: 3 is no class; allowed: 0 to 2",
		"{mcc: {classes: [-1]}}":                             "classes.0: -1 is no class; allowed: 0 to 2",
		"{mcc: {weights: [1]}}":                              "weights: 1 values for 3 classes",
		"{tversky: {alpha: -1}}":                             "alpha: -1 is out of range; allowed: 0 or more",
		"{focal_tversky: {gamma: 0}}":                        "gamma: 0 is out of range; allowed: above 0",
		"{focal: {gamma: -1}}":                               "gamma: -1 is out of range; allowed: 0 or more",
		"{focal: {alpha: 0.5}}":                              "alpha: is for one_vs_rest; weights are for the softmax",
		"{focal: {reduced_threshold: 0.5}}":                  "reduced_threshold: is for one_vs_rest",
		"{focal: {one_vs_rest: true, reduced_threshold: 1}}": "reduced_threshold: 1 is out of range; allowed: above 0 and below 1, or null",
		"{focal: {one_vs_rest: true, alpha: 2}}":             "alpha: 2 is out of range; allowed: 0 to 1, or null",
		"{bce: {smoothing: 0.5}}":                            "smoothing: 0.5 is out of range; allowed: 0 or more and below 0.5",
		"{bce: {pos_weight: -1}}":                            "pos_weight.0: -1 is out of range; allowed: 0 or more",
		"{bce: {pos_weight: [1, 2]}}":                        "pos_weight: 2 values for 3 classes",
		"{bce: {pos_weight: much}}":                          `pos_weight: wants a number, not "much"`,
		"{ohem_cross_entropy: {keep: 2}}":                    "keep: 2 is out of range; allowed: 0 to 1",
		"{topk_cross_entropy: {threshold: 2}}":               "threshold: 2 is out of range; allowed: 0 to 1",
		"{dice_ce: {dice_weight: 0}}":                        "dice_weight: 0 is out of range; allowed: above 0",
		"{dice_focal: {focal_weight: 0}}":                    "focal_weight: 0 is out of range; allowed: above 0",
		"{lovasz: {weight: -1}}":                             "weight: -1 is out of range; allowed: above 0",
		"{boundary: {classes: [3]}}":                         "classes.0: 3 is no class; allowed: 0 to 2",
		"{generalized_cross_entropy: {q: 0}}":                "q: 0 is out of range; allowed: 0.01 to 1",
		"{symmetric_cross_entropy: {alpha: -1}}":             "alpha: -1 is out of range; allowed: 0 or more",
		"{symmetric_cross_entropy: {alpha: 0, beta: 0}}":     "alpha: 0 is out of range; allowed: above 0 where beta is 0",
		"{symmetric_cross_entropy: {log_zero: 0}}":           "log_zero: 0 is out of range; allowed: above 0 to 100",
		"{bootstrapped_cross_entropy: {beta: 0}}":            "beta: 0 is out of range; allowed: above 0 to 1",
		"{jaccard: {smoth: 1}}":                              `smoth: unknown key; did you mean "smooth"?`,
	} {
		cfg, err := config.Parse("test.yaml", nil, "loss="+text)
		if err == nil {
			_, err = newLoss(cfg, 3)
		}
		assert.ErrorContains(t, err, want, text)
	}
	_, err := newLoss(parse(t, "loss=topk_cross_entropy"), 256)
	assert.ErrorContains(t, err, "wants at most 255 classes, unless data.ignore is one of them")
}
