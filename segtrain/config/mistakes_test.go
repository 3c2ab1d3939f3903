package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	lossNames = "cross_entropy, dice"
	optimKeys = "name, lr, betas, eps, weight_decay, decoupled_weight_decay, momentum, dampening, nesterov, " +
		"momentum_decay, delta, wd_ratio, lookahead, encoder_lr, layer_decay, decay_bias_norm, clip_norm, clip_value"
)

// A mistake is a file and the error it must give.
type mistake struct{ text, want string }

func checkMistakes(t *testing.T, list []mistake) {
	t.Helper()
	for _, m := range list {
		got, err := Parse("r", []byte(m.text))
		assert.EqualError(t, err, m.want, m.text)
		assert.Nil(t, got, m.text)
	}
}

func TestMistakesOfYAML(t *testing.T) {
	checkMistakes(t, []mistake{
		{"optim: [1", "r:1:8: not YAML: sequence end token ']' not found"},
		{"- a", "r:1:1: wants keys below it, not a list; allowed: " +
			"data, augment, model, loss, optim, schedule, train, threads, out"},
		{"threads: 1\nthreads: 2", "r:2:1: threads: is written twice, first in line 1"},
		{"optim: {lr: 1, eps: 1, lr: 2}", "r:1:24: optim.lr: is written twice, first in line 1"},
		{"threads: 1\n---\nthreads: 2", "r:3:1: a second document; allowed: one"},
		{"threads: &a 1", "r:1:10: threads: anchors and aliases are not allowed; write the value out"},
		{"threads: !!int 1", "r:1:10: threads: tags are not allowed; the key gives the type"},
		{"<<: {threads: 1}", "r:1:1: has a key that is no plain word"},
		{strings.Repeat("[", 300), "r: too long or nested too deeply for a configuration"},
	})
}

func TestUnknownKeys(t *testing.T) {
	checkMistakes(t, []mistake{
		{"optim: {learning_rate: 1}", "r:1:9: optim.learning_rate: unknown key; " +
			"allowed: " + optimKeys},
		{"train:\n  epoch: 1", "r:2:3: train.epoch: unknown key; did you mean \"epochs\"? " +
			"allowed: epochs, steps, batch, seed, snapshot_minutes, best, val_every, ema_decay, swa, tensorboard"},
		{"lr: 1", "r:1:1: lr: unknown key; did you mean \"optim.lr\"? allowed: " +
			"data, augment, model, loss, optim, schedule, train, threads, out"},
	})
}

func TestMistakesOfType(t *testing.T) {
	checkMistakes(t, []mistake{
		{"optim: 5", "r:1:8: optim: wants keys below it, not 5; allowed: " + optimKeys},
		{"threads: many", "r:1:10: threads: wants a whole number, not \"many\""},
		{"threads: 1.5", "r:1:10: threads: wants a whole number, not 1.5"},
		{"threads:", "r:1:10: threads: wants a whole number, not nothing"},
		{"threads: 99999999999999999999", "r:1:10: threads: wants a whole number, not 1e+20"},
		{"optim: {lr: '1'}", "r:1:13: optim.lr: wants a number, not \"1\""},
		{"optim: {lr: .inf}", "r:1:13: optim.lr: wants a number, not +Inf"},
		{"optim: {lr: 1e999}", "r:1:13: optim.lr: wants a number, not +Inf"},
		{"optim: {lr: [1]}", "r:1:13: optim.lr: wants a number, not a list"},
		{"out: 5", "r:1:6: out: wants a text, not 5"},
		{"train: {seed: [1, 2, 1]}", "r:1:15: train.seed: 1 is in the list twice, and would give the same run"},
		{"train: {seed: []}", "r:1:15: train.seed: is an empty list; allowed: a whole number from 0, or several"},
		{"train: {seed: [1, -1]}", "r:1:19: train.seed.1: wants a whole number from 0, not -1"},
		{"train: {seed: -1}", "r:1:15: train.seed: wants a whole number from 0, not -1"},
		{"data: {size: 256}", "r:1:14: data.size: wants 2 whole numbers, not 256"},
		{"data: {size: [1, 2, 3]}", "r:1:14: data.size: wants 2 whole numbers, not 3"},
		{"data: {size: [96, x]}", "r:1:19: data.size.1: wants a whole number, not \"x\""},
		{"data: {mean: 0.5}", "r:1:14: data.mean: wants a list of numbers, not 0.5"},
		{"data: {mask: {colors: [1]}}", "r:1:24: data.mask.colors.0: wants 3 whole numbers, not 1"},
		{"data: {mask: {map: {a: 1}}}", "r:1:21: data.mask.map.a: \"a\" is no whole number"},
		{"data: {mask: {map: [1]}}",
			"r:1:20: data.mask.map: wants a mapping from whole numbers to whole numbers, not a list"},
		{"data: {classes: [1, b]}", "r:1:18: data.classes.0: wants a text, not 1"},
		{"data: {ignore: x}", "r:1:16: data.ignore: wants a whole number, not \"x\""},
	})
}

func TestMistakesOfRange(t *testing.T) {
	checkMistakes(t, []mistake{
		{"train: {batch: 0}", "r:1:16: train.batch: 0 is out of range; allowed: 1 or more"},
		{"data: {size: [96, 16]}", "r:1:19: data.size.1: 16 is out of range; " +
			"allowed: 32 or more, because the encoder halves a picture five times"},
		{"data: {val: {fraction: 1}}",
			"r:1:24: data.val.fraction: 1 is out of range; allowed: 0 or more and below 1"},
		{"optim: {betas: [1, 0]}", "r:1:17: optim.betas.0: 1 is out of range; allowed: 0 or more and below 1"},
		{"optim: {lookahead: {alpha: 1.5}}",
			"r:1:28: optim.lookahead.alpha: 1.5 is out of range; allowed: above 0 and at most 1"},
		{"schedule: {pct_start: 1}", "r:1:23: schedule.pct_start: 1 is out of range; allowed: above 0 and below 1"},
		{"data: {classes: 1}", "r:1:17: data.classes: 1 is out of range; allowed: 2 to 256, or names"},
		{"data: {ignore: -100}", "r:1:16: data.ignore: -100 is out of range; allowed: 0 to 255"},
	})
}

func TestMistakesOfName(t *testing.T) {
	checkMistakes(t, []mistake{
		{"model: {arch: unett}", "r:1:15: model.arch: no \"unett\"; did you mean \"unet\"? there are: unet"},
		{"model: {arch: [unet]}", "r:1:15: model.arch: wants a name or {name: settings}, not a list"},
		{"model: {arch: {unet: 5}}", "r:1:22: model.arch.unet: wants settings as {key: value}, not 5"},
		{"model: {decoder_channels: 8}", "r:1:27: model.decoder_channels: wants a list of whole numbers, not 8"},
		{"loss: [focl]", "r:1:8: loss: no \"focl\"; there are: " + lossNames},
		{"loss: [{Dice: {a: 1}}]", "r:1:9: loss: no \"Dice\"; did you mean \"dice\"? there are: " + lossNames},
		{"optim: {name: adam}", "r:1:15: optim.name: no \"adam\"; did you mean \"adamw\"? there are: adamw"},
		{"loss: [5]", "r:1:8: loss.0: wants a name or {name: settings}, not 5"},
		{"loss: [dice: 5]", "r:1:14: loss.dice: wants settings as {key: value}, not 5"},
		{"loss:\n  - dice:\n    weight: 1", "r:2:5: loss.0: wants a name or {name: settings}, " +
			"not 2 keys; settings of dice go one level deeper"},
		{"loss: []", "r:1:7: loss: wants at least one; there are: " + lossNames},
		{"data: {group: '('}", "r:1:15: data.group: \"(\" is no regular expression: missing closing ): `(`; " +
			"allowed: a regular expression with a submatch"},
		{"data: {group: a}", "r:1:15: data.group: \"a\" has no (submatch) to name the group; " +
			"allowed: a regular expression with a submatch"},
		{"data: {pattern: m.png}", "r:1:17: data.pattern: \"m.png\" has no {stem}, " +
			"so every picture would have the same mask; allowed: a name with {stem}"},
	})
}

func TestKeysAgainstEachOther(t *testing.T) {
	checkMistakes(t, []mistake{
		{"data: {images: /i}", "r:1:16: data.images: is for data.kind folders, but data.kind is synth"},
		{"data: {kind: csv, classes: 2}", "r:1:7: data.manifest: missing; data.kind csv needs it"},
		{"data: {kind: folders, images: /i, masks: /m}",
			"r:1:7: data.classes: missing; data.kind folders needs their names or number"},
		{folders + "  val: {images: /v}", "r:6:8: data.val.masks: missing beside data.val.images"},
		{folders + "  val: {masks: /v}", "r:6:8: data.val.images: missing beside data.val.masks"},
		{folders + "  val: {fold: 0}", "r:6:15: data.val.fold: is for data.kind csv, but data.kind is folders"},
		{folders + "  val: {}", "r:6:8: data.val: nothing to validate on; " +
			"allowed: {images: …, masks: …}, {fraction: …} or {fold: …}"},
		{folders + "  val: {fraction: 0.5, fold: 0}", "r:6:8: data.val: fraction, fold exclude each other; " +
			"allowed: {images: …, masks: …}, {fraction: …} or {fold: …}"},
		{folders + "  ignore: 2", "r:6:11: data.ignore: 2 is class \"c\"; allowed: 3 to 255, or null"},
		{folders + "  mask: {code: binary}", "r:6:16: data.mask.code: binary means 2 classes, but there are 3"},
		{folders + "  mask: {code: palette}",
			"r:6:9: data.mask.colors: missing; palette needs one for each class"},
		{folders + "  mask: {colors: [[0, 0, 0]]}", "r:6:18: data.mask.colors: 1 colors for 3 classes"},
		{folders + "  mask: {map: {255: 3}}",
			"r:6:21: data.mask.map.255: 3 is no class; allowed: 0 to 2, or data.ignore"},
		{folders + "  channels: 1", "r:2:3: data.mean: has 3 values for 1 channels\n" +
			"r:2:3: data.std: has 3 values for 1 channels"},
		{"data: {classes: [a, b, a]}", "r:1:24: data.classes.2: \"a\" is the name of class 0 already"},
		{"schedule: {min_lr: 1}", "r:1:20: schedule.min_lr: 1 is above optim.lr, which is 0.001"},
		{"schedule: {warmup_epochs: 30}",
			"r:1:27: schedule.warmup_epochs: 30 is longer than the run of 8 epochs"},
		{"schedule: {swa: {start_epoch: 6}}",
			"r:1:17: schedule.swa.rate: missing; schedule.swa.start_epoch needs it"},
		{"schedule: {swa: {rate: 0.1}}", "r:1:24: schedule.swa.rate: means nothing without schedule.swa.start_epoch; " +
			"allowed then: null"},
		{"schedule: {swa: {start_epoch: 9, rate: 0.1}}",
			"r:1:31: schedule.swa.start_epoch: 9 is after the run of 8 epochs"},
		{"train: {swa: true}\nschedule: {swa: {start_epoch: 8, rate: 0.1}}",
			"r:1:14: train.swa: nothing to average: schedule.swa.start_epoch 8 leaves nothing of the run of 8 epochs"},
		{"train: {ema_decay: 1}", "r:1:20: train.ema_decay: 1 is out of range; allowed: 0 or more and below 1"},
		{"train: {ema_decay: -0.1, swa: 2}", "r:1:20: train.ema_decay: -0.1 is out of range; allowed: 0 or more and below 1\n" +
			"r:1:31: train.swa: wants true or false, not 2"},
	})
}

func TestMistakesComeTogether(t *testing.T) {
	_, err := Parse("r", []byte(`data:
  kind: folders
  imagez: /i
  classes: [a, b]
  ignore: x
  mask: {map: {255: 7}}
optim:
  lr: -1
  eps: fast
schedule: {min_lr: 1}
train: {batch: 0, batch: 1}
`), "threads=-1")
	var ms Mistakes
	require.ErrorAs(t, err, &ms)
	var keys []string
	for _, m := range ms {
		keys = append(keys, m.Key)
	}
	// data.images is not called missing, nor min_lr compared with a broken lr, nor map with a broken ignore.
	assert.Equal(t, []string{"threads", "data.masks", "data.imagez", "data.ignore", "optim.lr", "optim.eps",
		"train.batch"}, keys)
	assert.Equal(t, 7, strings.Count(err.Error(), "\n")+1)
}

func TestCheckOnCode(t *testing.T) {
	c := Default()
	c.Train.Batch = 0
	c.Loss = []Part{{Name: "focl"}}
	c.Data.Ignore = new(-1)
	assert.EqualError(t, c.Check(), "data.ignore: -1 is out of range; allowed: 0 to 255\n"+
		"train.batch: 0 is out of range; allowed: 1 or more\n"+
		"loss: no \"focl\"; there are: cross_entropy, dice")
}

func TestNearest(t *testing.T) {
	names := []string{"epochs", "steps", "batch", "val_every"}
	assert.Equal(t, "epochs", nearest("epcohs", names))
	assert.Equal(t, "val_every", nearest("valEvery", names))
	assert.Empty(t, nearest("xyz", names))
	assert.Empty(t, nearest("", names))
	assert.Equal(t, 3, edits("kitten", "sitting"))
}

// FuzzParse holds that no text panics, and that what is accepted survives Marshal.
func FuzzParse(f *testing.F) {
	c := Default()
	f.Add(string(c.Marshal()))
	f.Add(folders + "  mask: {code: palette, colors: [[0, 0, 0]]}\nloss: [{dice: {a: [1, {b: ~}]}}]\n")
	f.Add("a: &x [*x]\n? b\n: !!str |\n  c\n<<: {}")
	f.Add("loss: {dice: {\"\\x00\\u2028\": .5, 'y': 0x1F, z: 1e-3}}")
	f.Add("loss: {dice: {a: >-\n   b\n\n   c\n}}")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("/f.yaml", []byte(text))
		if err != nil {
			return
		}
		marshaled := c.Marshal()
		back, err := Parse("/g.yaml", marshaled)
		require.NoError(t, err, string(marshaled))
		assert.Equal(t, string(marshaled), string(back.Marshal()))
	})
}
