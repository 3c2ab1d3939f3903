package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var plain = cmpopts.IgnoreUnexported(Config{}, Part{})

// folders is a file's head that is right, so that tests are about what comes after it.
const folders = "data:\n  kind: folders\n  images: /i\n  masks: /m\n  classes: [a, b, c]\n"

// regions is such a head with masks out of a table.
const regions = "data:\n  kind: rle\n  images: /i\n  annotations: /a.csv\n  classes: [a, b, c]\n"

func parse(t *testing.T, text string, settings ...string) *Config {
	t.Helper()
	c, err := Parse("/conf/run.yaml", []byte(text), settings...)
	require.NoError(t, err)
	return c
}

func TestDefault(t *testing.T) {
	c := Default()
	require.NoError(t, c.Check())
	for _, empty := range []string{"", "# nothing\n", "---\n", "data:\noptim:\n", "data:\n  val:\n"} {
		assert.Empty(t, cmp.Diff(&c, parse(t, empty), plain), "%q", empty)
	}
}

func TestDefaultsAreNotShared(t *testing.T) {
	a := Default()
	a.Data.Mean[0] = 9
	require.NoError(t, a.Set("augment=[]"))
	b := Default()
	assert.Equal(t, 0.485, b.Data.Mean[0])
	assert.Len(t, b.Augment, 1)
}

func TestParse(t *testing.T) {
	c := parse(t, `
data:
  kind: folders
  images: ../pictures
  masks: /masks
  val: {images: v, masks: vm}
  group: ^(\d+)_
  classes: 11
  ignore: 11
  mask: {map: {255: 11, 12: 0}}
  size: [192, 256]
augment:
  - HorizontalFlip: {p: 5e-1}
loss:
  - cross_entropy
  - dice: {weight: 0.5, smooth: 1, name: "1"}
optim: {lr: 1e-3, betas: [.9, 1e-1], clip_norm: 0}
train: {epochs: 1e1, seed: 18446744073709551615}
model: {weights: start.safetensors}
`)
	d := c.Data
	assert.Equal(t, "/pictures", d.Images)
	assert.Equal(t, "/masks", d.Masks)
	assert.Equal(t, Val{Images: "/conf/v", Masks: "/conf/vm"}, d.Val, "the default fraction is gone")
	assert.Equal(t, `^(\d+)_`, d.Group)
	assert.Len(t, d.Classes, 11)
	assert.Equal(t, "class_10", d.Classes[10])
	assert.Equal(t, 11, *d.Ignore)
	assert.Equal(t, map[int]int{255: 11, 12: 0}, d.Mask.Map)
	assert.Equal(t, "index", d.Mask.Code, "a default stays")
	assert.Equal(t, [2]int{192, 256}, d.Size)
	assert.Equal(t, map[string]any{"p": 0.5}, c.Augment[0].Settings)
	assert.Equal(t, "cross_entropy", c.Loss[0].Name)
	assert.Equal(t, map[string]any{"weight": 0.5, "smooth": 1, "name": "1"}, c.Loss[1].Settings)
	assert.Equal(t, 1e-3, c.Optim.LR)
	assert.Equal(t, [2]float64{0.9, 0.1}, *c.Optim.Betas)
	assert.Equal(t, 10, c.Train.Epochs)
	assert.Equal(t, uint64(1<<64-1), c.Train.Seed)
	assert.Equal(t, "/conf/start.safetensors", c.Model.Weights)
}

func TestNullAndEmpty(t *testing.T) {
	c := parse(t, "data: {ignore: null, val: {fraction: 0.5, fold: null}}\naugment:\nout: ''\nloss: dice\n")
	assert.Nil(t, c.Data.Ignore)
	assert.Empty(t, c.Augment)
	assert.Equal(t, "dice", c.Loss[0].Name, "one part needs no list")
	assert.Equal(t, Val{Fraction: 0.5}, c.Data.Val)
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "run.yaml")
	require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(folders, "/i", "i")), 0o600))
	c, err := Load(path, "train.epochs=3", "data.size=[64, 96]")
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(dir, "i"), c.Data.Images)
	assert.Equal(t, 3, c.Train.Epochs)
	assert.Equal(t, [2]int{64, 96}, c.Data.Size)

	_, err = Load(filepath.Join(dir, "none.yaml"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = Load(dir)
	assert.ErrorContains(t, err, "is not a file")
	_, err = Load(path, "train.epoch=3", "data.fold=1")
	assert.EqualError(t, err,
		"--set train.epoch=3: train.epoch: unknown key; did you mean \"epochs\"? allowed: "+
			strings.Join(fieldNames(reflect.TypeFor[Train]()), ", ")+"\n"+
			"--set data.fold=1: data.fold: unknown key; did you mean \"data.val.fold\"? allowed: "+
			strings.Join(fieldNames(reflect.TypeFor[Data]()), ", "))
}

func TestSettingsCompleteAFile(t *testing.T) {
	c := parse(t, "data: {kind: folders, classes: 2}", "data.images=/i", "data.masks=/m")
	assert.Equal(t, "/m", c.Data.Masks)
}

func TestMistakeShowsThePlace(t *testing.T) {
	c := parse(t, "optim:\n  lr: 1\n", "train.batch=4")
	assert.EqualError(t, c.Mistake("optim.lr", "too %s", "high"), "/conf/run.yaml:2:7: optim.lr: too high")
	assert.EqualError(t, c.Mistake("train.batch", "bad"), "--set train.batch=4: train.batch: bad")
	assert.EqualError(t, c.Mistake("data.size", "bad"), "/conf/run.yaml: data.size: bad")
	d := Default()
	assert.EqualError(t, d.Mistake("data.size", "bad"), "data.size: bad")
}

func TestMarshalRoundTrip(t *testing.T) {
	names := make([]string, 40)
	for i := range names {
		names[i] = strings.Repeat(string(rune('a'+i%26)), 3+i)
	}
	long := Default()
	long.Data.Kind, long.Data.Images, long.Data.Masks = "folders", "/p q/#1", "/m: n"
	long.Data.Classes = append(names, "null", "yes", "1e3", "a, b", "ünï", "tab\t\"q\"", "- x", " pad ")
	for name, c := range map[string]*Config{
		"default":  new(Default()),
		"settings": parse(t, "loss: [{dice: {a: 1, b: 1.0, c: [x, null, {d: true}], '1': ~, e: -.inf}}]"),
		"folders": parse(t, folders+"  ignore: 255\n  val: {images: /v, masks: /w}\n"+
			"  mask: {code: palette, colors: [[0, 0, 0], [1, 2, 3], [255, 255, 255]]}\n"),
		"csv": parse(t, "data: {kind: csv, manifest: a.csv, classes: 2, val: {fold: 0}, "+
			"mask: {map: {255: 1}}}"),
		"long": &long,
	} {
		t.Run(name, func(t *testing.T) {
			text := c.Marshal()
			back, err := Parse("elsewhere/x.yaml", text)
			require.NoError(t, err, string(text))
			assert.Empty(t, cmp.Diff(c, back, plain))
			assert.Equal(t, string(text), string(back.Marshal()))
			for line := range strings.Lines(string(text)) {
				assert.LessOrEqual(t, len(line), maxWidth+1, line)
			}
		})
	}
}

// The table of keys and the structs describe the same tree.
func TestKeysMatchStructs(t *testing.T) {
	var want []string
	var walk func(reflect.Type, string)
	walk = func(ty reflect.Type, prefix string) {
		for i := range ty.NumField() {
			tag, ok := tagOf(ty.Field(i))
			if !ok {
				continue
			}
			want = append(want, below(prefix, tag))
			if ty.Field(i).Type.Kind() == reflect.Struct && ty.Field(i).Type != reflect.TypeFor[Part]() {
				walk(ty.Field(i).Type, below(prefix, tag))
			}
		}
	}
	walk(reflect.TypeFor[Config](), "")
	var got []string
	c := Default()
	for _, k := range keys {
		got = append(got, k.name)
		kind := c.at(k.name).Kind()
		if kind == reflect.Pointer {
			kind = c.at(k.name).Type().Elem().Kind()
		}
		part := c.at(k.name).Type() == reflect.TypeFor[Part]()
		assert.Equal(t, kind == reflect.Struct && !part, k.section(), "%s: a section's doc is a sentence", k.name)
		assert.Equal(t, k.rule.choice, kind == reflect.String && choices[k.name] != nil && !k.rule.path, k.name)
		assert.LessOrEqual(t, docColumn+len(k.doc)+2, maxWidth, "%s: the doc fits beside the value", k.name)
	}
	assert.Equal(t, want, got)
	assert.Contains(t, Keys(), "optim.lr")
	assert.NotContains(t, Keys(), "optim")
}

// A path may be a name instead, or an address: neither is a file beside the configuration.
func TestPathsAndNames(t *testing.T) {
	Register("model.encoder_weights", Choice{Name: "imagenet", Doc: "d"})
	t.Cleanup(func() { choices["model.encoder_weights"] = []Choice{} })
	for text, want := range map[string]string{
		"imagenet": "imagenet", "./imagenet": "/runs/imagenet", "b0.pth": "/runs/b0.pth", "https://hub/x": "https://hub/x",
		"''": "",
	} {
		c, err := Parse("/runs/config.yaml", []byte("model: {encoder_weights: "+text+"}"))
		require.NoError(t, err)
		assert.Equal(t, want, c.Model.EncoderWeights)
	}
	assert.Contains(t, Reference(), "| imagenet, or a path, relative to the file's folder |")
	_, err := Parse("r", []byte("model: {weights: a, encoder_weights: b}"))
	assert.EqualError(t, err, "r:1:38: model.encoder_weights: model.weights gives the encoder's weights too; "+
		"allowed: one of the two")
}

func TestReference(t *testing.T) {
	text := Reference()
	for _, k := range Keys() {
		assert.Contains(t, text, "| `"+k+"` | ")
	}
	assert.Contains(t, text, "| `train.batch` | a whole number | `4` | 1 or more | samples at a time, and in a step unless accumulate is above 1 |\n")
	assert.Contains(t, text, "- `dice`: ")
}
