package workflow

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/nn"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/segtrain/synth"
	"tessera/segtrain/train"
)

// smallDebug returns a debug run of a small model on drawn pictures, ready for its checks.
func smallDebug(t *testing.T, settings ...string) *debugger {
	t.Helper()
	settings = append([]string{"data.synth.count=40", "data.size=[32, 32]", "model.encoder=small", "model.decoder_channels=[8, 8, 8, 8, 8]",
		"train.batch=4"}, settings...)
	cfg, err := config.Parse("t", nil, settings...)
	require.NoError(t, err)
	cfg.Out = filepath.Join(t.TempDir(), "run")
	p, err := build(cfg)
	require.NoError(t, err)
	d := &debugger{session: session{cfg: cfg, parts: p, Options: Options{}.withDefaults()}}
	require.NoError(t, d.openSets())
	d.run, err = record.Create(cfg.Out)
	require.NoError(t, err)
	t.Cleanup(func() { d.run.Close() })
	return d
}

// verdict returns the check of a name.
func (d *debugger) verdict(t *testing.T, name string) Check {
	t.Helper()
	for _, c := range d.result.Checks {
		if c.Name == name {
			return c
		}
	}
	require.Fail(t, "no such check", "%s in %v", name, d.result.Checks)
	return Check{}
}

func TestDebugOfAFrozenModel(t *testing.T) {
	d := smallDebug(t)
	params := nn.Params(d.parts.model)
	for _, p := range params[:len(params)-2] {
		p.Frozen = true
	}
	require.NoError(t, d.checks(context.Background()))
	assert.Contains(t, d.verdict(t, "gradients").Text, "2 of 2 parameters to learn got one, 60 are frozen")

	d.gradients = train.Gradients{} // as if nothing had learned
	d.checkGradients(true)
	c := d.result.Checks[len(d.result.Checks)-1]
	assert.Equal(t, Fail, c.Verdict)
	assert.Contains(t, c.Cures[0], "nothing learns")
}

// The sample has every class that occurs, and depends on the seed alone.
func TestDebugSampleHasEveryClass(t *testing.T) {
	ids := func(seed string) (list []string, classes map[int]bool) {
		d := smallDebug(t, "train.batch=1", "train.seed="+seed)
		require.NoError(t, d.checkFiles(context.Background()))
		m, err := d.sampleTrain()
		require.NoError(t, err)
		classes = map[int]bool{}
		for _, r := range m {
			list = append(list, r.ID)
			i := indexOf(d.source.train, r.ID)
			for class, has := range d.seenTrain.classes[i] {
				if has {
					classes[class] = true
				}
			}
		}
		return list, classes
	}
	first, classes := ids("1")
	assert.Len(t, first, 12)
	assert.Len(t, classes, 6)
	again, _ := ids("1")
	assert.Equal(t, first, again)
	other, _ := ids("2")
	assert.NotEqual(t, first, other)
}

func indexOf(m data.Manifest, id string) int {
	for i, r := range m {
		if r.ID == id {
			return i
		}
	}
	return -1
}

func TestClassesVerdict(t *testing.T) {
	for _, c := range []struct {
		pixels map[int]int64
		want   Verdict
		cure   string
	}{
		{map[int]int64{0: 50, 1: 50}, Pass, ""},
		{map[int]int64{0: 50}, Fail, "nothing to tell apart"},
		{map[int]int64{0: 3, 1: 3, 255: 94}, Fail, "is data.ignore 255 right?"},
		{map[int]int64{0: 30, 1: 10, 255: 60}, Warn, "is data.ignore 255 right?"},
		{nil, Fail, "nothing to tell apart"},
	} {
		d := &debugger{session: session{cfg: &config.Config{}, source: &source{classes: []string{"a", "b"}}}, seenTrain: &classSurvey{}}
		d.cfg.Data.Ignore = new(255)
		for class, n := range c.pixels {
			d.seenTrain.pixels[class] = n
		}
		got := d.classesVerdict()
		assert.Equal(t, c.want, got.Verdict, c.pixels)
		if c.cure != "" {
			assert.Contains(t, got.Cures[0], c.cure)
		}
	}
	d := &debugger{session: session{cfg: &config.Config{}, source: &source{classes: []string{"a", "b", "sea"}}}, seenTrain: &classSurvey{}}
	d.seenTrain.pixels[0], d.seenTrain.pixels[1] = 5, 5
	got := d.classesVerdict()
	assert.Equal(t, Warn, got.Verdict)
	assert.Equal(t, "in no training mask: sea", got.Cures[0])
}

func TestLossVerdict(t *testing.T) {
	d := smallDebug(t)
	for _, c := range []struct {
		losses []float64
		want   Verdict
	}{
		{[]float64{3, 2.5, 2, 1, 1, 1}, Pass},
		{[]float64{3, 2.5, 2, 1, 5, 5}, Fail},
		{[]float64{2, 90, 50, 40, 30, 20}, Fail}, // it burst and fell again
		{[]float64{2, 2, 2, 2, 2, 2}, Fail},
	} {
		d.timing.losses = c.losses
		assert.Equal(t, c.want, d.lossVerdict(nil).Verdict, c.losses)
	}
	d.timing.losses = []float64{2, 2, 2, 2, 2, 2}
	d.cfg.Model.Weights = "tuned.safetensors"
	assert.Equal(t, Warn, d.lossVerdict(nil).Verdict)
}

func TestFingerprint(t *testing.T) {
	print := func(settings ...string) string {
		cfg, err := config.Parse("t", nil, settings...)
		require.NoError(t, err)
		return fingerprint(cfg)
	}
	same := print()
	for _, s := range []string{"optim.lr=1", "train.seed=3", "data.workers=3", "data.cache_mb=1", "data.val={fraction: 0.5}", "out=x"} {
		assert.Equal(t, same, print(s), s)
	}
	for _, s := range []string{"data.size=[64, 64]", "augment=[]", "loss=[dice]", "model.encoder=resnet18", "data.ignore=99"} {
		assert.NotEqual(t, same, print(s), s)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name, DebugFile), []byte(text), 0o666))
	}
	write("a", `{"passed": false, "fingerprint": "`+same+`"}`)
	write("b", `{"passed": true, "fingerprint": "other"}`)
	write("c", `no JSON`)
	assert.False(t, debugged(dir, same))
	write("d", `{"passed": true, "fingerprint": "`+same+`"}`)
	assert.True(t, debugged(dir, same))
}

// TestDebugOfFlags runs all checks where labels are flags: of one class, and of classes that overlap.
func TestDebugOfFlags(t *testing.T) {
	for name, d := range map[string]*debugger{
		"binary":     smallDebug(t, append(oneThing, "optim.lr=0.003")...),
		"multilabel": smallDebug(t, overlapped(t, 40, "optim.lr=0.003")...),
	} {
		require.NoError(t, d.checks(context.Background()), name)
		for _, check := range []string{"files", "classes", "outlines", "augmented", "loss falls", "gradients", "one batch", "forecast"} {
			assert.Equal(t, Pass, d.verdict(t, check).Verdict, "%s: %s: %s", name, check, d.verdict(t, check).Text)
		}
		require.NoError(t, d.finishDebug())
		pictures, err := filepath.Glob(d.path(PictureFolder + "/*-raw.png"))
		require.NoError(t, err)
		assert.Len(t, pictures, debugPictures, name)
	}
}

// overlapped draws pictures whose masks hold six overlapping classes as bits, and returns settings for them.
func overlapped(t *testing.T, count int, settings ...string) []string {
	t.Helper()
	return overlappedIn(t, t.TempDir(), count, settings...)
}

// overlappedIn is overlapped with pictures in a folder.
func overlappedIn(t *testing.T, dir string, count int, settings ...string) []string {
	t.Helper()
	require.NoError(t, synth.Write(dir, count, 32, 32, 1, nil))
	code := raster.MaskCode{Coding: raster.IndexCode, Classes: 6, Ignore: -1}
	files, err := filepath.Glob(filepath.Join(dir, "masks", "*.png"))
	require.NoError(t, err)
	for _, file := range files {
		m, err := raster.ReadMask(file, code)
		require.NoError(t, err)
		for i, class := range m.Pix { // a thing, and what is not the ground: classes 1 and up are of both
			m.Pix[i] = min(class, 1) | min(class, 1)&(class&1)<<1
		}
		require.NoError(t, raster.WriteMask(file, m, nil))
	}
	return append([]string{"task=multilabel", "data.kind=folders", "data.images=" + filepath.Join(dir, "images"),
		"data.masks=" + filepath.Join(dir, "masks"), "data.classes=[any, odd]", "data.mask.code=bits", "loss=[bce, dice]",
	}, settings...)
}

func TestFlagsVerdict(t *testing.T) {
	for _, c := range []struct {
		there, without [2]int64
		ignored        int64
		want           Verdict
		cure           string
	}{
		{[2]int64{5, 5}, [2]int64{45, 45}, 0, Pass, ""},
		{[2]int64{}, [2]int64{50, 50}, 0, Fail, "nothing to find"},
		{[2]int64{50, 50}, [2]int64{}, 0, Fail, "nothing to tell"},
		{[2]int64{5, 5}, [2]int64{1, 1}, 200, Fail, "is data.ignore 255 right?"},
		{[2]int64{5, 0}, [2]int64{45, 50}, 0, Warn, "in no training mask: b"},
		{[2]int64{5, 50}, [2]int64{45, 0}, 0, Warn, "everywhere in all training masks: b"},
		{[2]int64{5, 5}, [2]int64{10, 10}, 50, Warn, "is data.ignore 255 right?"},
	} {
		d := &debugger{session: session{cfg: &config.Config{Task: "multilabel"}, source: &source{classes: []string{"a", "b"}}}, seenTrain: &classSurvey{}}
		d.cfg.Data.Ignore = new(255)
		for k := range 2 {
			d.seenTrain.pixels[k], d.seenTrain.without[k] = c.there[k], c.without[k]
		}
		d.seenTrain.ignored = c.ignored
		got := d.classesVerdict()
		assert.Equal(t, c.want, got.Verdict, got.Text)
		if c.cure != "" {
			assert.Contains(t, got.Cures[0], c.cure)
		}
	}
}
