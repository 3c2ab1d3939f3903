package workflow

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/augment"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

func TestMix(t *testing.T) {
	cfg := parse(t, "mix=[{MixUp: {alpha: 1, p: 0.25}}, {CutMix: {p: 0.5, epochs: [2, 5], ramp: 2}}]")
	p, err := build(cfg)
	require.NoError(t, err)
	assert.Equal(t, []augment.Mixer{
		&augment.MixUp{MixWhen: augment.MixWhen{P: 0.25}, Alpha: 1},
		&augment.CutMix{MixWhen: augment.MixWhen{P: 0.5, Epochs: [2]int{2, 5}, Ramp: 2}, Alpha: 1},
	}, p.mix)
	assert.IsType(t, &train.Mixture{}, p.trainingLoss(cfg))

	soft := []string{"pseudo.manifest=labels", "pseudo.soft=true", "data.ignore=255"}
	cfg = parse(t, append(soft, "mix=[CutMix]")...)
	p, err = build(cfg)
	require.NoError(t, err)
	assert.IsType(t, &train.Mixture{}, p.trainingLoss(cfg))

	for _, tt := range []struct {
		settings []string
		want     string
	}{
		{append(soft, "mix=[{CutMix: {p: 0.1}}, {MixUp: {p: 0.1}}]"), "mix.1: MixUp would make four labels a pixel of the two of soft labels"},
		{append(soft, "loss=[dice, lovasz]"), "pseudo.soft: soft labels are two classes a pixel, and loss lovasz cannot take them"},
		{[]string{"mix=[MixUp]", "loss=[dice, lovasz]"}, "MixUp gives pixels two labels, and loss lovasz cannot take them"},
		{[]string{"mix=[{MixUp: {p: 0.7}}, CutMix]"}, "probabilities p add up to 1.2"},
		{[]string{"mix=[SnapMix]"}, "SnapMix weighs what pictures show by the activation maps of a classification head, and there is none; set model.aux.weight"},
		{[]string{"mix=[CutMix]", "train.batch=1"}, "a batch of one picture has nothing to mix"},
	} {
		_, err := build(parse(t, tt.settings...))
		assert.ErrorContains(t, err, tt.want)
	}
	_, err = build(parse(t, "mix=[CutMix]", "loss=[lovasz]"))
	assert.NoError(t, err, "hard labels are for any loss")

	plain, err := build(parse(t, "model.aux.weight=0.5"))
	require.NoError(t, err)
	p, err = build(parse(t, "mix=[SnapMix]", "model.aux.weight=0.5", "loss=[lovasz]"))
	require.NoError(t, err)
	assert.True(t, p.heads.Aux.Shares)
	assert.False(t, plain.heads.Aux.Shares)
	assert.Greater(t, p.memory.Step, plain.memory.Step, "a look at the pictures takes memory")
}

// TestEveryMixerTrainsInEveryTask mixes always, and ends in other weights than a run that does not.
func TestEveryMixerTrainsInEveryTask(t *testing.T) {
	small := []string{"data.size=[32, 32]", "model.encoder=small", "model.decoder_channels=[8, 8, 8, 8, 8]",
		"train={steps: 2, batch: 4}", "model.aux.weight=0.1", "augment=[]"}
	for task, settings := range map[string][]string{
		"multiclass": {"data.synth.count=12"},
		"binary":     append(slices.Clone(oneThing), "data.synth.count=12"),
		"multilabel": overlapped(t, 12),
	} {
		weights := map[string]string{}
		for _, mix := range append([]string{""}, augment.MixNames()...) {
			set := append(append(slices.Clone(settings), small...), "out="+filepath.Join(t.TempDir(), "run"))
			if mix != "" {
				set = append(set, "mix=[{"+mix+": {p: 1}}]")
			}
			cfg := parse(t, set...)
			r, err := Train(context.Background(), cfg, Options{})
			require.NoError(t, err, "%s %s", task, mix)
			assert.Equal(t, 2, r.Done)
			weights[mix] = fileText(t, filepath.Join(cfg.Out, record.LastFile))
		}
		require.Len(t, weights, 6)
		for mix, text := range weights {
			assert.Equal(t, mix == "", text == weights[""], "%s %s", task, mix)
		}
	}
}
