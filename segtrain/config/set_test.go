package config

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSet(t *testing.T) {
	abs, err := filepath.Abs("pics")
	require.NoError(t, err)
	for _, c := range []struct {
		setting string
		get     func(*Config) any
		want    any
	}{
		{"optim.lr=3e-4", func(c *Config) any { return c.Optim.LR }, 3e-4},
		{" optim.lr = 1 ", func(c *Config) any { return c.Optim.LR }, 1.0},
		{"data.size.0=128", func(c *Config) any { return c.Data.Size }, [2]int{128, 96}},
		{"data.size=[96,128]", func(c *Config) any { return c.Data.Size }, [2]int{96, 128}},
		{"data.mean.1=0.5", func(c *Config) any { return c.Data.Mean }, []float64{0.485, 0.5, 0.406}},
		{"data.pattern={stem}_m.png", func(c *Config) any { return c.Data.Pattern }, "{stem}_m.png"},
		{`data.group=^(\d+)=`, func(c *Config) any { return c.Data.Group }, `^(\d+)=`},
		{"data.images=pics", func(c *Config) any { return c.Data.Images }, abs},
		{`out="/a b"`, func(c *Config) any { return c.Out }, "/a b"},
		{"out=", func(c *Config) any { return c.Out }, ""},
		{"data.ignore=9", func(c *Config) any { return *c.Data.Ignore }, 9},
		{"data.ignore=null", func(c *Config) any { return c.Data.Ignore }, (*int)(nil)},
		{"data.classes=3", func(c *Config) any { return len(c.Data.Classes) }, 3},
		{"data.val.images=/v", func(c *Config) any { return c.Data.Val }, Val{Images: "/v"}},
		{"data.val={fraction: 0.1}", func(c *Config) any { return c.Data.Val }, Val{Fraction: 0.1}},
		{"data.val.fold=2", func(c *Config) any { return *c.Data.Val.Fold }, 2},
		{"data.mask.map.255=1", func(c *Config) any { return c.Data.Mask.Map }, map[int]int{255: 1}},
		{"optim={lr: 1, eps: 2}", func(c *Config) any { return *c.Optim.Eps + c.Optim.LR }, 3.0},
		{"optim.betas=[0.5, 0.6]", func(c *Config) any { return *c.Optim.Betas }, [2]float64{0.5, 0.6}},
		{"optim.nesterov=true", func(c *Config) any { return *c.Optim.Nesterov }, true},
		{"optim.momentum=null", func(c *Config) any { return c.Optim.Momentum }, (*float64)(nil)},
		{"schedule.milestones=[1, 2.5]", func(c *Config) any { return c.Schedule.Milestones }, []float64{1, 2.5}},
		{"schedule.monitor=mean_iou", func(c *Config) any { return *c.Schedule.Monitor }, "mean_iou"},
		{"loss=[dice, cross_entropy]", func(c *Config) any { return c.Loss[1].Name }, "cross_entropy"},
		{"loss.0=dice", func(c *Config) any { return c.Loss[0].Name }, "dice"},
		{"loss.cross_entropy.weight=2", func(c *Config) any { return c.Loss[0].Settings },
			map[string]any{"weight": 2}},
		{"model.arch=unet", func(c *Config) any { return c.Model.Arch.Name }, "unet"},
		{"model.arch={unet: {a: 1}}", func(c *Config) any { return c.Model.Arch.Settings }, map[string]any{"a": 1}},
		{"model.arch.unet.a=[2]", func(c *Config) any { return c.Model.Arch.Settings }, map[string]any{"a": []any{2}}},
		{"augment=", func(c *Config) any { return len(c.Augment) }, 0},
	} {
		got := Default()
		require.NoError(t, got.Set(c.setting), c.setting)
		assert.Equal(t, c.want, c.get(&got), c.setting)
	}
}

func TestSetRepeated(t *testing.T) {
	c := parse(t, folders)
	for _, s := range []string{
		"data.val.images=/v", "data.val.masks=/w", "loss=[{dice: {a: 1}}]", "loss.dice.b=x",
	} {
		require.NoError(t, c.Set(s))
	}
	assert.Equal(t, Val{Images: "/v", Masks: "/w"}, c.Data.Val)
	require.NoError(t, c.Set("optim.betas=[0.5, 0.6]"))
	before := *c
	require.NoError(t, c.Set("optim.betas.1=0.7"))
	assert.Equal(t, [2]float64{0.5, 0.7}, *c.Optim.Betas)
	assert.Equal(t, [2]float64{0.5, 0.6}, *before.Optim.Betas, "what was copied stays")
	assert.Equal(t, map[string]any{"a": 1, "b": "x"}, c.Loss[0].Settings)
	require.NoError(t, c.Check())
}

func TestSetMistakes(t *testing.T) {
	for _, c := range []struct{ setting, want string }{
		{"optim.lr", "wants key=value"},
		{"=1", "unknown key; allowed: task, data, augment, mix, pseudo, model, loss, optim, schedule, train, predict, submit, precision, emulate, debug, scale, threads, out"},
		{"optim.lrr=1", `optim.lrr: unknown key; did you mean "lr"? allowed: ` +
			optimKeys},
		{"optim.lr.x=1", "optim.lr.x: optim.lr has no keys below it"},
		{"optim.lr=fast", `optim.lr: wants a number, not "fast"`},
		{"optim.lr=", "optim.lr: wants a number, not nothing"},
		{"optim.lr=-1", "optim.lr: -1 is out of range; allowed: above 0"},
		{"optim={lr: 1, lr: 2}", "optim: is written twice, first in line 1"},
		{"optim=1", "optim: wants keys below it, not 1; allowed: " + optimKeys},
		{"optim.betas.0=0.5", "optim.betas.0: optim.betas is null; set its whole value"},
		{"schedule.monitor=iou", `schedule.monitor: no "iou"; there are: mean_iou, mean_dice, pixel_accuracy, loss`},
		{"data.size=[1", "data.size: not YAML: sequence end token ']' not found"},
		{"data.size.2=64", "data.size.2: no such index; allowed: 0 to 1"},
		{"data.mask.map.x=1", `data.mask.map.x: "x" is no whole number`},
		{"train.best=iou", `train.best: no "iou"; there are: mean_iou, mean_dice, pixel_accuracy, loss`},
		{"loss.focal.gamma=2", "loss.focal: is not in the list; there are: cross_entropy"},
		{"model.arch=fpnn", `model.arch: no "fpnn"; there are: unet`},
		{"model.arch.fpn.a=1", "model.arch.fpn: model.arch is unet; set model.arch={fpn: …}"},
		{"model.arch.unet=1", "model.arch.unet: wants the name of a setting; or set model.arch={unet: …}"},
		{"loss.0=[1]", "loss.0: wants a name or {name: settings}, not a list"},
		{"loss.0.a.b=1", "loss.0.a.b: goes too deep; set the whole value of a"},
		{"loss=[focl]", `loss: no "focl"; there are: cross_entropy, dice`},
	} {
		got, want := Default(), Default()
		assert.EqualError(t, got.Set(c.setting), "--set "+c.setting+": "+c.want)
		assert.Empty(t, cmp.Diff(want, got, plain), "%s: nothing changes", c.setting)
	}
}
