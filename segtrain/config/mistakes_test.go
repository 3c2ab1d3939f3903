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
		"momentum_decay, delta, wd_ratio, amsgrad, lookahead, encoder_lr, layer_decay, decay_bias_norm, clip_norm, clip_value"
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
			"task, data, augment, mix, pseudo, model, loss, optim, schedule, train, predict, submit, precision, emulate, debug, scale, threads, out"},
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
			"allowed: epochs, steps, batch, accumulate, seed, snapshot_minutes, best, val_every, ema_decay, ema_warmup, swa, " +
			"keep_last, keep_best, keep_cycles, tensorboard, activations, weights_type"},
		{"lr: 1", "r:1:1: lr: unknown key; did you mean \"optim.lr\"? allowed: " +
			"task, data, augment, mix, pseudo, model, loss, optim, schedule, train, predict, submit, precision, emulate, debug, scale, threads, out"},
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
		{"train: {accumulate: 0}", "r:1:21: train.accumulate: 0 is out of range; allowed: 1 to 4096"},
		{"data: {size: [96, 16]}", "r:1:19: data.size.1: 16 is out of range; " +
			"allowed: 32 or more, because the encoder halves a picture five times"},
		{"data: {val: {fraction: 1}}",
			"r:1:24: data.val.fraction: 1 is out of range; allowed: 0 or more and below 1"},
		{"optim: {betas: [1, 0]}", "r:1:17: optim.betas.0: 1 is out of range; allowed: 0 or more and below 1"},
		{"optim: {lookahead: {alpha: 1.5}}",
			"r:1:28: optim.lookahead.alpha: 1.5 is out of range; allowed: above 0 and at most 1"},
		{"schedule: {pct_start: 1}", "r:1:23: schedule.pct_start: 1 is out of range; allowed: above 0 and below 1"},
		{"data: {classes: 1}", "r:1:17: data.classes: wants 2 to 256 classes, not 1; " +
			"the background of a single thing is one, or the task is binary"},
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
		{"data: {images: /i}", "r:1:16: data.images: is for data.kind folders, coco, rle, but data.kind is synth"},
		{"data: {kind: coco, images: /i, classes: 2}", "r:1:7: data.annotations: missing; data.kind coco needs it"},
		{regions + "  val: {}", "r:6:8: data.val: nothing to validate on; allowed: {annotations: …} or {fraction: …}"},
		{regions + "  val: {masks: /m}", "r:6:16: data.val.masks: is for data.kind folders, but data.kind is rle"},
		{regions + "  val: {images: /v}", "r:6:8: data.val.annotations: missing beside data.val.images"},
		{regions + "  unlisted: skip\n  val: {annotations: /v, fraction: 0.5}",
			"r:7:8: data.val: annotations, fraction exclude each other; allowed: {annotations: …} or {fraction: …}"},
		{folders + "  val: {annotations: /v}",
			"r:6:22: data.val.annotations: is for data.kind coco, rle, but data.kind is folders"},
		{regions + "  background: 3", "r:6:15: data.background: 3 is no class; allowed: 0 to 2, or data.ignore"},
		{regions + "  val: {annotations: /v}", "r:2:3: data.unlisted: error cannot be where pictures of one folder train and " +
			"validate, since each file leaves out those of the other; allowed: skip"},
		{regions + "  overlap: larger", `r:6:12: data.overlap: no "larger"; did you mean "later"? there are: later, smaller`},
		{regions + "  rle: {order: fortran}", `r:6:16: data.rle.order: no "fortran"; there are: columns, rows`},
		{regions + "  rle: {base: 2}", "r:6:15: data.rle.base: 2 is out of range; allowed: 0 to 1"},
		{regions + "  mask: {code: binary}", "r:6:16: data.mask.code: is about files of masks, which data.kind rle has not; allowed: index\n" +
			"r:6:16: data.mask.code: binary means 2 classes, but there are 3"},
		{"data: {kind: csv, classes: 2}", "r:1:7: data.manifest: missing; data.kind csv needs it"},
		{"data: {kind: folders, images: /i, masks: /m}",
			"r:1:7: data.classes: missing; data.kind folders needs their names or number"},
		{folders + "  val: {images: /v}", "r:6:8: data.val.masks: missing beside data.val.images"},
		{folders + "  val: {masks: /v}", "r:6:8: data.val.images: missing beside data.val.masks"},
		{folders + "  split: {kind: folds}", `r:6:17: data.split.kind: no "folds"; did you mean "kfold"? there are: none, holdout, ` +
			"stratified_holdout, kfold, stratified, group, stratified_group, file"},
		{folders + "  val: {fold: 0}", "r:6:15: data.val.fold: is for data.split or data.kind csv, but data.kind is folders"},
		{folders + "  split: {kind: kfold}\n  val: {fraction: 0.2}", "r:6:17: data.split.kind: kfold needs data.val.fold: the fold that validates"},
		{folders + "  split: {kind: holdout}\n  val: {fold: 0}", "r:6:17: data.split.kind: holdout needs data.val.fraction: the part that validates"},
		{folders + "  split: {kind: kfold, k: 3}\n  val: {fold: 3}",
			"r:7:15: data.val.fold: 3 is out of range; allowed: 0 to 2, the folds of data.split"},
		{folders + "  split: {kind: file}", "r:6:10: data.split.file: missing; data.split.kind file needs it"},
		{folders + "  split: {kind: group, file: f.csv}", "r:6:30: data.split.file: is for data.split.kind file, but that is group"},
		{folders + "  split: {kind: stratified, by: label}", "r:6:33: data.split.by: label is for data.kind csv, but data.kind is folders"},
		{folders + "  val: {}", "r:6:8: data.val: nothing to validate on; " +
			"allowed: {images: …, masks: …}, {fraction: …} or {fold: …}"},
		{folders + "  val: {fraction: 0.5, fold: 0}", "r:6:8: data.val: fraction, fold exclude each other; " +
			"allowed: {images: …, masks: …}, {fraction: …} or {fold: …}"},
	})
}

func TestValuesAgainstEachOther(t *testing.T) {
	checkMistakes(t, []mistake{
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
		{"schedule: {swa: {cycle_epochs: 2}}", "r:1:17: schedule.swa.rate: missing; the cycles of schedule.swa.cycle_epochs go from it to " +
			"schedule.swa.min_rate"},
		{"schedule: {swa: {rate: 0.1, cycle_epochs: 2}}", "r:1:17: schedule.swa.min_rate: missing; the cycles of " +
			"schedule.swa.cycle_epochs go from schedule.swa.rate to it"},
		{"schedule: {swa: {rate: 0.1, min_rate: 0.01}}", "r:1:39: schedule.swa.min_rate: means nothing without " +
			"schedule.swa.cycle_epochs; allowed then: null"},
		{"schedule: {swa: {rate: 0.1, cycle_epochs: 2, min_rate: 0.2}}", "r:1:56: schedule.swa.min_rate: 0.2 is above " +
			"schedule.swa.rate, which is 0.1"},
		{"train: {keep_cycles: true}", "r:1:22: train.keep_cycles: there are no cycles; allowed with schedule.name cosine_restarts, or " +
			"schedule.swa.cycle_epochs above 0"},
		{"train: {keep_cycles: true}\nschedule: {swa: {start_epoch: 2.5, rate: 0.1, min_rate: 0, cycle_epochs: 1.5}}",
			"r:2:31: schedule.swa.start_epoch: 2.5 makes cycles end within epochs, and train.keep_cycles wants them to end with " +
				"epochs; allowed: a whole number\n" +
				"r:2:74: schedule.swa.cycle_epochs: 1.5 makes cycles end within epochs, and train.keep_cycles wants them to end with " +
				"epochs; allowed: a whole number"},
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

func TestMistakesOfHeads(t *testing.T) {
	checkMistakes(t, []mistake{
		{"model: {aux: {weight: -1}}", "r:1:23: model.aux.weight: -1 is out of range; allowed: 0 or more"},
		{"model: {aux: {dropout: 1}}", "r:1:24: model.aux.dropout: 1 is out of range; allowed: 0 or more and below 1"},
		{"model: {aux: {classes: [ship]}}", "r:1:24: model.aux.classes: masks show data.classes; allowed with " +
			"model.aux.labels mask: nothing"},
		{"model: {aux: {labels: manifest}}", "r:1:23: model.aux.labels: manifest is for data.kind csv, but data.kind is synth"},
		{"model: {aux: {pooling: mean}}", `r:1:24: model.aux.pooling: no "mean"; did you mean "max"? there are: avg, max`},
		{"model: {freeze: all}", `r:1:17: model.freeze: no "all"; there are: none, encoder`},
		{"model: {freeze_epochs: 2}", "r:1:24: model.freeze_epochs: means nothing while model.freeze is none; allowed then: 0"},
		{"model: {freeze: encoder, freeze_epochs: 8}", "r:1:41: model.freeze_epochs: 8 leaves nothing of the run of 8 epochs; " +
			"0 freezes throughout"},
		{"model: {stem: small}", `r:1:15: model.stem: no "small"; there are: none, downscale`},
	})
}

func TestMistakesOfMomentum(t *testing.T) {
	checkMistakes(t, []mistake{
		{"train: {ema_warmup: true}", "r:1:21: train.ema_warmup: means nothing without train.ema_decay; allowed then: false"},
	})
}

func TestMistakesOfTask(t *testing.T) {
	const one = "task: binary\ndata:\n  kind: folders\n  images: /i\n  masks: /m\n"
	const many = "task: multilabel\ndata:\n  kind: folders\n  images: /i\n  classes: [a, b, c]\n"
	checkMistakes(t, []mistake{
		{"task: mutliclass", "r:1:7: task: no \"mutliclass\"; did you mean \"multiclass\"? there are: multiclass, binary, multilabel"},
		{one + "  classes: [a, b]", "r:6:12: data.classes: wants one class where task is binary, not 2: " +
			"the name of what is there; the background is none"},
		{one + "  classes: [a]\n  ignore: 1",
			"r:7:11: data.ignore: 1 means that a class is there; allowed where task is binary: 2 to 255, or null"},
		{one + "  classes: [a]\n  mask: {map: {7: 2}}",
			"r:7:19: data.mask.map.7: 2 is no class; allowed: 0 to 1, or data.ignore"},
		{one + "  classes: [a]\n  mask: {code: channels}",
			"r:7:16: data.mask.code: channels is for task multilabel, but task is binary"},
		{one + "  classes: [a]\npredict: {threshold: 1}",
			"r:7:22: predict.threshold.0: 1 is out of range; allowed: above 0 and below 1"},
		{one + "  classes: [a]\npredict: {gate: 0.4}",
			"r:7:17: predict.gate: is for models with a classification head, which model.aux.weight gives them"},
		{one + "  classes: [a]\nmodel: {aux: {weight: 1}}\npredict: {gate: [0.4, 0.3]}",
			"r:8:17: predict.gate: 2 values for 1 classes; allowed: one, or one a class"},
		{one + "  classes: [a]\nmodel: {aux: {weight: 1}}\npredict: {gate: 1}",
			"r:8:17: predict.gate.0: 1 is out of range; allowed: 0 or more and below 1"},
		{one + "  classes: [a]\npredict: {threshold: [0.5, 0.4]}",
			"r:7:22: predict.threshold: 2 values for 1 classes; allowed: one, or one a class"},
		{"task: binary", "r:1:7: task: binary wants data.classes to name one class of the procedural set, " +
			"and data.mask.map to make 0 and 1 of its values"},
		{"task: multilabel\ndata: {mask: {code: bits}}",
			"r:1:7: task: multilabel is for data.kind folders, csv: in the procedural set no classes overlap"},
		{many + "  masks: /m", "r:3:3: data.mask.code: index means a file a class where task is multilabel, " +
			"so data.masks or data.pattern needs {class}; allowed without: channels, bits"},
		{many + "  masks: /m/{class}\n  mask: {code: bits}", "r:7:16: data.mask.code: bits means one file for all classes, " +
			"but data.masks or data.pattern has {class}; allowed then: index, binary"},
		{many + "  masks: /m\n  mask: {code: palette}", "r:7:16: data.mask.code: palette has one class a pixel; " +
			"allowed where task is multilabel: channels, bits, and with {class} in data.masks or data.pattern index, binary"},
		{many + "  masks: /m/{class}\n  mask: {colors: [[1, 2, 3]]}", "r:7:18: data.mask.colors: 1 colors for 3 classes"},
		{many + "  masks: /m/{class}\n  mask: {map: {255: 2}}",
			"r:7:15: data.mask.map: 2 is neither 0 nor 1 nor data.ignore, which a file a class has"},
		{folders + "  pattern: '{stem}_{class}'",
			"r:4:10: data.masks: {class}, a file a class, is for task multilabel, but task is multiclass"},
	})
}
