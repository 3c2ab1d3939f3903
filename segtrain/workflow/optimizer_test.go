package workflow

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/optim"
	"tessera/segtrain/config"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
	"tessera/tensor"
)

// two is a model of an encoder's weight and bias and a decoder's weight.
type two struct {
	Weight *autograd.Param `name:"encoder.conv.weight"`
	Bias   *autograd.Param `name:"encoder.conv.bias"`
	Head   *autograd.Param `name:"decoder.weight"`
}

func newTwo() *two {
	m := &two{
		autograd.NewParam("IO", tensor.Dims(2, 3)), autograd.NewParam("C", tensor.Dims(3)),
		autograd.NewParam("IO", tensor.Dims(2, 3)),
	}
	for _, p := range nn.Params(m) {
		for i := range p.Value.Data {
			p.Value.Data[i], p.Grad.Data[i] = 1, float32(i+1)
		}
	}
	return m
}

func (m *two) Forward(*autograd.Tape, *autograd.Var) *autograd.Var { return nil }

func TestEveryOptimizerHasItsName(t *testing.T) {
	names := config.Choices("optim.name")
	assert.Equal(t, []string{"adamw", "sgd", "adam", "nadam", "radam", "adamp", "lion"}, names)
	ends := map[float32]string{}
	for _, name := range names {
		for _, k := range []string{"0", "2"} {
			cfg := parse(t, "optim.name="+name, "optim.lr=0.1", "optim.weight_decay=0.25", "optim.lookahead.k="+k)
			if name == "adamp" { // whose steps are adamw's unless a weight counts as scale-invariant
				require.NoError(t, cfg.Set("optim.delta=10"))
			}
			m := newTwo()
			opt := newOptimizer(cfg, m)
			assert.Len(t, opt.State().Moments, moments(cfg), name)
			for step := range 2 {
				m.Head.Grad.Data[1] = float32(1 + step)
				opt.Step(cfg.Optim.LR, 1)
			}
			end := m.Head.Value.Data[1]
			assert.Less(t, end, float32(1))
			assert.Empty(t, ends[end], "%s with k %s", name, k)
			ends[end] = name
		}
	}
}

func TestOptimizerSettings(t *testing.T) {
	assert.Equal(t, &adamwSettings{Betas: [2]float64{0.9, 0.999}, Eps: 1e-8, WeightDecay: 1e-2}, chosenOptimizer(parse(t)))
	for text, want := range map[string]any{
		"{name: sgd, momentum: 0.9, nesterov: true, weight_decay: 1e-4}": &sgdSettings{0.9, 0, true, 1e-4},
		"{name: sgd, momentum: 0.9, dampening: 0.5}":                     &sgdSettings{0.9, 0.5, false, 0},
		"{name: adam, betas: [0.5, 0.6], eps: 1}":                        &adamSettings{Betas: [2]float64{0.5, 0.6}, Eps: 1, WeightDecay: 0},
		"{name: nadam, momentum_decay: 0.1, decoupled_weight_decay: true}": &nadamSettings{
			[2]float64{0.9, 0.999}, 1e-8, 0, true, 0.1},
		"{name: radam, decoupled_weight_decay: true}": &radamSettings{[2]float64{0.9, 0.999}, 1e-8, 0, true},
		"{name: adamp, delta: 0.2, wd_ratio: 0.3, nesterov: true}": &adampSettings{
			[2]float64{0.9, 0.999}, 1e-8, 0, 0.2, 0.3, true},
		"{name: lion, weight_decay: 0.1}": &lionSettings{[2]float64{0.9, 0.99}, 0.1},
	} {
		assert.Equal(t, want, chosenOptimizer(parse(t, "optim="+text)), text)
	}
}

func TestMistakesOfOptimizers(t *testing.T) {
	for setting, want := range map[string]string{
		"optim={name: sgd, betas: [0, 0]}":                "optim.betas: is no setting of sgd; it has momentum, dampening, nesterov, weight_decay",
		"optim={momentum: 0.9}":                           "optim.momentum: is no setting of adamw; it has betas, eps, weight_decay",
		"optim={name: sgd, nesterov: true}":               "optim.name: nesterov wants momentum above 0 and no dampening",
		"optim={name: lookahead}":                         `optim.name: no "lookahead"; there are: adamw, sgd`,
		"optim={lookahead: {k: -1}}":                      "optim.lookahead.k: -1 is out of range; allowed: 0 or more",
		"schedule={name: cosine, gamma: 0.1}":             "schedule.gamma: is no setting of cosine; it has none",
		"schedule={name: multi_step}":                     "schedule.name: multi_step wants milestones",
		"schedule={name: multi_step, milestones: [3, 2]}": "milestones [3 2] are not in order",
		"schedule={name: one_cycle, three_phase: true, pct_start: 0.6}": "pct_start 0.6 leaves nothing for the third phase; " +
			"allowed: below 0.5",
		"schedule={name: plateau, monitor: iou}": `schedule.monitor: no "iou"; there are: mean_iou`,
	} {
		_, err := config.Parse("r", nil, setting)
		assert.ErrorContains(t, err, want, setting)
	}
}

// TestSettingsAreKeys holds that every setting of an optimizer or a schedule is a key of the same type, so that a file
// can set it.
func TestSettingsAreKeys(t *testing.T) {
	for _, key := range []string{"optim.name", "schedule.name"} {
		for _, name := range config.Choices(key) {
			cfg := config.Default()
			require.NoError(t, cfg.Set(key+"="+name))
			assert.NotNil(t, cfg.Settings(key), name)
		}
	}
}

// TestGroups takes a step of Lion, which moves everything by its rate and its decay.
func TestGroups(t *testing.T) {
	cfg := parse(t, "optim={name: lion, lr: 0.5, weight_decay: 0.5, encoder_lr: 0.25, layer_decay: 0.5, decay_bias_norm: false}")
	m := newTwo()
	newOptimizer(cfg, m).Step(cfg.Optim.LR, 1)
	const rate = 0.5 * 0.25 * 0.5
	assert.Equal(t, slices.Repeat([]float32{1 - rate*0.5 - rate}, 6), m.Weight.Value.Data)
	assert.Equal(t, slices.Repeat([]float32{1 - rate}, 3), m.Bias.Value.Data)
	assert.Equal(t, slices.Repeat([]float32{1 - 0.5*0.5 - 0.5}, 6), m.Head.Value.Data)
}

// TestLayersOfAnEncoder holds the names of a real encoder to the layers that they tell: a stem and 16 blocks.
func TestLayersOfAnEncoder(t *testing.T) {
	model, err := newModel(parse(t, "model.encoder=efficientnet-b0"), 6)
	require.NoError(t, err)
	params := nn.Params(model)
	rates := map[float64]bool{}
	last := 0.0
	for i, f := range (optim.Grouping{EncoderRate: 1, LayerDecay: 0.5, DecayVectors: true}).Factors(params) {
		require.GreaterOrEqual(t, f.Rate, last, params[i].Name)
		last = f.Rate
		rates[f.Rate] = true
	}
	assert.Equal(t, 1.0, last, "the decoder")
	assert.Len(t, rates, 1+16+1)
}

func TestConfigOfARunNamesItsSettings(t *testing.T) {
	text := string(parse(t, "optim.name=sgd", "schedule.name=step").Marshal())
	assert.Contains(t, text, "decay of the velocity; null: 0\n")
	assert.Contains(t, text, "epochs between steps; fractions allowed; null: 30\n")
	for _, gone := range []string{"betas:", "patience:", "milestones:"} {
		assert.NotContains(t, text, gone)
	}
	_, err := config.Parse("again", []byte(text))
	assert.NoError(t, err)
	assert.Equal(t, 1, strings.Count(text, "lookahead:"))
}

// TestMomentumGoesWithOneCycle reads the course of the momentum, and what may not have one.
func TestMomentumGoesWithOneCycle(t *testing.T) {
	cycle := []string{"schedule.name=one_cycle", "schedule.cycle_momentum=true", "schedule.max_momentum=0.9", "schedule.warmup_epochs=1"}
	c := newCourse(parse(t, cycle...), 120, 20)
	for step, want := range map[int]float64{0: 0.9, 20: 0.9, 49: 0.85, 119: 0.9, 200: 0.9} {
		assert.InDelta(t, want, c.momentum(step), 1e-12, "step %d", step)
	}
	assert.Nil(t, newCourse(parse(t, "schedule.name=one_cycle"), 120, 20).momentum)
	for settings, want := range map[string]string{
		"optim.name=lion":             "schedule.cycle_momentum: lion has no momentum that may change",
		"optim.name=sgd":              "sgd has no momentum; optim.momentum switches it on",
		"schedule.base_momentum=0.92": "base_momentum 0.92 is above max_momentum, which is 0.9",
	} {
		_, err := config.Parse("test.yaml", nil, append(cycle, settings)...)
		assert.ErrorContains(t, err, want)
	}
	assert.Equal(t, 3, moments(parse(t, "optim.amsgrad=true")))
}

// TestTrainWithCyclesAndWarmAverages interrupts a run after two steps: it ends in the same bits.
func TestTrainWithCyclesAndWarmAverages(t *testing.T) {
	settings := []string{"schedule.name=one_cycle", "schedule.cycle_momentum=true", "schedule.warmup_epochs=0", "optim.amsgrad=true",
		"train.ema_decay=0.99", "train.ema_warmup=true", "train.steps=4", "model.freeze=encoder", "model.freeze_epochs=0.5",
		"model.aux.weight=0.5", "model.deep_supervision=true"}
	var files [2][]byte
	for i := range files {
		cfg := parse(t, settings...)
		cfg.Out = filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(t.Context())
		stop := &stopper{at: 2, cancel: cancel}
		if i == 0 {
			stop.at = 100
		}
		_, err := Train(ctx, cfg, Options{Progress: stop})
		if i == 1 {
			require.ErrorIs(t, err, train.ErrInterrupted)
			again, err := LoadRun(cfg.Out)
			require.NoError(t, err)
			_, err = Resume(t.Context(), again, Options{})
			require.NoError(t, err)
		} else {
			require.NoError(t, err)
		}
		files[i], err = os.ReadFile(filepath.Join(cfg.Out, record.EMAFile))
		require.NoError(t, err)
	}
	assert.True(t, bytes.Equal(files[0], files[1]))
}

// A stopper ends a run after a step.
type stopper struct {
	noProgress
	at     int
	cancel func()
}

func (s *stopper) Step(e train.StepEvent) {
	if e.Step == s.at {
		s.cancel()
	}
}
